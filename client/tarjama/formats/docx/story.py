"""The parts of a Word document that hold paragraphs or what belongs to them."""

from collections.abc import Iterator

from tarjama.formats.docx.attributes import attribute_places
from tarjama.formats.docx.codes import Code
from tarjama.formats.docx.direction import Turner
from tarjama.formats.docx.reading import read_items
from tarjama.formats.docx.stretches import Stretch, check_nesting, stretches
from tarjama.formats.docx.writing import write_stretch
from tarjama.formats.inline import TaggedText
from tarjama.formats.ooxml.drawing import drawing_places
from tarjama.formats.ooxml.names import MC, W
from tarjama.formats.ooxml.places import Element, Place
from tarjama.formats.tags import escape

__all__ = ["StoryReader"]

_PARAGRAPHS = frozenset(W + name for name in ("p", "rt", "rubyBase"))
_BRANCHES = frozenset({f"{MC}Choice", f"{MC}Fallback"})
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})

_CONTEXTS = {
    f"{W}comment": "comment",
    f"{W}docPart": "building block",
    f"{W}endnote": "endnote",
    f"{W}footnote": "footnote",
    f"{W}ftr": "footer",
    f"{W}hdr": "header",
    f"{W}tc": "table",
    f"{W}txbxContent": "text box",
}


class StoryReader:
    """Reads the body, headers, footers, notes and comments, and the styles, lists and settings."""

    def __init__(self, turner: Turner) -> None:
        """Begins a document."""
        self._turner = turner

    def places(self, root: Element) -> Iterator[Place]:
        """Gives stretches of paragraphs, deleted text, and attributes for readers.

        Raises:
            BadFile: fields or containers are nested too deep.
        """
        check_nesting(root)
        for element in root.iter():
            if element.tag in _PARAGRAPHS or _holds_runs(element):
                for stretch in stretches(element):
                    yield _stretch_place(stretch)
            elif element.tag in _DELETED:
                yield _deleted_place(element)
            else:
                yield from attribute_places(element)
        yield from drawing_places(root, context="drawing")

    def turn(self, root: Element) -> None:
        """Turns the part."""
        self._turner.turn(root)


def _holds_runs(element: Element) -> bool:
    """Tells whether a branch for new or old programs has runs in it, as equations have."""
    return element.tag in _BRANCHES and element.find(f"{W}r") is not None


def _stretch_place(stretch: Stretch) -> Place:
    formatting, content = read_items(stretch.items)
    tagged: TaggedText[Code] = TaggedText(content)

    def replace(translation: str) -> None:
        write_stretch(stretch, tagged.restore(translation), formatting)

    return Place(stretch.parent, tagged.text, replace, _context(stretch.parent))


def _deleted_place(deletion: Element) -> Place:
    """Makes the place of text that is deleted and still there, which stays so."""
    text = "".join(one.text or "" for one in deletion.iter(f"{W}delText", f"{W}t"))

    def replace(_: str) -> None:
        raise AssertionError("deleted text is not translated")

    return Place(
        deletion, escape(text.strip()), replace, context="deleted text", is_translatable=False
    )


def _context(parent: Element) -> str:
    for ancestor in parent.iterancestors():
        context = _CONTEXTS.get(str(ancestor.tag))
        if context:
            return context
    return ""
