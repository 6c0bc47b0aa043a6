"""Reads review tables that a word processor has saved."""

import json
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from tarjama.formats.errors import BadFile
from tarjama.formats.package import Package
from tarjama.formats.xml import XmlPart
from tarjama.review.docx.names import COLUMNS, UNTICKED, digest, qualified
from tarjama.review.errors import BadReview
from tarjama.review.marks import from_marked
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)

__all__ = ["read_docx_review"]

_PART = "word/document.xml"
# What is in a run, and what it says. Deleted text is in `w:delText`, and says nothing.
_SAYS = {
    qualified("w:br"): "\n",
    qualified("w:cr"): "\n",
    qualified("w:tab"): "\t",
    qualified("w:noBreakHyphen"): "\u2011",
    qualified("w:softHyphen"): "\u00ad",
}
# Rows named in one message.
_MAX_NAMED = 20
_MOVED_AWAY = qualified("w:moveFrom")


def read_docx_review(data: bytes) -> ReviewedDocument:
    """Reads a review table.

    Tracked changes count as accepted. Sources and translations come without the white space at
    their ends, and without the remarks; a segment whose translation was changed or that was
    ticked is of origin `PERSON`.

    Args:
        data: The file.

    Raises:
        BadReview: it is no review table, or its hidden records or its columns are gone.
    """
    try:
        root = XmlPart(Package(data).read(_PART), name=f"file's part {_PART}").root
    except BadFile as error:
        raise BadReview(str(error)) from error
    source, count = _heading(root)
    units: dict[str, list[ReviewedSegment]] = {}
    numbers: list[str] = []
    for row in _rows(root):
        record = _row_record(row)
        numbers.append(record["number"])
        units.setdefault(record["unit"], []).append(_segment(row, record))
    _check_rows(numbers, count)
    return ReviewedDocument(
        source=source,
        units=tuple(
            ReviewedUnit(id=unit_id, source="", segments=tuple(segments))
            for unit_id, segments in units.items()
        ),
    )


def _heading(root: etree._Element) -> tuple[SourceFile, int]:
    """Gives the document that was reviewed, and the number of its segments."""
    for record in _hidden_records(root):
        if {"path", "sha256"} <= record.keys() and record.get("segments", "").isdecimal():
            return SourceFile(record["path"], record["sha256"]), int(record["segments"])
    raise BadReview(
        "The document is no review, or the hidden text in its heading is gone, which says what was "
        "reviewed. Give a document that `tarjama translate --bilingual docx` wrote."
    )


def _check_rows(numbers: list[str], count: int) -> None:
    """Refuses a table without all rows, whose document would stay half in Arabic."""
    expected = [str(number) for number in range(1, count + 1)]
    missing = sorted(set(expected) - set(numbers), key=int)
    if missing:
        shown = ", ".join(missing[:_MAX_NAMED]) + (", …" if len(missing) > _MAX_NAMED else "")
        raise BadReview(
            f"The table lacks {len(missing):,} of its {count:,} rows: {shown}. Put them back from "
            "the table that was written, with the Arabic as the English where nothing is to change."
        )
    if len(numbers) != count:
        doubled = Counter(numbers).most_common(1)[0][0]
        raise BadReview(f"The table has row {doubled} more than once. Take the copies out.")


def _rows(root: etree._Element) -> Iterator[list[etree._Element]]:
    """Gives the rows of segments, each as its cells."""
    for row in root.iter(qualified("w:tr")):
        cells = list(row.iter(qualified("w:tc")))
        if len(cells) == len(COLUMNS) and any(True for _ in _hidden_records(cells[0])):
            yield cells


def _row_record(cells: list[etree._Element]) -> dict[str, str]:
    record = next(_hidden_records(cells[0]))
    if not {"number", "unit", "digest"} <= record.keys():
        raise BadReview(
            "The hidden text beside a number is damaged, which says where the segment belongs. "
            "Copy the English into the table that was written, and merge that."
        )
    return record


def _segment(cells: list[etree._Element], record: dict[str, str]) -> ReviewedSegment:
    target = from_marked(_text(cells[2]))
    ticked = _text(cells[3]).strip()
    is_ticked = bool(ticked) and ticked != UNTICKED
    is_person = is_ticked or digest(target) != record["digest"]
    return ReviewedSegment(
        source=from_marked(_text(cells[1])),
        target=target,
        origin=Origin.PERSON if is_person else Origin.MACHINE,
    )


def _hidden_records(element: etree._Element) -> Iterator[dict[str, str]]:
    """Gives the records in hidden text, which a program may have divided into several runs."""
    for paragraph in element.iter(qualified("w:p")):
        hidden = "".join(
            _run_text(run)
            for run in paragraph.iter(qualified("w:r"))
            if run.find(f"{qualified('w:rPr')}/{qualified('w:vanish')}") is not None
        )
        try:
            record = json.loads(hidden or "null")
        except ValueError:
            continue
        if isinstance(record, dict):
            yield {key: str(value) for key, value in record.items()}


def _text(cell: etree._Element) -> str:
    """Gives a cell's text: a line for each paragraph, without white space at the ends."""
    return "\n".join(
        "".join(map(_run_text, paragraph.iter(qualified("w:r"))))
        for paragraph in cell.iter(qualified("w:p"))
    ).strip()


def _run_text(run: etree._Element) -> str:
    if any(ancestor.tag == _MOVED_AWAY for ancestor in run.iterancestors()):
        return ""
    return "".join(
        (child.text or "") if child.tag == qualified("w:t") else _SAYS.get(str(child.tag), "")
        for child in run
    )
