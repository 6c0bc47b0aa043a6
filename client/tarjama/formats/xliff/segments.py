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
_SPACE = "http://www.w3.org/XML/1998/namespace space"
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
        keeps_space: Whether its white space is to be kept as it is.
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
    keeps_space: bool
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
    for element, inherited in _units(file, _inherited(file, _Inherited(True, False))):
        name = element.attributes.get("resname") or element.attributes.get("name")
        unit = _Unit(
            element,
            dialect,
            inherited,
            context=", ".join(filter(None, (original, name))),
            note="\n".join(_notes(element)),
        )
        yield from _second(unit) if element.name == "unit" else _first(unit)


def segment_marks(element: Element) -> Iterator[Element]:
    """Finds the `mrk` elements that are segments, at any depth."""
    for child in element.elements:
        if child.name == "mrk" and child.attributes.get("mtype") == "seg":
            yield child
        else:
            yield from segment_marks(child)


@dataclass(frozen=True, slots=True)
class _Inherited:
    """What an element says for all in it: whether to translate it, and to keep its white space."""

    is_open: bool
    keeps_space: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """A `trans-unit` or `unit`, and what its segments share."""

    element: Element
    dialect: Dialect
    inherited: _Inherited
    context: str
    note: str

    @property
    def id(self) -> str:
        return self.element.attributes.get("id", "")

    def segment(
        self,
        name: str,
        place: Place,
        source: Element,
        *,
        container: Element | None = None,
        target: Element | None,
        is_marked: bool = False,
    ) -> Segment:
        container = container or source
        return Segment(
            id="/".join(filter(None, (self.id, name))),
            place=place,
            source=source,
            container=container,
            target=target,
            is_marked=is_marked,
            is_fixed=not self.inherited.is_open or self.dialect.is_fixed(place),
            keeps_space=_inherited(container, self.inherited).keeps_space,
            context=self.context,
            note=self.note,
        )


def _units(element: Element, inherited: _Inherited) -> Iterator[tuple[Element, _Inherited]]:
    """The units in an element, and what they inherit or say themselves."""
    for child in element.elements:
        own = _inherited(child, inherited)
        if child.name in {"trans-unit", "unit"}:
            yield child, own
        else:
            yield from _units(child, own)


def _inherited(element: Element, outer: _Inherited) -> _Inherited:
    translate = element.attributes.get("translate")
    space = element.attributes.get(_SPACE)
    return _Inherited(
        is_open=outer.is_open if translate is None else translate == "yes",
        keeps_space=outer.keeps_space if space is None else space == "preserve",
    )


def _first(unit: _Unit) -> Iterator[Segment]:
    """The segments of a `trans-unit` of XLIFF 1.2."""
    source, segmented = unit.element.child("source"), unit.element.child("seg-source")
    target = unit.element.child("target")
    if source is None:
        return
    definitions = _definitions(unit.element)
    marks = [] if segmented is None else list(segment_marks(segmented))
    if not marks:
        place = Place(unit.element, target, next(iter(definitions.values()), None))
        yield unit.segment("", place, source, container=segmented, target=target)
    known = {} if target is None else {_mid(mark): mark for mark in segment_marks(target)}
    is_whole = target is not None and not known and bool(target.text.strip())
    for mark in marks:
        yield unit.segment(
            _mid(mark),
            Place(unit.element, target, definitions.get(_mid(mark))),
            mark,
            container=segmented,
            # A target that was translated whole, without segments, is the translation of each.
            target=target if is_whole else known.get(_mid(mark)),
            is_marked=True,
        )


def _second(unit: _Unit) -> Iterator[Segment]:
    """The segments of a `unit` of XLIFF 2.x."""
    holders = (child for child in unit.element.elements if child.name == "segment")
    for number, holder in enumerate(holders, start=1):
        source, target = holder.child("source"), holder.child("target")
        if source is not None:
            name = holder.attributes.get("id") or str(number)
            yield unit.segment(name, Place(holder, target), source, target=target)


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
