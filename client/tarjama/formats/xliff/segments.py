"""Finds the segments of an XLIFF document, and what is known of each."""

from collections.abc import Iterator
from dataclasses import dataclass

from tarjama.formats.errors import BadFile
from tarjama.formats.xliff.dialects import SDL, Dialect, Place
from tarjama.formats.xliff.located import Element, LocatedXml

__all__ = ["Segment", "find_files", "find_segments", "is_for_us", "segment_marks"]

# ISO 639: Arabic, and the languages of its group that have codes of their own.
_ARABIC = frozenset(
    [
        "ar",
        "ara",
        "arb",
        "acm",
        "acq",
        "acw",
        "acx",
        "acy",
        "adf",
        "aeb",
        "aec",
        "afb",
        "ajp",
        "apc",
        "apd",
        "ars",
        "ary",
        "arz",
        "auz",
        "avl",
        "ayh",
        "ayl",
        "ayn",
        "ayp",
        "pga",
        "shu",
        "ssh",
    ]
)
_ENGLISH = frozenset({"en", "eng"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A source that gets a translation.

    Attributes:
        id: Names it within its file: the ids of the unit and of the segment.
        place: What it is in.
        source: The element whose content is its text: `source`, or a `mrk` in `seg-source`.
        container: The `source` or `seg-source` that it is in, behind which a target goes.
        target: The element whose content is its translation, or None.
        is_marked: Whether it is a `mrk`, beside others in one target.
        is_fixed: Whether it is locked, confirmed or not to be translated.
        context: Where it stands, for a reader.
        note: What the author tells the translator.
    """

    id: str
    place: Place
    source: Element
    container: Element
    target: Element | None
    is_marked: bool
    is_fixed: bool
    context: str
    note: str


def find_files(document: LocatedXml) -> list[Element]:
    """Finds the `file` elements.

    Raises:
        BadFile: there is none, or the document is no XLIFF.
    """
    files = list(document.root.descendants("file"))
    if document.root.name != "xliff" or not files:
        raise BadFile(
            "The file is not XLIFF: it has no <xliff> with a <file> in it. "
            "Export it anew, or rename it rightly."
        )
    return files


def is_for_us(document: LocatedXml, file: Element) -> bool:
    """Tells whether a file is from Arabic to English, or does not say."""
    root, attributes = document.root.attributes, file.attributes
    source = attributes.get("source-language") or root.get("srcLang", "")
    target = attributes.get("target-language") or root.get("trgLang", "")
    return _is_of(source, _ARABIC) and _is_of(target, _ENGLISH)


def find_segments(file: Element, dialect: Dialect) -> Iterator[Segment]:
    """Finds the segments of a file, in order."""
    original = file.attributes.get("original", "")
    for unit, is_open in _units(file, file.attributes.get("translate") != "no"):
        name = unit.attributes.get("resname") or unit.attributes.get("name")
        context = ", ".join(filter(None, (original, name)))
        note = "\n".join(_notes(unit))
        unit_id = unit.attributes.get("id", "")
        if unit.name == "unit":
            yield from _second(unit, unit_id, dialect, is_open, context, note)
        else:
            yield from _first(unit, unit_id, dialect, is_open, context, note)


def segment_marks(element: Element) -> Iterator[Element]:
    """Finds the `mrk` elements that are segments, at any depth."""
    for child in element.elements:
        if child.name == "mrk" and child.attributes.get("mtype") == "seg":
            yield child
        else:
            yield from segment_marks(child)


def _units(element: Element, is_open: bool) -> Iterator[tuple[Element, bool]]:
    """The units in an element, and whether they may be translated, which they inherit."""
    for child in element.elements:
        translate = child.attributes.get("translate")
        child_is_open = is_open if translate is None else translate == "yes"
        if child.name in {"trans-unit", "unit"}:
            yield child, child_is_open
        else:
            yield from _units(child, child_is_open)


def _first(
    unit: Element, unit_id: str, dialect: Dialect, is_open: bool, context: str, note: str
) -> Iterator[Segment]:
    """The segments of a `trans-unit` of XLIFF 1.2."""
    source, segmented = unit.child("source"), unit.child("seg-source")
    target = unit.child("target")
    if source is None:
        return
    marks = [] if segmented is None else list(segment_marks(segmented))
    definitions = _definitions(unit)
    if not marks:
        place = Place(unit, target, next(iter(definitions.values()), None))
        fixed = not is_open or dialect.is_fixed(place)
        yield Segment(
            unit_id, place, source, segmented or source, target, False, fixed, context, note
        )
        return
    assert segmented is not None
    known = {} if target is None else {_mid(mark): mark for mark in segment_marks(target)}
    for mark in marks:
        place = Place(unit, target, definitions.get(_mid(mark)))
        translation = known.get(_mid(mark))
        if target is not None and not known and target.text.strip():
            # Translated whole, without segments.
            translation = target
        yield Segment(
            id=f"{unit_id}/{_mid(mark)}",
            place=place,
            source=mark,
            container=segmented,
            target=translation,
            is_marked=True,
            is_fixed=not is_open or dialect.is_fixed(place),
            context=context,
            note=note,
        )


def _second(
    unit: Element, unit_id: str, dialect: Dialect, is_open: bool, context: str, note: str
) -> Iterator[Segment]:
    """The segments of a `unit` of XLIFF 2.x."""
    segments = (child for child in unit.elements if child.name == "segment")
    for number, holder in enumerate(segments, start=1):
        source, target = holder.child("source"), holder.child("target")
        if source is None:
            continue
        place = Place(holder, target)
        name = holder.attributes.get("id") or str(number)
        fixed = not is_open or dialect.is_fixed(place)
        yield Segment(
            f"{unit_id}/{name}", place, source, source, target, False, fixed, context, note
        )


def _definitions(unit: Element) -> dict[str, Element]:
    """SDL's records of the segments of a unit, by the ids of the segments."""
    listed = unit.child(f"{SDL} seg-defs")
    if listed is None:
        return {}
    return {
        one.attributes.get("id", ""): one for one in listed.elements if one.name == f"{SDL} seg"
    }


def _notes(unit: Element) -> Iterator[str]:
    notes = unit.child("notes") or unit
    for note in notes.elements:
        if note.name == "note" and note.text.strip():
            yield note.text.strip()


def _mid(mark: Element) -> str:
    return mark.attributes.get("mid", "")


def _is_of(tag: str, languages: frozenset[str]) -> bool:
    primary = tag.replace("_", "-").partition("-")[0].lower()
    return primary in languages or primary in {"", "und", "x"}
