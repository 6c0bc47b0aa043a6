"""Builds presentations with python-pptx, and reads them with it."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pptx
from lxml import etree
from pptx.presentation import Presentation
from pptx.text.text import _Run

from tarjama.formats.pptx import PptxFormat
from tarjama.formats.units import Direction, FormatDocument

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def saved(presentation: Presentation) -> bytes:
    """Gives a presentation of python-pptx as a file."""
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def opened(data: bytes, folder: Path) -> FormatDocument:
    """Reads a file as PowerPoint's format."""
    path = folder / "file.pptx"
    path.write_bytes(data)
    return PptxFormat().read(path)


def translated(
    document: FormatDocument, translations: Mapping[str, str], *, direction: Direction = "ltr"
) -> bytes:
    """Writes a document with translations by text."""
    target = io.BytesIO()
    document.write(
        target,
        {one.id: translations[one.text] for one in document.units if one.text in translations},
        direction=direction,
    )
    return target.getvalue()


def part(data: bytes, name: str) -> etree._Element:
    """Parses a part of a file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def first(tree: etree._Element, path: str) -> etree._Element:
    """Finds an element that must be there."""
    found = tree.find(path)
    assert found is not None
    return found


def with_parts(
    data: bytes, parts: Mapping[str, str | bytes], *, without: str | None = None
) -> bytes:
    """Puts parts into a file, in the place of those of the same names, and leaves one out."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as output,
    ):
        for name in archive.namelist():
            if name not in parts and name != without:
                output.writestr(name, archive.read(name))
        for name, content in parts.items():
            output.writestr(name, content)
    return buffer.getvalue()


def pptx_formatting(data: bytes) -> Counter[str]:
    """Lists how the words of each paragraph look, and where they link to, as python-pptx reads it.

    A look is listed once for each paragraph, as a translation may part or join runs.
    """
    found: Counter[str] = Counter()
    for number, slide in enumerate(pptx.Presentation(io.BytesIO(data)).slides):
        frames = list(_frames(slide.shapes))
        if slide.has_notes_slide:
            frames.append(slide.notes_slide.notes_text_frame)
        for frame in frames:
            for paragraph in frame.paragraphs:
                looks = {_look(run) for run in paragraph.runs if run.text.strip()}
                found.update(f"slide {number}, level {paragraph.level}: {look}" for look in looks)
    return found


def _frames(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _frames(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame
        elif getattr(shape, "has_table", False):
            yield from (cell.text_frame for cell in shape.table.iter_cells())


def _look(run: _Run) -> str:
    font = run.font
    color = font.color.rgb if font.color and font.color.type is not None else None
    return repr((font.bold, font.italic, font.size, font.name, color, run.hyperlink.address))
