"""What Word documents say to readers in attributes: descriptions, prompts, choices, list labels."""

import re
from collections.abc import Iterator

from tarjama.formats.inline import Inline, Standalone, TaggedText
from tarjama.formats.ooxml.names import PIC, VML, WP, W
from tarjama.formats.ooxml.places import Element, Place, attribute_place, xml_text

__all__ = ["attribute_places"]

_GROUP = "{http://schemas.microsoft.com/office/word/2010/wordprocessingGroup}"
_SHAPE = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"

_DESCRIBED = {"descr": "description of a picture", "title": "title of a picture"}
_VALUE = f"{W}val"
_DISPLAYED, _CHOSEN = f"{W}displayText", f"{W}value"

_ATTRIBUTES = {
    f"{WP}docPr": _DESCRIBED,
    f"{PIC}cNvPr": _DESCRIBED,
    f"{_GROUP}cNvPr": _DESCRIBED,
    f"{_SHAPE}cNvPr": _DESCRIBED,
    f"{W}hyperlink": {f"{W}tooltip": "tip of a link"},
    f"{W}tblCaption": {_VALUE: "title of a table"},
    f"{W}tblDescription": {_VALUE: "description of a table"},
    f"{W}alias": {_VALUE: "title of a content control"},
    f"{W}listEntry": {_VALUE: "choice in a form field"},
    f"{W}helpText": {_VALUE: "help of a form field"},
    f"{W}statusText": {_VALUE: "help of a form field"},
    f"{VML}textpath": {"string": "WordArt or watermark"},
} | {
    f"{VML}{shape}": {"alt": "description of a picture", "title": "title of a picture"}
    for shape in ("group", "line", "oval", "rect", "roundrect", "shape", "shapetype")
}

_LEVEL = re.compile("(%[1-9])")


def attribute_places(element: Element) -> Iterator[Place]:
    """Gives the places in an element's attributes."""
    for attribute, context in _ATTRIBUTES.get(str(element.tag), {}).items():
        if attribute in element.attrib:
            yield attribute_place(element, attribute, context=context)
    if element.tag == f"{W}listItem" and _DISPLAYED in element.attrib:
        yield _choice_place(element)
    elif element.tag == f"{W}lvlText":
        yield _label_place(element)
    elif element.tag == f"{W}default" and _VALUE in element.attrib:
        parent = element.getparent()
        if parent is not None and parent.tag == f"{W}textInput":
            yield attribute_place(element, _VALUE, context="text in a form field")


def _choice_place(item: Element) -> Place:
    """Makes the place of a choice. What is stored for it is what is shown, if it was so."""
    place = attribute_place(item, _DISPLAYED, context="choice in a content control")
    shown = item.get(_DISPLAYED)

    def replace(translation: str) -> None:
        place.replace(translation)
        new = item.get(_DISPLAYED, "")
        # Word refuses a file in which two choices store the same.
        others = {one.get(_CHOSEN) for one in item.itersiblings()}
        others |= {one.get(_CHOSEN) for one in item.itersiblings(preceding=True)}
        if item.get(_CHOSEN) == shown and new not in others:
            item.set(_CHOSEN, new)

    return Place(item, place.text, replace, place.context)


def _label_place(label: Element) -> Place:
    """Makes the place of a list's label: `الفصل %1`."""
    pieces = [piece for piece in _LEVEL.split(label.get(_VALUE, "")) if piece]
    content: list[Inline[str]] = [
        Standalone(piece) if _LEVEL.fullmatch(piece) else piece for piece in pieces
    ]
    tagged = TaggedText(content)

    def replace(translation: str) -> None:
        restored = tagged.restore(translation)
        label.set(
            _VALUE,
            xml_text(
                "".join(
                    item.code if isinstance(item, Standalone) else item
                    for item in restored
                    if isinstance(item, str | Standalone)
                )
            ),
        )

    return Place(label, tagged.text, replace, "label of a list")
