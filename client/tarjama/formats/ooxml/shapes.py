"""Shapes of slides and sheets: their descriptions, the tips of their links, and their names."""

from collections.abc import Iterator

from tarjama.formats.ooxml.names import A
from tarjama.formats.ooxml.places import Element, Place, attribute_place
from tarjama.formats.script import has_arabic

__all__ = ["rename_shapes", "shape_places"]

_LINKS = (f"{A}hlinkClick", f"{A}hlinkHover", f"{A}hlinkMouseOver")

# What Office itself calls new shapes, by the element that a shape is.
_KINDS = {
    "pic": "Picture",
    "graphicFrame": "Content",
    "grpSp": "Group",
    "cxnSp": "Connector",
    "contentPart": "Ink",
}

# PowerPoint's transition "Morph" pairs shapes of two slides whose names are equal and begin so.
_PAIRED = "!!"


def shape_places(root: Element, *, context: str) -> Iterator[Place]:
    """Gives the descriptions of shapes and the tips of links.

    They come before the text of the shapes, for a run that is replaced takes its link along.
    """
    for element in root.iter("{*}cNvPr", *_LINKS):
        if element.tag in _LINKS:
            yield attribute_place(element, "tooltip", context=f"tip of a link on {context}")
        else:
            yield attribute_place(element, "title", context=f"title of a shape on {context}")
            yield attribute_place(element, "descr", context=f"description of a shape on {context}")


def rename_shapes(root: Element) -> None:
    """Gives shapes with Arabic names the names that Office in English would give them.

    Office names every shape in the language of its menus. Nobody sees a name but in a list of
    shapes, and only macros call a shape by it.
    """
    for element in root.iter("{*}cNvPr"):
        name = element.get("name", "")
        if has_arabic(name) and not name.startswith(_PAIRED):
            element.set("name", f"{_kind(element)} {element.get('id', '')}".strip())


def _kind(element: Element) -> str:
    for above in element.iterancestors("{*}sp", *(f"{{*}}{name}" for name in _KINDS)):
        return _KINDS.get(str(above.tag).rpartition("}")[2], "Shape")
    return "Shape"
