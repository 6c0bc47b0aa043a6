"""Writes inline content as runs."""

from copy import deepcopy

from lxml import etree

from tarjama.formats.docx.codes import Bracket, Code, Container, Piece
from tarjama.formats.docx.formatting import Formatting
from tarjama.formats.docx.reading import NO_BREAK_HYPHEN
from tarjama.formats.docx.stretches import NOISE, PROPERTIES, TRANSPARENT, Stretch, body_of
from tarjama.formats.inline import Inline, Paired
from tarjama.formats.ooxml.names import XML_SPACE, W
from tarjama.formats.ooxml.places import Element, xml_text

__all__ = ["write_stretch"]

_WITH_TEXT = frozenset(W + name for name in ("br", "cr"))


def write_stretch(
    stretch: Stretch, content: tuple[Inline[Code], ...], formatting: Formatting
) -> None:
    """Puts content in the place of a stretch, in new runs around the elements that it holds.

    Args:
        stretch: Where to. Other stretches of the paragraph stay valid.
        content: What comes there, with every code of the stretch once.
        formatting: How text without a code looks.
    """
    parent = stretch.parent
    nodes = _own_nodes(stretch)
    at = parent.index(nodes[0])
    for node in nodes:
        parent.remove(node)
    body = etree.Element(parent.tag)
    _Writer().fill(body, content, formatting)
    parent[at:at] = list(body)


class _Writer:
    """Writes runs, one for what follows each other and looks alike."""

    def __init__(self) -> None:
        self._run: Element | None = None
        self._formatting: Formatting | None = None

    def fill(
        self, body: Element, content: tuple[Inline[Code], ...], formatting: Formatting
    ) -> None:
        """Appends content to an element."""
        for item in content:
            if isinstance(item, str):
                self._add_text(body, item, formatting)
            elif not isinstance(item, Paired):
                assert isinstance(item.code, Piece)
                self._add_piece(body, item.code, formatting)
            elif isinstance(item.code, Formatting):
                self.fill(body, item.content, item.code)
            elif isinstance(item.code, Container):
                self._add_container(body, item.code, item.content, formatting)
            else:
                assert isinstance(item.code, Bracket)
                for piece in item.code.before:
                    self._add_piece(body, piece, formatting)
                self.fill(body, item.content, formatting)
                for piece in item.code.after:
                    self._add_piece(body, piece, formatting)

    def _add_text(self, body: Element, text: str, formatting: Formatting) -> None:
        for number, piece in enumerate(xml_text(text).split(NO_BREAK_HYPHEN)):
            run = self._run_in(body, formatting)
            if number:
                etree.SubElement(run, f"{W}noBreakHyphen")
            if piece:
                element = etree.SubElement(run, f"{W}t")
                element.text = piece
                if piece != piece.strip():
                    element.set(XML_SPACE, "preserve")

    def _add_piece(self, body: Element, piece: Piece, formatting: Formatting) -> None:
        # LibreOffice 7.4 shows text that follows a symbol in its run in the symbol's font, and
        # Word gives a run of its own to all but line ends.
        alone = piece.element.tag not in _WITH_TEXT
        if alone:
            self._run = None
        target = self._run_in(body, piece.formatting or formatting) if piece.in_run else body
        target.append(piece.element)
        piece.element.tail = None
        if alone:
            self._run = None

    def _add_container(
        self,
        body: Element,
        container: Container,
        content: tuple[Inline[Code], ...],
        formatting: Formatting,
    ) -> None:
        inner = body_of(container.element)
        for child in list(inner):
            if child.tag not in PROPERTIES:
                inner.remove(child)
        inner.text = None
        for piece in container.first:
            self._add_piece(inner, piece, formatting)
        self.fill(inner, content, formatting)
        for piece in container.last:
            self._add_piece(inner, piece, formatting)
        body.append(container.element)
        container.element.tail = None

    def _run_in(self, body: Element, formatting: Formatting) -> Element:
        """Gives the run to append to: the last one if it looks so, else a new one."""
        last = body[-1] if len(body) else None
        if last is None or last is not self._run or formatting is not self._formatting:
            last = etree.SubElement(body, f"{W}r")
            if formatting.properties is not None:
                last.append(deepcopy(formatting.properties))
            self._run, self._formatting = last, formatting
        return last


def _own_nodes(stretch: Stretch) -> list[Element]:
    """Gives the children of a stretch's parent that hold its items and nothing else."""
    _clear(stretch.parent)
    mine = set(stretch.items)
    nodes: dict[Element, None] = {}
    for item in stretch.items:
        run = item.getparent()
        if run is None or run is stretch.parent:
            nodes[item] = None
            continue
        if any(one not in mine and one.tag not in PROPERTIES for one in run):
            _cut(run)
            run = item.getparent()
        assert run is not None
        nodes[run] = None
    return list(nodes)


def _clear(parent: Element) -> None:
    """Takes out what splits runs for nothing."""
    for wrapper in list(parent.iterchildren(*TRANSPARENT)):
        wrapper.tail = None
        _clear(wrapper)
        for child in list(wrapper):
            if child.tag not in PROPERTIES:
                wrapper.addprevious(child)
        parent.remove(wrapper)
    for noise in [*parent.iterchildren(*NOISE), *parent.iterfind(f"{W}r/{W}lastRenderedPageBreak")]:
        above = noise.getparent()
        if above is not None:
            above.remove(noise)


def _cut(run: Element) -> None:
    """Makes a run into runs of one thing each."""
    properties = run.find(f"{W}rPr")
    things = [one for one in run if one is not properties]
    for thing in reversed(things[1:]):
        piece = etree.Element(run.tag, run.attrib)
        if properties is not None:
            piece.append(deepcopy(properties))
        piece.append(thing)
        run.addnext(piece)
