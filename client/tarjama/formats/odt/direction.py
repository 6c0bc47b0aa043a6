"""Turns parts of OpenDocument texts from right-to-left to left-to-right.

LibreOffice, which writes most of them, departs from the format: `start` and `end` of a paragraph
are left and right to it, whatever the paragraph's direction, while the left margin is the leading
one (measured with 7.4.7). Elsewhere it is the other way round, as the format says.
"""

from collections import Counter

from tarjama.formats.odt.names import DC, FO, NUMBER, OFFICE, STYLE, TABLE, TEXT
from tarjama.formats.odt.styles import Styles, latin_properties
from tarjama.formats.ooxml.drawing import ENGLISH, is_arabic_language
from tarjama.formats.ooxml.places import Element
from tarjama.formats.script import has_arabic

__all__ = ["Turner", "is_right_to_left"]

_MODE = f"{STYLE}writing-mode"
_RIGHT_TO_LEFT = frozenset({"rl-tb", "rl"})
_ALIGN = f"{FO}text-align"

_SIDES = {"left": "right", "right": "left"}
_ENDS = {"start": "end", "end": "start"}

_MARGINS = ((f"{FO}margin-left", f"{FO}margin-right"),)
_EDGES = (
    (f"{FO}border-left", f"{FO}border-right"),
    (f"{FO}padding-left", f"{FO}padding-right"),
    (f"{STYLE}border-line-width-left", f"{STYLE}border-line-width-right"),
)

_NUMBER_FORMATS = (f"{STYLE}num-format", f"{TEXT}num-format")
_BULLET = f"{TEXT}bullet-char"
# What points on in Arabic lists points back in English ones. Kashida is Arabic's dash.
_BULLETS = {"◄": "►", "◀": "▶", "◂": "▸", "←": "→", "⇐": "⇒", "‹": "›", "ـ": "–"}

# Fonts whose Latin letters belong with their Arabic ones: elsewhere the font for Latin stays.
_FONTS_OF_BOTH = frozenset(
    {
        "Arial",
        "Calibri",
        "Courier New",
        "DejaVu Sans",
        "Dubai",
        "Microsoft Sans Serif",
        "Segoe UI",
        "Tahoma",
        "Times New Roman",
    }
)


def is_right_to_left(*roots: Element) -> bool:
    """Tells whether any style in the parts is right-to-left."""
    return any(
        element.get(_MODE) in _RIGHT_TO_LEFT for root in roots for element in root.iter(f"{STYLE}*")
    )


class Turner:
    """Turns a part of a document."""

    def __init__(self, styles: Styles, *, right_to_left: bool, sides_are_fixed: bool) -> None:
        """Begins a part.

        Args:
            styles: Those that the part can name, before any is turned.
            right_to_left: Whether what is set for complex scripts is what readers see.
            sides_are_fixed: Whether LibreOffice wrote the document, to which `start` is left.
        """
        self._styles = styles
        self._right_to_left = right_to_left
        self._swapped = _SIDES | _ENDS if sides_are_fixed else _SIDES
        self._margins = _EDGES if sides_are_fixed else (*_MARGINS, *_EDGES)

    def turn(self, root: Element) -> None:
        """Turns the part."""
        by_hand = self._aligned_by_hand(root)
        for style in root.iter(f"{STYLE}style", f"{STYLE}default-style"):
            self._turn_paragraphs(style, by_hand)
            self._turn_table(style)
        for layout in root.iter(f"{STYLE}page-layout-properties"):
            if layout.get(_MODE) in _RIGHT_TO_LEFT:
                _swap(layout, *_MARGINS)
        for separator in root.iter(f"{STYLE}footnote-sep"):
            adjustment = separator.get(f"{STYLE}adjustment", "")
            if self._right_to_left and adjustment in _SIDES:
                separator.set(f"{STYLE}adjustment", _SIDES[adjustment])
        for properties in root.iter(f"{STYLE}text-properties"):
            self._turn_text(properties)
        for element in root.iter():
            if element.get(_MODE) in _RIGHT_TO_LEFT:
                element.set(_MODE, "lr-tb")
            _turn_numbering(element)

    def _turn_paragraphs(self, style: Element, by_hand: frozenset[str]) -> None:
        """Turns the alignment, so that what inherits it is aligned as it is to be."""
        family, name = style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name")
        properties = style.find(f"{STYLE}paragraph-properties")
        if properties is None:
            return
        before = properties.get(_ALIGN)
        wanted = self._turned_alignment(family, name)
        if family == "paragraph" and name in by_hand:
            wanted = "start"
        parent = style.get(f"{STYLE}parent-style-name")
        inherited = self._turned_alignment(family, parent) if name else None
        if wanted and (before or wanted != inherited):
            properties.set(_ALIGN, wanted)
        if self._styles.is_right_to_left(family, name):
            _swap(properties, *self._margins)

    def _turned_alignment(self, family: str, name: str | None) -> str | None:
        alignment = self._styles.alignment(family, name)
        if alignment is None or not self._styles.is_right_to_left(family, name):
            return alignment
        return self._swapped.get(alignment, alignment)

    def _turn_table(self, style: Element) -> None:
        """Moves a table that is at one side to the other one. Its cells turn by themselves."""
        properties = style.find(f"{STYLE}table-properties")
        if properties is None or properties.get(_MODE) not in _RIGHT_TO_LEFT:
            return
        side = properties.get(f"{TABLE}align", "")
        properties.attrib.update({f"{TABLE}align": _SIDES[side]} if side in _SIDES else {})
        _swap(properties, *_MARGINS)

    def _aligned_by_hand(self, root: Element) -> frozenset[str]:
        """Finds automatic styles of Arabic that is only aligned to the right, and not marked."""
        letters: Counter[str] = Counter()
        for paragraph in root.iter(f"{TEXT}p", f"{TEXT}h"):
            text = "".join(str(piece) for piece in paragraph.itertext())
            arabic = sum(map(has_arabic, text))
            latin = sum(letter.isascii() and letter.isalpha() for letter in text)
            letters[paragraph.get(f"{TEXT}style-name", "")] += arabic - latin
        return frozenset(
            name
            for style in root.iterfind(f"{OFFICE}automatic-styles/{STYLE}style")
            for name in [style.get(f"{STYLE}name", "")]
            if letters[name] > 0
            and self._styles.alignment("paragraph", name) in {"end", "right"}
            and not self._styles.is_right_to_left("paragraph", name)
        )

    def _turn_text(self, properties: Element) -> None:
        """Sets for Latin what was set for complex scripts, and English for Arabic."""
        found = latin_properties(properties, complex_script=self._right_to_left)
        for name, value in found.items():
            properties.set(name, value)
        complex_font = properties.get(f"{STYLE}font-name-complex", "")
        if (
            self._right_to_left
            and complex_font.rstrip("0123456789") in _FONTS_OF_BOTH
            and not any(name in found for name in (f"{STYLE}font-name", f"{FO}font-family"))
        ):
            properties.set(f"{STYLE}font-name", complex_font)
        _turn_language(properties, FO)


def _turn_language(element: Element, namespace: str) -> None:
    if is_arabic_language(element.get(f"{namespace}language")):
        element.set(f"{namespace}language", "en")
        element.set(f"{namespace}country", "US")
        for name in (f"{namespace}script", f"{STYLE}rfc-language-tag"):
            element.attrib.pop(name, None)


def _turn_numbering(element: Element) -> None:
    for name in _NUMBER_FORMATS:
        if has_arabic(element.get(name, "")):
            # LibreOffice writes the first numbers of a series: `١, ٢, ٣, ...`.
            element.set(name, "1" if element.get(name, "")[:1].isdigit() else "a")
    bullet = element.get(_BULLET, "")
    if bullet in _BULLETS:
        element.set(_BULLET, _BULLETS[bullet])
    if has_arabic(element.get(f"{NUMBER}transliteration-format", "")):
        element.set(f"{NUMBER}transliteration-format", "1")
    _turn_language(element, NUMBER)
    if element.tag == f"{DC}language" and is_arabic_language(element.text):
        element.text = ENGLISH


def _swap(element: Element, *pairs: tuple[str, str]) -> None:
    for left, right in pairs:
        values = element.get(left), element.get(right)
        for name, value in zip((right, left), values, strict=True):
            if value is None:
                element.attrib.pop(name, None)
            else:
                element.set(name, value)
