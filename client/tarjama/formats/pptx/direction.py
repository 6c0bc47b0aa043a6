"""What paragraphs of slides inherit of direction, and how those are turned."""

import re
from collections.abc import Iterator, Sequence

from tarjama.formats.ooxml.names import A, P
from tarjama.formats.ooxml.places import Element

__all__ = ["Inheritance"]

_LEVEL = re.compile(r"\}lvl([1-9])pPr$")
_OTHER_SIDE = {"l": "r", "r": "l"}
_TITLES = frozenset({"title", "ctrTitle"})
# What is at the foot of a slide, which no style of titles or of bodies is for.
_FOOTERS = frozenset({"dt", "ftr", "sldNum", "hdr"})


class Inheritance:
    """Where the paragraphs of a slide take their direction from, if they do not set it."""

    def __init__(self, bases: Sequence[Element] = ()) -> None:
        """Takes what a part stands on.

        Args:
            bases: The nearest first: a slide's layout, its master, the presentation. Not turned,
                and never changed.
        """
        self._bases = tuple(bases)

    def swap_inherited(self, root: Element) -> None:
        """Swaps the sides of paragraphs that set a side, and inherit right-to-left.

        Margins stay: `marL` is the margin before the text in either direction, as in the lists of
        PowerPoint's own Arabic templates.
        """
        found = [
            properties
            for properties in _paragraph_properties(root)
            if properties.get("algn") in _OTHER_SIDE
            and "rtl" not in properties.attrib
            and self._is_right_to_left(properties)
        ]
        for properties in found:
            properties.set("algn", _OTHER_SIDE[properties.get("algn", "")])

    def _is_right_to_left(self, properties: Element) -> bool:
        level = _LEVEL.search(str(properties.tag))
        number = int(level[1]) if level else _number(properties.get("lvl")) + 1
        for style in self._styles(properties):
            inherited = style.find(f"{A}lvl{number}pPr")
            if inherited is not None and "rtl" in inherited.attrib:
                return inherited.get("rtl") in {"1", "true"}
        return False

    def _styles(self, properties: Element) -> Iterator[Element]:
        """Gives the styles that count, the nearest first."""
        own = properties.getparent()
        if own is not None and own.tag == f"{A}p":
            body = own.getparent()
            style = None if body is None else body.find(f"{A}lstStyle")
            if style is not None:
                yield style
        shape = next(properties.iterancestors(f"{P}sp"), None)
        placeholder = None if shape is None else shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
        for base in self._bases:
            if placeholder is not None:
                yield from _placeholder_styles(base, placeholder)
        kind = _style_of(placeholder)
        for base in self._bases:
            yield from base.iterfind(f"{P}txStyles/{P}{kind}")
            yield from base.iterfind(f"{P}notesStyle")
            yield from base.iterfind(f"{P}defaultTextStyle")


def _paragraph_properties(root: Element) -> Iterator[Element]:
    for element in root.iter(f"{A}*"):
        if element.tag == f"{A}pPr" or _LEVEL.search(str(element.tag)):
            yield element


def _placeholder_styles(base: Element, placeholder: Element) -> Iterator[Element]:
    """Gives the styles of the placeholder in a layout or master that one is made from."""
    kind, index = _role(placeholder), placeholder.get("idx")
    for shape in base.iter(f"{P}sp"):
        other = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
        if other is None:
            continue
        same_index = index is not None and other.get("idx") == index
        if same_index or (_role(other) == kind and "idx" not in other.attrib):
            yield from shape.iterfind(f"{P}txBody/{A}lstStyle")
            return
    # A master has one body for all that a layout numbers.
    for shape in base.iterfind(f"{P}cSld/{P}spTree/{P}sp"):
        other = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
        if base.tag == f"{P}sldMaster" and other is not None and _role(other) == kind:
            yield from shape.iterfind(f"{P}txBody/{A}lstStyle")
            return


def _role(placeholder: Element) -> str:
    kind = placeholder.get("type", "obj")
    if kind in _TITLES:
        return "title"
    return kind if kind in _FOOTERS else "body"


def _style_of(placeholder: Element | None) -> str:
    role = "other" if placeholder is None else _role(placeholder)
    return {"title": "titleStyle", "body": "bodyStyle"}.get(role, "otherStyle")


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and text.isascii() else 0
