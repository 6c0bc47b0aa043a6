"""Reads translation memories of other programs: TMX 1.1 to 1.4b."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from tarjama.formats.errors import BadFile
from tarjama.formats.tags import escape, plain_text, tag_problem
from tarjama.formats.xml import root_offset
from tarjama.memory.entries import MemoryEntry
from tarjama.memory.tmx.names import AFTER, BEFORE, DATE_FORMAT

__all__ = ["read_tmx"]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The root element of a TMX file begins in this much, whatever comments are before it.
_HEAD_BYTES = 64 * 1024
_STANDALONE = frozenset({"ph", "it", "ut"})
_UNKNOWN_DATE = datetime(1970, 1, 1, tzinfo=UTC)


def read_tmx(path: Path) -> Iterator[MemoryEntry]:
    """Reads a TMX file of any size, one translation unit at a time.

    A unit without Arabic or without English, or with an empty side, is passed over; so is every
    language but these. Codes of a unit that are not the same on both sides are left out.

    Raises:
        BadFile: it cannot be opened, is not TMX, is not well-formed, or declares entities. What
            was given before that is right.
    """
    try:
        with path.open("rb") as file:
            root_offset(file.read(_HEAD_BYTES), "file")
            file.seek(0)
            events = etree.iterparse(
                file,
                events=("start", "end"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
            yield from _entries(events)
    except OSError as error:
        raise BadFile(f"Cannot be opened: {error.strerror}.") from error
    except etree.XMLSyntaxError as error:
        raise BadFile(
            f"The file is not well-formed XML at line {error.lineno}. Export it anew, or mend it "
            "there."
        ) from error


def _entries(events: Iterable[tuple[str, etree._Element]]) -> Iterator[MemoryEntry]:
    is_root = True
    for event, element in events:
        if is_root:
            if etree.QName(element).localname != "tmx":
                raise BadFile("The file is not TMX: its root element is another.")
            is_root = False
        elif event == "end" and etree.QName(element).localname == "tu":
            entry = _entry(element)
            if entry is not None:
                yield entry
            # What was read is let go of, or a large file would fill the memory.
            parent = element.getparent()
            element.clear()
            if parent is not None:
                del parent[: parent.index(element)]


def _entry(unit: etree._Element) -> MemoryEntry | None:
    sides: dict[str, etree._Element] = {}
    for variant in unit.iterfind("{*}tuv"):
        language = (variant.get(_XML_LANG) or variant.get("lang") or "").lower()[:2]
        sides.setdefault(language, variant)
    segments = [
        sides[language].find("{*}seg") if language in sides else None for language in ("ar", "en")
    ]
    if segments[0] is None or segments[1] is None:
        return None
    source, target = _tagged_pair(segments[0], segments[1])
    if not plain_text(source).strip() or not plain_text(target).strip():
        return None
    said = {prop.get("type", ""): prop.text or "" for prop in unit.iterfind("{*}prop")}
    english = sides["en"]
    return MemoryEntry(
        source=source.strip(),
        target=target.strip(),
        before=said.get(BEFORE, ""),
        after=said.get(AFTER, ""),
        author=_said_of(english, unit, "changeid", "creationid"),
        changed_at=_date(_said_of(english, unit, "changedate", "creationdate")),
    )


def _said_of(variant: etree._Element, unit: etree._Element, *names: str) -> str:
    for element in (variant, unit):
        for name in names:
            if element.get(name):
                return element.get(name, "")
    return ""


def _date(text: str) -> datetime:
    try:
        return datetime.strptime(text, DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return _UNKNOWN_DATE


def _tagged_pair(source: etree._Element, target: etree._Element) -> tuple[str, str]:
    """Reads both sides, with the same numbers for the same codes, or with no codes at all."""
    numbers: dict[tuple[str, str], int] = {}
    first, second = _tagged(source, numbers), _tagged(target, numbers)
    if tag_problem(first, first) is None and tag_problem(first, second) is None:
        return first, second
    return escape(plain_text(first)), escape(plain_text(second))


def _tagged(segment: etree._Element, numbers: dict[tuple[str, str], int]) -> str:
    """Reads a `seg`. `numbers` has the codes so far by their kind and their name in TMX."""
    pieces = [escape(segment.text or "")]
    counts: Counter[str] = Counter()

    def number(code: etree._Element, kind: str, pairing: str) -> int:
        counts[kind] += 1
        # `x` says which codes of the sides belong together; without it their order does.
        name = code.get("x") or pairing or f"#{counts[kind]}"
        return numbers.setdefault((kind, name), len(numbers) + 1)

    def read(code: etree._Element) -> None:
        kind = etree.QName(code).localname
        if kind == "bpt":
            pieces.append(f'<g id="{number(code, "g", code.get("i", ""))}">')
        elif kind == "ept":
            pieces.append("</g>")
        elif kind in _STANDALONE:
            pieces.append(f'<x id="{number(code, "x", "")}"/>')
        elif kind == "hi":
            # It marks text, such as a name, and is no code of the document.
            pieces.append(escape(code.text or ""))
            read_all(code)

    def read_all(element: etree._Element) -> None:
        for child in element:
            read(child)
            pieces.append(escape(child.tail or ""))

    read_all(segment)
    return "".join(pieces)
