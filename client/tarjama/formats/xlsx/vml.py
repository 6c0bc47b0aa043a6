"""Old drawings (VML): the captions of buttons, and the boxes of comments."""

from collections.abc import Iterator

from tarjama.formats.css import is_right_to_left, to_left_to_right
from tarjama.formats.errors import BadFile
from tarjama.formats.ooxml.names import VML
from tarjama.formats.ooxml.places import Element, Place, attribute_place, element_place
from tarjama.formats.xml import XmlPart

__all__ = ["VmlReader", "is_readable"]

_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_SIDES = {"Right": "Left", "Left": "Right"}


class VmlReader:
    """Reads a drawing in VML."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the text of boxes and the descriptions of shapes."""
        for box in root.iter(f"{VML}textbox"):
            for element in box.iter():
                if not len(element) and isinstance(element.tag, str):
                    yield element_place(element, context="caption of a control")
        for shape in root.iter(f"{VML}shape"):
            yield attribute_place(shape, "alt", context="description of a shape on a sheet")

    def turn(self, root: Element) -> None:
        """Turns the boxes' text."""
        for shape in root.iter(f"{VML}shape"):
            boxes = [one for box in shape.iter(f"{VML}textbox") for one in box.iter()]
            if not any(_is_right_to_left(one) for one in boxes):
                continue
            for one in boxes:
                if one.get("style"):
                    one.set("style", to_left_to_right(one.get("style", ""), swap_sides=True))
                if one.get("dir", "").lower() == "rtl":
                    one.set("dir", "ltr")
            for side in shape.iter(f"{_EXCEL}TextHAlign"):
                side.text = _SIDES.get((side.text or "").strip(), side.text)


def _is_right_to_left(element: Element) -> bool:
    return element.get("dir", "").lower() == "rtl" or is_right_to_left(element.get("style", ""))


def is_readable(data: bytes) -> bool:
    """Tells whether a drawing is XML: Excel itself leaves `<br>` open in those it writes."""
    try:
        XmlPart(data)
    except BadFile:
        return False
    return True
