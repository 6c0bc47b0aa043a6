"""Where units stand in the parts of a document, and how all kinds of parts are read and written."""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol, TypeAlias

from lxml import etree

from tarjama.formats.inline import TaggedText
from tarjama.formats.ooxml.names import MC
from tarjama.formats.package import Package
from tarjama.formats.script import has_arabic
from tarjama.formats.units import Direction, FormatDocument, Unit
from tarjama.formats.xml import XmlPart

__all__ = [
    "Element",
    "Finish",
    "OfficeDocument",
    "PartReader",
    "Place",
    "Placing",
    "attribute_place",
    "element_place",
    "xml_text",
]

Element: TypeAlias = etree._Element

Finish: TypeAlias = Callable[[str, Element], None]
"""Does what is left in a part, by its name, once the part's units are replaced."""

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a tree where a unit stands.

    Attributes:
        element: The paragraph, or what has the attribute.
        text: The unit's tagged text.
        replace: Puts a translation, as tagged text, in its place.
        context: As `Unit.context`.
        is_translatable: As `Unit.is_translatable`.
        is_repeat: Whether it is one unit with the same text in other such places of the part.
    """

    element: Element
    text: str
    replace: Callable[[str], None]
    context: str = ""
    is_translatable: bool = True
    is_repeat: bool = False


class PartReader(Protocol):
    """Knows one kind of part. Finds the same places in a part whether it was turned or not."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives what can be translated, in reading order, be it Arabic or not."""

    def turn(self, root: Element) -> None:
        """Turns what the part says of direction from right-to-left to left-to-right."""


class Placing:
    """Gives the places of a part their ids.

    A text box stands twice in a file: as new programs read it, and as old ones do
    (`mc:Choice` and `mc:Fallback`). Its paragraphs have one id in both.
    """

    def __init__(self, part: str, twins: Mapping[str, str] | None = None) -> None:
        """Begins a part.

        Args:
            part: The part's name, with which its ids begin.
            twins: Ids of units by their text, for a part that repeats those of other parts.
        """
        self._part = part
        self._twins = twins or {}
        self._count = 0
        self._repeats: dict[str, str] = {}
        self._fixed: dict[str, str] = {}
        self._choices: dict[Element, dict[str, list[str]]] = {}

    def units(self, places: Iterable[Place]) -> Iterator[tuple[Unit, Place]]:
        """Makes the units of places that hold anything in Arabic script."""
        for place in places:
            self._count += 1
            if has_arabic(place.text):
                yield (
                    Unit(
                        id=self._id(place),
                        text=place.text,
                        is_translatable=place.is_translatable,
                        context=place.context,
                    ),
                    place,
                )

    def _id(self, place: Place) -> str:
        number = f"{self._part}#{self._count}"
        if not place.is_translatable:
            return self._fixed.setdefault(place.text, number) if place.is_repeat else number
        if place.is_repeat:
            return self._repeats.setdefault(place.text, self._twin(place) or number)
        branch = next(place.element.iterancestors(f"{MC}Choice", f"{MC}Fallback"), None)
        alternatives = None if branch is None else branch.getparent()
        if branch is None or alternatives is None:
            return self._twin(place) or number
        known = self._choices.setdefault(alternatives, {}).setdefault(place.text, [])
        if branch.tag == f"{MC}Fallback":
            return known.pop(0) if known else number
        known.append(number)
        return number

    def _twin(self, place: Place) -> str | None:
        twin = self._twins.get(place.text)
        return twin if twin and not twin.startswith(f"{self._part}#") else None


class OfficeDocument:
    """A document whose parts are read by themselves."""

    def __init__(
        self,
        package: Package,
        readers: Mapping[str, PartReader],
        *,
        repeating: Iterable[str] = (),
        notices: Sequence[str] = (),
        finishing: Callable[[Mapping[str, str], Sequence[Unit]], Finish] | None = None,
        nested: Mapping[str, FormatDocument] | None = None,
    ) -> None:
        """Reads all parts.

        Args:
            package: The archive.
            readers: Who reads each part, in the order of reading.
            repeating: Those of the parts that repeat text of parts before them, with which it is
                to be one unit.
            notices: As `FormatDocument.notices`.
            finishing: Makes of the changed translations, by id, and of all units what finishes
                each part, for what several parts must agree on.
            nested: The parts that are documents themselves, such as the workbooks of charts. Their
                text that is text of this document too is one unit with it.

        Raises:
            BadFile: a part is missing, broken or hostile.
        """
        self._package = package
        self._readers = readers
        self._repeating = frozenset(repeating)
        self._notices = tuple(notices)
        self._finishing = finishing
        self._nested = dict(nested or {})
        self._units: dict[str, Unit] = {}
        self._first: dict[str, str] = {}
        for name, reader in readers.items():
            root = XmlPart(package.read(name), name=name).root
            for unit, _ in self._placing(name).units(reader.places(root)):
                self._units.setdefault(unit.id, unit)
                if unit.is_translatable:
                    self._first.setdefault(unit.text, unit.id)
        self._add_nested()

    @property
    def units(self) -> Sequence[Unit]:
        """What there is to translate, part by part."""
        return tuple(self._units.values())

    @property
    def notices(self) -> Sequence[str]:
        """What the user should know about the result."""
        return self._notices

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the document with units replaced, as `FormatDocument.write` says."""
        changed = {
            key: translation
            for key, translation in translations.items()
            if key in self._units
            and self._units[key].is_translatable
            and translation != self._units[key].text
        }
        finish = self._finishing(changed, self.units) if self._finishing else None
        replaced = {}
        for name, reader in self._readers.items():
            part = XmlPart(self._package.read(name), name=name)
            before = part.to_bytes()
            if direction == "ltr":
                reader.turn(part.root)
            # All are found before any is replaced: a paragraph may stand in another one.
            for unit, place in list(self._placing(name).units(reader.places(part.root))):
                if unit.id in changed:
                    place.replace(changed[unit.id])
            if finish:
                finish(name, part.root)
            after = part.to_bytes()
            if after != before:
                replaced[name] = after
        for name, document in self._nested.items():
            written = io.BytesIO()
            mine = {unit.id: changed.get(self._nested_id(name, unit)) for unit in document.units}
            document.write(
                written,
                {key: text for key, text in mine.items() if text is not None},
                direction=direction,
            )
            replaced[name] = written.getvalue()
        self._package.write(target, replaced)

    def _add_nested(self) -> None:
        for name, document in self._nested.items():
            for unit in document.units:
                inner = replace(unit, id=self._nested_id(name, unit), context=_within(unit))
                self._units.setdefault(inner.id, inner)

    def _nested_id(self, name: str, unit: Unit) -> str:
        twin = self._first.get(unit.text) if unit.is_translatable else None
        return twin or f"{name}/{unit.id}"

    def _placing(self, name: str) -> Placing:
        return Placing(name, self._first if name in self._repeating else None)


def _within(unit: Unit) -> str:
    return f"{unit.context} of a workbook within the document"


def attribute_place(element: Element, attribute: str, *, context: str = "") -> Place:
    """Makes the place of an attribute's value."""
    value = element.get(attribute, "")
    tagged: TaggedText[str] = TaggedText([value])

    def put(translation: str) -> None:
        element.set(attribute, xml_text(_plain(tagged, translation)))

    return Place(element, tagged.text, put, context)


def element_place(element: Element, *, context: str = "") -> Place:
    """Makes the place of an element's text, of one that has no elements in it."""
    tagged: TaggedText[str] = TaggedText([element.text or ""])

    def put(translation: str) -> None:
        element.text = xml_text(_plain(tagged, translation))

    return Place(element, tagged.text, put, context)


def _plain(tagged: TaggedText[str], translation: str) -> str:
    return "".join(item for item in tagged.restore(translation) if isinstance(item, str))


def xml_text(text: str) -> str:
    """Leaves out the control characters that XML cannot hold."""
    return _NO_XML.sub("", text)
