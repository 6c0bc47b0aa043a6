"""Themes and styles of tables: what their galleries call them."""

from collections.abc import Iterator

from tarjama.formats.ooxml.drawing import turn_drawing
from tarjama.formats.ooxml.names import A
from tarjama.formats.ooxml.parts import OfficePackage
from tarjama.formats.ooxml.places import Element, Place, attribute_place

__all__ = ["ThemeReader", "theme_parts"]

_KINDS = frozenset(
    f"application/vnd.openxmlformats-officedocument.{kind}+xml"
    for kind in ("theme", "themeOverride", "presentationml.tableStyles")
)
_NAMED = (f"{A}theme", f"{A}clrScheme", f"{A}fontScheme", f"{A}fmtScheme", f"{A}custClr")


class ThemeReader:
    """Reads a theme, or the styles of tables."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the names."""
        for element in root.iter(*_NAMED, f"{A}tblStyle"):
            attribute = "styleName" if element.tag == f"{A}tblStyle" else "name"
            yield attribute_place(element, attribute, context="name of a theme or style")

    def turn(self, root: Element) -> None:
        """Turns how new shapes begin."""
        turn_drawing(root)


def theme_parts(package: OfficePackage) -> Iterator[str]:
    """Gives the names of the parts that are themes or styles of tables."""
    return (name for name, kind in package.parts if kind in _KINDS)
