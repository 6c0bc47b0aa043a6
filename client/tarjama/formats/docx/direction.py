"""Turns parts of Word documents from right-to-left to left-to-right.

Most sides turn by themselves: under `w:bidi` and `w:bidiVisual`, Word takes left and right in
alignments, indents, tab stops, borders and columns as the leading and the trailing side (ECMA-376
part 1, 17.3.1.6 and 17.4.1). Without the mark, what was on the right is on the left, so that their
values stay. Sides of what floats are those of the page, and stay too.
"""

import re
from collections.abc import Iterable

from tarjama.formats import css
from tarjama.formats.docx.formatting import is_complex, is_on, latinise
from tarjama.formats.docx.styles import Styles
from tarjama.formats.ooxml.drawing import ENGLISH, is_arabic_language, turn_drawing
from tarjama.formats.ooxml.names import VML, W
from tarjama.formats.ooxml.places import Element
from tarjama.formats.script import has_arabic

__all__ = ["Turner", "aligns_by_page", "is_right_to_left"]

_VALUE = f"{W}val"

_NUMBER_FORMATS = {
    "arabicAbjad": "lowerLetter",
    "arabicAlpha": "lowerLetter",
    "hindiConsonants": "lowerLetter",
    "hindiCounting": "decimal",
    "hindiNumbers": "decimal",
    "hindiVowels": "lowerLetter",
}
_SYMBOLS = {"٫": ".", "٬": ",", "،": ",", "؛": ";"}

_LATIN_LETTER = re.compile("[A-Za-z]")
_ARABIC_LETTER = re.compile("[\u0620-\u064a\u066e-\u06d3]")

_MARKS = frozenset({f"{W}bidi", f"{W}bidiVisual", f"{W}rtlGutter"})


def is_right_to_left(*roots: Element) -> bool:
    """Tells whether any paragraph, table, section or run in the parts is right-to-left."""
    return any(is_on(mark) for root in roots for mark in root.iter(*_MARKS, f"{W}rtl"))


def aligns_by_page(roots: Iterable[Element], styles: Styles) -> bool:
    """Tells whether a document's maker took the right side for that of the page.

    Most right-to-left paragraphs are aligned right then, which Word shows on the left, against
    what anybody wants: programs write such files, and LibreOffice does from HTML.
    """
    right = total = 0
    for root in roots:
        for paragraph in root.iter(f"{W}p"):
            properties = paragraph.find(f"{W}pPr")
            if properties is not None and styles.is_bidi(properties) and _is_arabic(paragraph):
                alignment = properties.find(f"{W}jc")
                right += alignment is not None and alignment.get(_VALUE) == "right"
                total += 1
    return right * 2 > total


class Turner:
    """Turns the parts of one document."""

    def __init__(self, styles: Styles, *, right_to_left: bool, by_page: bool = False) -> None:
        """Begins a document.

        Args:
            styles: Its styles, not turned.
            right_to_left: Whether it is right-to-left anywhere, so that in its styles what is set
                for complex scripts is what readers see.
            by_page: Whether its maker took right for the right side of the page, as
                `aligns_by_page` tells.
        """
        self._styles = styles
        self._by_page = by_page
        self._right_to_left = right_to_left

    def turn(self, root: Element) -> None:
        """Turns a part."""
        turn_drawing(root)
        for paragraph in root.iter(f"{W}p"):
            self._turn_alignment(paragraph)
        for properties in root.iter(f"{W}rPr"):
            self._turn_run(properties)
        for table in root.iter(f"{W}tblPr"):
            _turn_position(table)
        for mark in list(root.iter(*_MARKS)):
            parent = mark.getparent()
            if is_on(mark) and parent is not None:
                parent.remove(mark)
        for element in root.iter(f"{W}numFmt", f"{W}pgNumType"):
            _turn_numbering(element)
        for element in root.iter(f"{W}bdo", f"{W}dir"):
            element.set(_VALUE, "ltr")
        _turn_settings(root)
        for shape in root.iter(f"{VML}*"):
            style = shape.get("style", "")
            if css.is_right_to_left(style):
                shape.set("style", css.to_left_to_right(style, swap_sides=True))

    def _turn_alignment(self, paragraph: Element) -> None:
        """Aligns left what was aligned right of the page, for want of a mark of its direction."""
        properties = paragraph.find(f"{W}pPr")
        alignment = None if properties is None else properties.find(f"{W}jc")
        if properties is None or alignment is None:
            return
        bidi = self._styles.is_bidi(properties)
        sides = {"right"} if bidi else {"right", "end"}
        if (self._by_page or not bidi) and alignment.get(_VALUE) in sides and _is_arabic(paragraph):
            alignment.set(_VALUE, "left")

    def _turn_run(self, properties: Element) -> None:
        parent = properties.getparent()
        if parent is not None and parent.tag == f"{W}r":
            complex_script = is_complex(parent, properties)
        else:
            complex_script = self._right_to_left
        latinise(properties, complex_script=complex_script)


def _is_arabic(paragraph: Element) -> bool:
    """Tells whether most letters of a paragraph are Arabic."""
    text = "".join(one.text or "" for one in paragraph.iter(f"{W}t"))
    return len(_ARABIC_LETTER.findall(text)) > len(_LATIN_LETTER.findall(text))


def _turn_position(table: Element) -> None:
    """Moves a table that text flows around to the other side, where it is placed by a side."""
    position = table.find(f"{W}tblpPr")
    if position is None or not is_on(table.find(f"{W}bidiVisual")):
        return
    swapped = {"left": "right", "right": "left"}.get(position.get(f"{W}tblpXSpec", ""))
    if swapped:
        position.set(f"{W}tblpXSpec", swapped)


def _turn_numbering(element: Element) -> None:
    attribute = _VALUE if element.tag == f"{W}numFmt" else f"{W}fmt"
    turned = _NUMBER_FORMATS.get(element.get(attribute, ""))
    if turned:
        element.set(attribute, turned)
    pattern = element.get(f"{W}format", "")
    if has_arabic(pattern):
        del element.attrib[f"{W}format"]
        element.set(attribute, "lowerLetter" if _ARABIC_LETTER.search(pattern) else "decimal")


def _turn_settings(root: Element) -> None:
    for element in root.iter(f"{W}decimalSymbol", f"{W}listSeparator"):
        symbol = element.get(_VALUE, "")
        element.set(_VALUE, _SYMBOLS.get(symbol, symbol))
    for element in root.iter(f"{W}lid"):
        if is_arabic_language(element.get(_VALUE)):
            element.set(_VALUE, ENGLISH)
    for element in list(root.iter(f"{W}bookFoldRevPrinting")):
        element.tag = f"{W}bookFoldPrinting"
