"""Reviews as XLIFF 1.2, which every CAT tool opens.

A segment is a `trans-unit`; those of one unit are in a `group`. Codes are `g` and `x` with the
numbers of the tagged text; a code that opens in one segment and closes in another is `bx` and `ex`.
Alternatives and matches of the memory are `alt-trans`, the score and flags a `note`. What XLIFF
has no place for is in attributes of our own namespace.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote, unquote

from lxml import etree
from lxml.builder import ElementMaker

from tarjama.formats.errors import BadFile
from tarjama.formats.tags import escape, unescape
from tarjama.formats.xml import XmlPart
from tarjama.memory.codes import CODE
from tarjama.memory.entries import MemoryMatch
from tarjama.review.errors import BadReview
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)

__all__ = ["NAMESPACE", "read_xliff_review", "write_xliff_review"]

NAMESPACE = "urn:tarjama:review:1"
"""Of the attributes that are our own. Tells a review from any other XLIFF."""

_XLIFF = "urn:oasis:names:tc:xliff:document:1.2"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_E = ElementMaker(namespace=_XLIFF, nsmap={None: _XLIFF, "tarjama": NAMESPACE})
_TOOL = "tarjama"
# What XML 1.0 has no way to write, and the sign that escapes it in an id.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED_IN_ID = re.compile("[%\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_CHARACTER = "x-tarjama-character"

# XLIFF 1.2, "state" and "state-qualifier": what a tool shows of where a target is from.
_STATES = {
    Origin.MACHINE: {"state": "needs-review-translation", "state-qualifier": "mt-suggestion"},
    Origin.MEMORY: {"state": "needs-review-translation", "state-qualifier": "exact-match"},
    Origin.FILE: {"state": "translated"},
    Origin.PERSON: {"state": "signed-off"},
}
_APPROVED_STATES = frozenset({"final", "signed-off"})
_LAID_OUT = frozenset(
    f"{{{_XLIFF}}}{name}"
    for name in ("xliff", "file", "header", "body", "group", "trans-unit", "alt-trans")
)


def write_xliff_review(document: ReviewedDocument, target: BinaryIO) -> None:
    """Writes a review as XLIFF.

    Args:
        document: What is to be reviewed.
        target: Takes the bytes.
    """
    file = _E.file(
        _E.header(_E.tool({"tool-id": _TOOL, "tool-name": "Tarjama"})),
        _E.body(*map(_written_unit, document.units)),
        {
            "original": _writable(document.source.path),
            "source-language": "ar",
            "target-language": "en",
            "datatype": "x-tarjama",
            _own("sha256"): document.source.sha256,
        },
    )
    root = _E.xliff(file, version="1.2")
    _lay_out(root)
    target.write(etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n")


def read_xliff_review(data: bytes) -> ReviewedDocument:
    """Reads a review that a CAT tool may have changed.

    A target gets the white space at its ends from its source, since tools drop it. One that was
    changed or approved is of origin `PERSON`.

    Args:
        data: The file.

    Raises:
        BadReview: the file is not well-formed, hostile, or no review that Tarjama wrote.
    """
    try:
        root = XmlPart(data).root
    except BadFile as error:
        raise BadReview(str(error)) from error
    file = root.find(_name("file"))
    sha256 = None if file is None else file.get(_own("sha256"))
    if root.tag != _name("xliff") or file is None or sha256 is None:
        raise BadReview(
            "The file is no review: it is not XLIFF that Tarjama wrote, or the program that saved "
            "it dropped the attribute tarjama:sha256. Save it as XLIFF 1.2 with nothing left out."
        )
    source = SourceFile(_read_writable(file.get("original", "")), sha256)
    return ReviewedDocument(source=source, units=tuple(_read_units(file)))


def _written_unit(unit: ReviewedUnit) -> etree._Element:
    group = _E.group(id=_writable(unit.id))
    for number, segment in enumerate(unit.segments, start=1):
        group.append(_written_segment(unit, segment, number))
    return group


def _written_segment(unit: ReviewedUnit, segment: ReviewedSegment, number: int) -> etree._Element:
    target = _with_text(_E.target(_STATES[segment.origin]), segment.target)
    element = _E(
        "trans-unit",
        _with_text(_E.source(), segment.source),
        target,
        {
            "id": f"{_writable(unit.id)}#{number}",
            _SPACE: "preserve",
            _own("origin"): segment.origin.value,
            _own("digest"): _digest(segment.target),
        },
    )
    if segment.origin is Origin.PERSON:
        element.set("approved", "yes")
    if segment.score is not None:
        element.set(_own("score"), repr(segment.score))
    if segment.flags:
        element.set(_own("flags"), " ".join(segment.flags))
    element.extend(_remarks(unit, segment))
    element.extend(_candidates(segment))
    return element


def _remarks(unit: ReviewedUnit, segment: ReviewedSegment) -> Iterator[etree._Element]:
    if unit.context:
        context = _E.context({"context-type": "x-place"})
        context.text = _printable(unit.context)
        yield _E("context-group", context, purpose="location")
    told = [] if segment.score is None else [f"Score {segment.score:.2f}."]
    told += [f"{flag.replace('_', ' ').capitalize()}." for flag in segment.flags]
    for kind, text in (
        ("source", unit.note),
        ("general", " ".join(told)),
        *(("target", note) for note in segment.notes),
    ):
        if text:
            note = _E.note({"from": _TOOL, "annotates": kind})
            note.text = _printable(text)
            yield note


def _candidates(segment: ReviewedSegment) -> Iterator[etree._Element]:
    for text in segment.alternatives:
        target = _with_text(_E.target({"state-qualifier": "mt-suggestion"}), text)
        yield _E("alt-trans", target, {"alttranstype": "proposal", "tool-id": _TOOL})
    for match in segment.matches:
        yield _E(
            "alt-trans",
            _with_text(_E.source(), match.source),
            _with_text(_E.target(), match.target),
            {
                "alttranstype": "proposal",
                "match-quality": f"{match.percent}%",
                "origin": "memory",
                _own("same-context"): "yes" if match.same_context else "no",
            },
        )


def _read_units(file: etree._Element) -> Iterator[ReviewedUnit]:
    units: dict[str, list[etree._Element]] = {}
    for element in file.iter(_name("trans-unit")):
        unit_id, mark, number = element.get("id", "").rpartition("#")
        if not mark or not number.isdecimal():
            raise BadReview(
                f"The segment at line {element.sourceline} has an id that Tarjama did not write. "
                "Save the review without renumbering its segments."
            )
        units.setdefault(_read_writable(unit_id), []).append(element)
    for unit_id, elements in units.items():
        segments = tuple(map(_read_segment, elements))
        yield ReviewedUnit(
            id=unit_id,
            source="".join(segment.source for segment in segments),
            segments=segments,
            context=elements[0].findtext(f"{_name('context-group')}/{_name('context')}") or "",
            note=next(iter(_notes(elements[0], "source")), ""),
        )


def _read_segment(element: etree._Element) -> ReviewedSegment:
    source = _text_of(element.find(_name("source")))
    target = _with_ends_of(source, _text_of(element.find(_name("target"))))
    score = element.get(_own("score"))
    try:
        return ReviewedSegment(
            source=source,
            target=target,
            score=None if score is None else float(score),
            flags=tuple(element.get(_own("flags"), "").split()),
            alternatives=tuple(
                _text_of(each.find(_name("target")))
                for each in element.iterfind(_name("alt-trans"))
                if each.get("tool-id") == _TOOL
            ),
            origin=_origin(element, target),
            matches=tuple(
                MemoryMatch(
                    source=_text_of(each.find(_name("source"))),
                    target=_text_of(each.find(_name("target"))),
                    percent=int(each.get("match-quality", "").rstrip("%")),
                    same_context=each.get(_own("same-context")) == "yes",
                )
                for each in element.iterfind(_name("alt-trans"))
                if each.get(_own("same-context"))
            ),
            notes=tuple(_notes(element, "target")),
        )
    except ValueError as error:
        raise BadReview(
            f"The segment at line {element.sourceline} has a score, an origin or a match that "
            "Tarjama did not write. Save the review anew."
        ) from error


def _origin(element: etree._Element, target: str) -> Origin:
    written = Origin(element.get(_own("origin"), Origin.MACHINE.value))
    translated = element.find(_name("target"))
    state = None if translated is None else translated.get("state")
    is_approved = element.get("approved") == "yes" or state in _APPROVED_STATES
    is_changed = _digest(target) != element.get(_own("digest"))
    return Origin.PERSON if is_approved or is_changed else written


def _notes(element: etree._Element, kind: str) -> Iterator[str]:
    for note in element.iterfind(_name("note")):
        if note.get("from") == _TOOL and note.get("annotates") == kind:
            yield note.text or ""


def _with_text(element: etree._Element, tagged: str) -> etree._Element:
    """Fills an element with tagged text, whose tags need not be well nested."""
    codes = list(CODE.finditer(tagged))
    partners = _partners(codes)
    parents = [element]
    end_count = at = 0
    for number, code in enumerate(codes):
        _add_text(parents[-1], tagged[at : code.start()])
        at = code.end()
        partner = partners.get(number)
        if code["closed"] and partner is not None and partner < number:
            parents.pop()
        elif code["closed"]:
            # The tagged text does not tell which code it closes; source and target get the same
            # ids in order, so that tools find every code in both.
            end_count += 1
            etree.SubElement(parents[-1], _name("ex"), id=f"e{end_count}")
        elif code["kind"] == "x" or code["empty"]:
            etree.SubElement(parents[-1], _name(code["kind"]), id=code["id"])
        elif partner is None:
            etree.SubElement(parents[-1], _name("bx"), id=code["id"])
        else:
            parents.append(etree.SubElement(parents[-1], _name("g"), id=code["id"]))
    _add_text(parents[-1], tagged[at:])
    return element


def _partners(codes: list[re.Match[str]]) -> dict[int, int]:
    """Which opening tag goes with which closing one, both ways."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for number, code in enumerate(codes):
        if code["closed"] and waiting:
            found[number] = waiting.pop()
            found[found[number]] = number
        elif code["kind"] == "g" and not code["empty"]:
            waiting.append(number)
    return found


def _add_text(element: etree._Element, tagged: str) -> None:
    text = unescape(tagged)
    at = 0
    for match in _UNWRITABLE.finditer(text):
        _append(element, text[at : match.start()])
        code = f"{ord(match[0]):04X}"
        etree.SubElement(element, _name("x"), {"id": f"u{code}", "ctype": _CHARACTER})
        at = match.end()
    _append(element, text[at:])


def _append(element: etree._Element, text: str) -> None:
    if not text:
        return
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _text_of(element: etree._Element | None) -> str:
    """Reads tagged text. Elements that a tool put around text, such as comments, are let go."""
    if element is None:
        return ""
    pieces = [escape(element.text or "")]
    for child in element:
        number = child.get("id", "")
        if child.tag == _name("g"):
            pieces.append(f'<g id="{number}">{_text_of(child)}</g>')
        elif child.tag == _name("bx"):
            pieces.append(f'<g id="{number}">')
        elif child.tag == _name("ex"):
            pieces.append("</g>")
        elif child.tag == _name("x") and child.get("ctype") == _CHARACTER:
            pieces.append(_character(number))
        elif child.tag == _name("x"):
            pieces.append(f'<x id="{number}"/>')
        elif isinstance(child.tag, str):
            pieces.append(_text_of(child))
        pieces.append(escape(child.tail or ""))
    return "".join(pieces)


def _character(number: str) -> str:
    return chr(int(number[1:], 16)) if re.fullmatch("u[0-9A-F]{4}", number) else ""


def _with_ends_of(source: str, target: str) -> str:
    bare = source.strip()
    if not bare:
        return source
    lead, _, trail = source.partition(bare)
    return lead + target.strip() + trail if target.strip() else ""


def _lay_out(element: etree._Element, level: int = 0) -> None:
    """Puts every element on a line, but for those within text."""
    if element.tag not in _LAID_OUT or not len(element):
        return
    element.text = "\n" + "  " * (level + 1)
    for child in element:
        _lay_out(child, level + 1)
        child.tail = element.text
    element[-1].tail = "\n" + "  " * level


def _writable(text: str) -> str:
    return _ESCAPED_IN_ID.sub(lambda match: quote(match[0], safe="", errors="surrogatepass"), text)


def _read_writable(text: str) -> str:
    return unquote(text, errors="surrogatepass")


def _printable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)


def _digest(target: str) -> str:
    """Tells whether a target was changed, however its codes are written."""
    text = CODE.sub(_plainly, target).strip()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plainly(code: re.Match[str]) -> str:
    if code["closed"]:
        return "</g>"
    if code["kind"] == "x":
        return f'<x id="{code["id"]}"/>'
    return f'<g id="{code["id"]}">' + ("</g>" if code["empty"] else "")


def _name(name: str) -> str:
    return f"{{{_XLIFF}}}{name}"


def _own(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
