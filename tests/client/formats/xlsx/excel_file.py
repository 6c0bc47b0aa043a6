"""Builds workbooks with openpyxl, and reads them with it."""

import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import openpyxl
from lxml import etree
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock

from tarjama.formats.units import Direction, FormatDocument
from tarjama.formats.xlsx import XlsxFormat

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def saved(workbook: Workbook) -> bytes:
    """Gives a workbook of openpyxl as a file."""
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def opened(data: bytes, folder: Path) -> FormatDocument:
    """Reads a file as Excel's format."""
    path = folder / "file.xlsx"
    path.write_bytes(data)
    return XlsxFormat().read(path)


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


def loaded(data: bytes) -> Workbook:
    """Reads a file with openpyxl, which says of extensions that it would drop them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Unknown extension", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)


def part(data: bytes, name: str) -> etree._Element:
    """Parses a part of a file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def with_part(data: bytes, name: str, old: str, new: str) -> bytes:
    """Replaces text in a part of a file. The text must be there."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as output,
    ):
        for one in archive.namelist():
            content = archive.read(one)
            if one == name:
                assert old in content.decode()
                content = content.decode().replace(old, new).encode()
            output.writestr(one, content)
    return buffer.getvalue()


def with_new_part(data: bytes, name: str, content: str, kind: str) -> bytes:
    """Adds a part of a kind to a file."""
    override = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
    buffer = io.BytesIO(with_part(data, "[Content_Types].xml", "</Types>", override))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as output:
        output.writestr(name, content)
    return buffer.getvalue()


def xlsx_formatting(data: bytes) -> Counter[str]:
    """Lists how each cell and each of the runs in it looks, as openpyxl reads it."""
    found: Counter[str] = Counter()
    for number, sheet in enumerate(loaded(data).worksheets):
        for row in sheet.iter_rows():
            for cell in row:
                where = f"{number}!{cell.coordinate}"
                font, fill = cell.font, cell.fill.fgColor.rgb
                found[f"{where} {(font.name, font.sz, font.b, font.i, font.color, fill)}"] += 1
                found.update({f"{where} {look}" for look in _looks(cell.value)})
    return found


def _looks(value: object) -> set[str]:
    runs = value if isinstance(value, CellRichText) else ()
    return {
        repr((run.font.rFont, run.font.sz, run.font.b, run.font.i, run.font.color))
        for run in runs
        if isinstance(run, TextBlock) and run.text.strip()
    }
