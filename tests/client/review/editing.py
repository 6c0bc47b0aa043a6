"""Edits review files as their programs do."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

from docx import Document
from lxml import etree

from tarjama.review.html.page import RECORD

Edit = Callable[[str], str]

_XLIFF = "{urn:oasis:names:tc:xliff:document:1.2}"


def edited(data: bytes, extension: str, number: int, edit: Edit) -> bytes:
    """Edits the English of a segment.

    Args:
        data: The review file.
        extension: Its file name extension.
        number: The segment's number in the review, from 1.
        edit: Changes a text of the segment; of several, the first and last without codes.
    """
    return {".html": _edited_page, ".docx": _edited_table, ".xlf": _edited_xliff}[extension](
        data, number, edit
    )


def _edited_page(data: bytes, number: int, edit: Edit) -> bytes:
    def change(segments: list[dict[str, Any]]) -> None:
        segment = segments[number - 1]
        segment["target"] = edit(segment["target"])
        segment["origin"] = "person"

    return _with_record(data, change)


def _with_record(data: bytes, change: Callable[[list[dict[str, Any]]], None]) -> bytes:
    """Changes the segments in the record of a page."""
    page = data.decode()
    found = RECORD.search(page)
    assert found
    record = json.loads(found[1])
    segments = [segment for unit in record["units"] for segment in unit["segments"]]
    change([segment for segment in segments if segment["source"].strip()])
    written = json.dumps(record, ensure_ascii=False).replace("<", r"\u003c")
    return (page[: found.start(1)] + written + page[found.end(1) :]).encode()


def _edited_table(data: bytes, number: int, edit: Edit) -> bytes:
    file = Document(io.BytesIO(data))
    run = file.tables[0].rows[number].cells[2].paragraphs[0].runs[0]
    run.text = edit(run.text)
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def _edited_xliff(data: bytes, number: int, edit: Edit) -> bytes:
    root = etree.fromstring(data)
    targets = [
        target
        for target in root.iterfind(f".//{_XLIFF}trans-unit/{_XLIFF}target")
        if "".join(str(text) for text in target.itertext()).strip()
    ]
    targets[number - 1].text = edit(targets[number - 1].text or "")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _without_codes(segments: list[dict[str, Any]]) -> None:
    for segment in segments:
        segment["target"] = re.sub("<[^>]*>", "", segment["target"])


def without_marks(data: bytes, extension: str) -> bytes:
    """Takes every code out of a review, as somebody who thinks them rubbish does."""
    if extension == ".html":
        return _with_record(data, _without_codes)
    if extension == ".xlf":
        root = etree.fromstring(data)
        for target in root.iterfind(f".//{_XLIFF}trans-unit/{_XLIFF}target"):
            text = "".join(str(piece) for piece in target.itertext())
            target[:] = []
            target.text = text
        return etree.tostring(root)
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                root = etree.fromstring(part)
                for cell in root.iterfind(".//{*}tr/{*}tc[3]"):
                    for piece in cell.iter("{*}t"):
                        piece.text = re.sub("⟦[^⟧›]*[⟧›]|‹[^⟧]*⟧", "", piece.text or "")
                part = etree.tostring(root)
            new.writestr(name, part)
    return changed.getvalue()
