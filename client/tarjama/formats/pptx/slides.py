"""What is translated in slides, layouts, masters, notes and comments, and in the list of slides."""

from collections.abc import Iterator

from tarjama.formats.ooxml.drawing import drawing_places, turn_drawing
from tarjama.formats.ooxml.names import P
from tarjama.formats.ooxml.places import Element, Place, attribute_place, element_place
from tarjama.formats.ooxml.shapes import rename_shapes, shape_places
from tarjama.formats.pptx.direction import Inheritance

__all__ = ["PresentationReader", "SlideReader"]

_SECTION = "{http://schemas.microsoft.com/office/powerpoint/2010/main}section"


class SlideReader:
    """Reads a slide, layout, master, page of notes, or the comments on a slide."""

    def __init__(self, context: str, inheritance: Inheritance, *, renames_shapes: bool) -> None:
        """Begins.

        Args:
            context: What the part is, as `Unit.context` is to say.
            inheritance: What its paragraphs inherit.
            renames_shapes: Whether shapes with Arabic names get others.
        """
        self._context = context
        self._inheritance = inheritance
        self._renames_shapes = renames_shapes

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the name of a layout, descriptions, paragraphs and comments."""
        for slide in root.iterfind(f"{P}cSld"):
            yield attribute_place(slide, "name", context=f"name of {self._context}")
        yield from shape_places(root, context=self._context)
        yield from drawing_places(root, context=self._context)
        for comment in root.iterfind(f"{P}cm/{P}text"):
            yield element_place(comment, context=self._context)

    def turn(self, root: Element) -> None:
        """Turns paragraphs, those too that inherit their direction, and names shapes anew."""
        self._inheritance.swap_inherited(root)
        turn_drawing(root)
        if self._renames_shapes:
            rename_shapes(root)


class PresentationReader:
    """Reads the part that lists the slides."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the names of sections and of shows."""
        for element in root.iter(_SECTION, f"{P}custShow"):
            kind = "section" if element.tag == _SECTION else "show"
            yield attribute_place(element, "name", context=f"name of a {kind}")

    def turn(self, root: Element) -> None:
        """Turns the presentation, and what text in it begins with."""
        if root.get("rtl") in {"1", "true"}:
            root.set("rtl", "0")
        turn_drawing(root)
