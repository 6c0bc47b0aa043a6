"""What is translated in the parts of an OpenDocument text."""

import re
from collections.abc import Iterator

from tarjama.formats.inline import Inline, Standalone, TaggedText
from tarjama.formats.odt.direction import Turner
from tarjama.formats.odt.names import (
    DC,
    DRAW,
    FORM,
    LOEXT,
    META,
    NUMBER,
    OFFICE,
    STYLE,
    SVG,
    TABLE,
    TEXT,
)
from tarjama.formats.odt.reading import CONTAINERS, Code, read_paragraph
from tarjama.formats.odt.styles import Styles
from tarjama.formats.odt.writing import write_paragraph
from tarjama.formats.ooxml.places import Element, Place, attribute_place, element_place, xml_text
from tarjama.formats.tags import escape

__all__ = ["DELETION", "StoryReader"]

DELETION = f"{TEXT}deletion"
"""Text that is deleted as a tracked change."""

_PARAGRAPHS = frozenset({f"{TEXT}{name}" for name in ("p", "h", "ruby-base", "ruby-text")})

# Elements of text alone, besides fields.
_ELEMENTS = {
    f"{DC}title": "document property title",
    f"{DC}subject": "document property subject",
    f"{DC}description": "document property comments",
    f"{META}keyword": "document property keywords",
    f"{META}user-defined": "document property",
    f"{NUMBER}text": "format of dates and numbers",
    f"{SVG}title": "title of a picture",
    f"{SVG}desc": "description of a picture",
    f"{TABLE}title": "title of a table",
    f"{TABLE}desc": "description of a table",
}

# Of the namespace of text, and no text of readers.
_NO_FIELDS = CONTAINERS | {f"{TEXT}span", f"{TEXT}script"}

_ATTRIBUTES = {
    f"{FORM}label": "label of a form's control",
    f"{FORM}title": "tip of a form's control",
    f"{OFFICE}string-value": "value of a field",
    f"{OFFICE}title": "tip of a link",
    f"{LOEXT}alias": "title of a content control",
    f"{LOEXT}display-text": "choice in a content control",
    f"{STYLE}num-prefix": "label of a list",
    f"{STYLE}num-suffix": "label of a list",
    f"{TEXT}description": "prompt of a field",
    f"{TEXT}key1": "entry of an index",
    f"{TEXT}key2": "entry of an index",
    f"{TEXT}string-value": "entry of an index or value of a field",
    f"{TEXT}string-value-if-false": "text of a condition",
    f"{TEXT}string-value-if-true": "text of a condition",
}

_LEVEL = re.compile("(%[0-9]{1,2}%)")

_CONTEXTS = {
    f"{OFFICE}annotation": "comment",
    f"{STYLE}footer": "footer",
    f"{STYLE}header": "header",
    f"{TABLE}table-cell": "table",
    f"{TEXT}note": "note",
    f"{DRAW}text-box": "text box",
}


class StoryReader:
    """Reads a part, be it the body, the styles with headers and footers, or the properties."""

    def __init__(self, styles: Styles, turner: Turner) -> None:
        """Begins a part.

        Args:
            styles: Those that the part can name.
            turner: Turns the part.
        """
        self._styles = styles
        self._turner = turner

    def places(self, root: Element) -> Iterator[Place]:
        """Gives paragraphs, fields, deleted text, and attributes for readers."""
        deleted = {one for deletion in root.iter(DELETION) for one in deletion.iter()}
        for element in root.iter():
            if element.tag == DELETION:
                yield _deleted_place(element)
            if element in deleted or not isinstance(element.tag, str):
                continue
            if element.tag in _PARAGRAPHS:
                yield self._paragraph_place(element)
            elif element.tag in _ELEMENTS:
                yield element_place(element, context=_ELEMENTS[element.tag])
            elif _is_field(element):
                yield element_place(element, context="field")
            elif element.tag == f"{TEXT}drop-down" and len(element):
                yield _chosen_place(element)
            yield from _attribute_places(element)

    def turn(self, root: Element) -> None:
        """Turns the part."""
        self._turner.turn(root)

    def _paragraph_place(self, paragraph: Element) -> Place:
        formatting, content = read_paragraph(paragraph, self._styles)
        tagged: TaggedText[Code] = TaggedText(content)

        def replace(translation: str) -> None:
            write_paragraph(paragraph, tagged.restore(translation), formatting)

        return Place(paragraph, tagged.text, replace, _context(paragraph))


def _attribute_places(element: Element) -> Iterator[Place]:
    for name in element.attrib:
        context = _ATTRIBUTES.get(str(name))
        if context:
            yield attribute_place(element, str(name), context=context)
    if f"{LOEXT}num-list-format" in element.attrib:
        yield _label_place(element)
    if element.tag == f"{TEXT}label" and f"{TEXT}value" in element.attrib:
        yield attribute_place(element, f"{TEXT}value", context="choice in a field")
    if element.tag == f"{TEXT}note-citation" and f"{TEXT}label" in element.attrib:
        yield attribute_place(element, f"{TEXT}label", context="label of a note")


def _chosen_place(field: Element) -> Place:
    """Makes the place of what is chosen in a field with choices, which stands behind them."""
    last = field[-1]
    tagged: TaggedText[str] = TaggedText([last.tail or ""])

    def replace(translation: str) -> None:
        last.tail = xml_text("".join(map(_label_piece, tagged.restore(translation))))

    return Place(field, tagged.text, replace, "field")


def _label_place(level: Element) -> Place:
    """Makes the place of a list's label as LibreOffice writes it: `الفصل %1%`."""
    name = f"{LOEXT}num-list-format"
    content: list[Inline[str]] = [
        Standalone(piece) if _LEVEL.fullmatch(piece) else piece
        for piece in _LEVEL.split(level.get(name, ""))
        if piece
    ]
    tagged = TaggedText(content)

    def replace(translation: str) -> None:
        level.set(name, xml_text("".join(map(_label_piece, tagged.restore(translation)))))

    return Place(level, tagged.text, replace, "label of a list")


def _label_piece(item: Inline[str]) -> str:
    if isinstance(item, str):
        return item
    return item.code if isinstance(item, Standalone) else ""


def _is_field(element: Element) -> bool:
    """Tells whether an element shows text that a program puts there: a date, a reference."""
    return (
        str(element.tag).startswith(TEXT)
        and element.tag not in _NO_FIELDS
        and len(element) == 0
        and bool((element.text or "").strip())
    )


def _deleted_place(deletion: Element) -> Place:
    """Makes the place of text that is deleted and still there, which stays so."""
    text = " ".join(
        "".join(str(piece) for piece in paragraph.itertext())
        for paragraph in deletion.iter(*_PARAGRAPHS)
    )

    def replace(_: str) -> None:
        raise AssertionError("deleted text is not translated")

    return Place(
        deletion,
        escape(" ".join(text.split())),
        replace,
        context="deleted text",
        is_translatable=False,
    )


def _context(paragraph: Element) -> str:
    for ancestor in paragraph.iterancestors(*_CONTEXTS):
        return _CONTEXTS[str(ancestor.tag)]
    return ""
