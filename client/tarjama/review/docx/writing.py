"""Writes review tables."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO

import docx
from docx.enum.section import WD_ORIENT
from docx.shared import Cm, Pt
from lxml import etree

from tarjama.formats.script import has_arabic
from tarjama.review.docx.names import COLUMNS, UNTICKED, digest, qualified
from tarjama.review.marks import MARK, to_marked
from tarjama.review.model import Origin, ReviewedDocument, ReviewedSegment, ReviewedUnit

__all__ = ["write_docx_review"]

# Twentieths of a point, on A4 across with margins of 1.5 cm.
_WIDTHS = (800, 4900, 4900, 1300, 3200)
_TICKED = "☒"
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARK_COLOUR = "0A58CA"
_FAINT_COLOUR = "57606A"
_HEADING_SHADE = "E7ECF2"
_DOUBT_SHADE = "FFF1E6"
_GUIDE = (
    "Correct the English column. A segment that you change counts as reviewed; tick the box of "
    "one that is right as it is. Marks such as ⟦1› ‹1⟧ and ⟦2⟧ stand for formatting and "
    "placeholders: keep each, once, around or beside the words it belongs to. Change nothing in "
    "the other columns, and keep the rows. Then run: tarjama merge THIS-FILE -o OUTPUT"
)


def write_docx_review(
    target: BinaryIO, document: ReviewedDocument, *, written_at: datetime
) -> None:
    """Writes a Word document with a table of the segments.

    The columns that are not to be changed are in locked content controls, which Word keeps from
    being edited.

    Args:
        target: Takes the bytes.
        document: What to review.
        written_at: The document's date.
    """
    file = docx.Document()
    file.core_properties.author = "Tarjama"
    file.core_properties.title = f"Review of {PurePosixPath(document.source.path).name}"
    file.core_properties.comments = ""
    file.core_properties.created = file.core_properties.modified = written_at
    section = file.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.5)
    file.styles["Normal"].font.size = Pt(10.5)
    heading = file.add_heading(_writable(file.core_properties.title), level=1)
    segments = [segment for unit in document.units for segment in unit.segments]
    record = {
        "path": document.source.path,
        "sha256": document.source.sha256,
        "segments": str(sum(bool(segment.source.strip()) for segment in segments)),
    }
    etree.ElementBase.append(heading._p, _hidden_run(record))
    file.add_paragraph(_GUIDE)
    file.element.body.insert(len(file.element.body) - 1, _table(document))
    file.save(target)


def _table(document: ReviewedDocument) -> etree._Element:
    table = _element("w:tbl")
    properties = _element(
        "w:tblPr",
        _element("w:tblStyle", val="TableGrid"),
        _element("w:tblW", w=str(sum(_WIDTHS)), type="dxa"),
        _element("w:tblLayout", type="fixed"),
    )
    table.append(properties)
    table.append(_element("w:tblGrid", *(_element("w:gridCol", w=str(one)) for one in _WIDTHS)))
    table.append(_heading_row())
    number = 0
    for unit in document.units:
        for segment in unit.segments:
            if segment.source.strip():
                number += 1
                table.append(_row(number, unit, segment))
    return table


def _heading_row() -> etree._Element:
    # Repeated on each page, and named as headings to screen readers.
    repeated = _element("w:trPr", _element("w:cantSplit"), _element("w:tblHeader"))
    cells = [
        _cell(width, [_paragraph([_run(name, "w:b")])], shade=_HEADING_SHADE)
        for width, name in zip(_WIDTHS, COLUMNS, strict=True)
    ]
    return _element("w:tr", repeated, *cells)


def _row(number: int, unit: ReviewedUnit, segment: ReviewedSegment) -> etree._Element:
    number_cell = _locked(_paragraph([_run(str(number))]))
    record = {"number": str(number), "unit": unit.id, "digest": digest(segment.target)}
    number_cell.append(_hidden_run(record))
    contents = (
        [number_cell],
        [_locked(_text_paragraph(segment.source, rtl=True))],
        [_text_paragraph(segment.target, rtl=False)],
        [_tick_box(is_ticked=segment.origin is Origin.PERSON)],
        [_locked(line) for line in _remarks(unit, segment)],
    )
    shade = _DOUBT_SHADE if segment.flags else ""
    cells = [
        _cell(width, content, shade=shade if at == 0 else "")
        for at, (width, content) in enumerate(zip(_WIDTHS, contents, strict=True))
    ]
    return _element("w:tr", _element("w:trPr", _element("w:cantSplit")), *cells)


def _remarks(unit: ReviewedUnit, segment: ReviewedSegment) -> list[etree._Element]:
    lines = [line for line in (unit.context, unit.note) if line]
    if segment.origin is Origin.MEMORY:
        lines.append("From the memory.")
    if segment.score is not None:
        lines.append(f"Score {segment.score:.2f}.")
    lines += [f"{flag.replace('_', ' ').capitalize()}." for flag in segment.flags]
    lines += segment.notes
    lines += [f"Alternative: {to_marked(one).strip()}" for one in segment.alternatives]
    for match in segment.matches:
        lines.append(f"Memory {match.percent} %: {to_marked(match.target).strip()}")
        lines.append(to_marked(match.source).strip())
    return [_paragraph(_runs(line, small=True), rtl=_is_arabic(line)) for line in lines or [""]]


def _is_arabic(line: str) -> bool:
    return has_arabic(line[:1])


def _text_paragraph(tagged: str, *, rtl: bool) -> etree._Element:
    return _paragraph(_runs(to_marked(tagged).strip(), rtl=rtl), rtl=rtl)


def _runs(marked: str, *, rtl: bool = False, small: bool = False) -> Iterator[etree._Element]:
    """Gives runs of text, the marks in it coloured."""
    at = 0
    looks = [*(["w:rtl"] if rtl else []), *(["small"] if small else [])]
    for mark in MARK.finditer(marked):
        if mark.lastindex:
            yield _run(marked[at : mark.start()], *looks)
            yield _run(mark[0], "mark", *looks)
            at = mark.end()
    yield _run(marked[at:], *looks)


def _run(text: str, *looks: str) -> etree._Element:
    run = _element("w:r")
    properties = etree.SubElement(run, qualified("w:rPr"))
    if "w:b" in looks:
        properties.append(_element("w:b"))
    if "mark" in looks:
        properties.append(_element("w:color", val=_MARK_COLOUR))
    elif "small" in looks:
        properties.append(_element("w:color", val=_FAINT_COLOUR))
    if "small" in looks:
        properties.extend([_element("w:sz", val="17"), _element("w:szCs", val="17")])
    elif "w:rtl" in looks:
        properties.append(_element("w:szCs", val="26"))
    if "w:rtl" in looks:
        properties.append(_element("w:rtl"))
        properties.append(_element("w:lang", bidi="ar-SA"))
    for number, line in enumerate(_writable(text).split("\n")):
        if number:
            run.append(_element("w:br"))
        _append_text(run, line)
    return run


def _append_text(run: etree._Element, line: str) -> None:
    for number, piece in enumerate(line.split("\t")):
        if number:
            run.append(_element("w:tab"))
        text = etree.SubElement(run, qualified("w:t"))
        text.set(qualified("xml:space"), "preserve")
        text.text = piece


def _hidden_run(record: dict[str, str]) -> etree._Element:
    # In ASCII, so that no program has a reason to change its letters.
    run = _run(json.dumps(record))
    properties = run.find(qualified("w:rPr"))
    assert properties is not None
    properties.append(_element("w:vanish"))
    return run


def _tick_box(*, is_ticked: bool) -> etree._Element:
    symbol = _TICKED if is_ticked else UNTICKED
    box = _element("w14:checkbox")
    for name, value in (("checked", str(int(is_ticked))), ("checkedState", "2612")):
        etree.SubElement(box, qualified(f"w14:{name}")).set(qualified("w14:val"), value)
    etree.SubElement(box, qualified("w14:uncheckedState")).set(qualified("w14:val"), "2610")
    run = _run(symbol)
    control = _element("w:sdt", _element("w:sdtPr", box), _element("w:sdtContent", run))
    centred = _element("w:pPr", _element("w:jc", val="center"))
    return _element("w:p", centred, control)


def _locked(paragraph: etree._Element) -> etree._Element:
    """Puts the runs of a paragraph into a content control whose text cannot be edited.

    One around the paragraph would do as well, but LibreOffice makes a field without any
    formatting of that, and writes it so.
    """
    runs = paragraph.findall(qualified("w:r"))
    properties = _element("w:sdtPr", _element("w:lock", val="sdtContentLocked"))
    paragraph.append(_element("w:sdt", properties, _element("w:sdtContent", *runs)))
    return paragraph


def _cell(width: int, content: Sequence[etree._Element], *, shade: str = "") -> etree._Element:
    properties = _element("w:tcPr", _element("w:tcW", w=str(width), type="dxa"))
    if shade:
        properties.append(_element("w:shd", val="clear", color="auto", fill=shade))
    return _element("w:tc", properties, *content)


def _paragraph(
    runs: Iterator[etree._Element] | list[etree._Element], *, rtl: bool = False
) -> etree._Element:
    properties = _element("w:pPr")
    if rtl:
        properties.append(_element("w:bidi"))
    properties.append(_element("w:spacing", before="20", after="20"))
    return _element("w:p", properties, *runs)


def _element(name: str, *children: etree._Element, **attributes: str) -> etree._Element:
    element = etree.Element(qualified(name))
    for key, value in attributes.items():
        element.set(qualified(f"w:{key}"), value)
    element.extend(children)
    return element


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
