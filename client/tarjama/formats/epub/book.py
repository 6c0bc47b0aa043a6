"""A book that was read, and how its parts are written."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO, Protocol

from tarjama.formats import css
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.html import HtmlPage
from tarjama.formats.ooxml.places import PartReader, Placing, xml_text
from tarjama.formats.package import Package
from tarjama.formats.units import Direction, Unit
from tarjama.formats.xml import XmlPart, root_offset

__all__ = ["Book", "Page", "Part", "Sheet", "Tree"]

_DECLARED = re.compile(
    rb"""\s*(?:<\?xml\s[^>]*?encoding\s*=\s*|@charset\s*)["']([\w.:+-]+)""", re.IGNORECASE
)


class Part(Protocol):
    """A part of a book that changes when it is translated."""

    @property
    def units(self) -> Sequence[Unit]:
        """What there is to translate in the part."""

    def written(self, translations: Mapping[str, str], *, direction: Direction) -> bytes:
        """Gives the part with units replaced, as `FormatDocument.write` says."""


class Page:
    """A page, byte for byte but for what is translated and what sets its direction.

    Attributes:
        units: As `Part` says.
        is_right_to_left: Whether the page sets itself so, without any style sheet.
    """

    def __init__(self, name: str, data: bytes, *, right_to_left: bool = False) -> None:
        """Reads a page.

        Args:
            name: The archive's entry.
            data: What is in it.
            right_to_left: Whether style sheets set it so.

        Raises:
            BadFile: it is no XML at its beginning, is hostile, or breaks its encoding.
        """
        root_offset(data, name)
        self._encoded = _decoded(name, data)
        self._page = HtmlPage(
            self._encoded.text, id_prefix=f"{name}#", is_xml=True, right_to_left=right_to_left
        )
        self.units: Sequence[Unit] = self._page.units
        self.is_right_to_left = self._page.is_right_to_left

    def written(self, translations: Mapping[str, str], *, direction: Direction) -> bytes:
        """Gives the page with units replaced."""
        valid = {key: xml_text(translation) for key, translation in translations.items()}
        return _encoded(self._encoded, self._page.write(valid, direction=direction))


class Sheet:
    """A style sheet, in which there is nothing to translate."""

    units: Sequence[Unit] = ()

    def __init__(self, name: str, data: bytes, *, swap_sides: bool) -> None:
        """Reads a style sheet.

        Args:
            name: The archive's entry.
            data: What is in it.
            swap_sides: Whether the pages were right-to-left.

        Raises:
            BadFile: it breaks its encoding.
        """
        self._encoded = _decoded(name, data)
        self._swap_sides = swap_sides

    def written(self, translations: Mapping[str, str], *, direction: Direction) -> bytes:
        """Gives the style sheet, turned if the direction is."""
        text = self._encoded.text
        if direction == "ltr":
            text = css.to_left_to_right(text, swap_sides=self._swap_sides)
        return _encoded(self._encoded, text)


class Tree:
    """A part of XML that is no page.

    Attributes:
        units: As `Part` says.
    """

    def __init__(self, name: str, data: bytes, reader: PartReader) -> None:
        """Reads a part.

        Args:
            name: The archive's entry.
            data: What is in it.
            reader: Knows what is in such a part.

        Raises:
            BadFile: it is broken or hostile.
        """
        self._name = name
        self._data = data
        self._reader = reader
        root = XmlPart(data, name=name).root
        self.units: Sequence[Unit] = [unit for unit, _ in Placing(name).units(reader.places(root))]

    def written(self, translations: Mapping[str, str], *, direction: Direction) -> bytes:
        """Gives the part with units replaced; what it was, if nothing is."""
        part = XmlPart(self._data, name=self._name)
        before = part.to_bytes()
        if direction == "ltr":
            self._reader.turn(part.root)
        for unit, place in list(Placing(self._name).units(self._reader.places(part.root))):
            if translations.get(unit.id, unit.text) != unit.text:
                place.replace(translations[unit.id])
        after = part.to_bytes()
        return self._data if after == before else after


class Book:
    """A book that was read."""

    def __init__(
        self,
        package: Package,
        parts: Mapping[str, Part],
        *,
        repeating: Iterable[str],
        notices: Sequence[str],
    ) -> None:
        """Gathers the units of all parts.

        Args:
            package: The archive.
            parts: In the order of reading.
            repeating: Those of the parts that repeat what is in others, as tables of contents
                repeat headings: text of both is one unit.
            notices: As `FormatDocument.notices`.
        """
        self.notices = notices
        self._package = package
        self._parts = parts
        self._units: dict[str, Unit] = {}
        self._ids: dict[str, dict[str, str]] = {}
        known: dict[str, str] = {}
        repeating = frozenset(repeating)
        for name, part in parts.items():
            ids = self._ids[name] = {
                unit.id: known.get(unit.text, unit.id) if name in repeating else unit.id
                for unit in part.units
            }
            for unit in part.units:
                self._units.setdefault(ids[unit.id], unit)
                known.setdefault(unit.text, ids[unit.id])

    @property
    def units(self) -> Sequence[Unit]:
        """What there is to translate, part by part."""
        return tuple(self._units.values())

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the book with units replaced, as `FormatDocument.write` says."""
        replaced = {}
        for name, part in self._parts.items():
            own = {
                key: translations[shared]
                for key, shared in self._ids[name].items()
                if shared in translations
            }
            replaced[name] = part.written(own, direction=direction)
        self._package.write(target, replaced)


def _decoded(name: str, data: bytes) -> EncodedText:
    found = _DECLARED.match(data)
    try:
        return EncodedText.decode(data, declared=found[1].decode("ascii") if found else "utf-8")
    except BadFile as error:
        raise BadFile(f"The book's part {name} cannot be read. {error}") from error


def _encoded(encoded: EncodedText, text: str) -> bytes:
    target = io.BytesIO()
    encoded.write(target, text, markup=True)
    return target.getvalue()
