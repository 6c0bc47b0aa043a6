"""Reads a stretch of a paragraph as inline content."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from tarjama.formats.docx.codes import Bracket, Code, Container, Piece
from tarjama.formats.docx.formatting import PLAIN, Formatting, formatting_of
from tarjama.formats.docx.ranges import Ranges
from tarjama.formats.docx.stretches import CONTAINERS, body_of, items_of
from tarjama.formats.inline import Inline, LineBreak, Paired, Run, Standalone, group_runs
from tarjama.formats.ooxml.names import XML_SPACE, W
from tarjama.formats.ooxml.places import Element

__all__ = ["NO_BREAK_HYPHEN", "read_items"]

NO_BREAK_HYPHEN = "\u2011"
"""Stands for `w:noBreakHyphen` in text."""

_Found: TypeAlias = tuple[Formatting | None, Inline[Code]]


def read_items(items: Sequence[Element]) -> tuple[Formatting, tuple[Inline[Code], ...]]:
    """Reads what `items_of` lists.

    Returns:
        The formatting that most of the text has, and the content, without codes for it.

    Raises:
        BadFile: fields are nested too deep.
    """
    reader = _Reader(items)
    base, content = _grouped(list(reader.read(0, len(items))))
    # They are no part of any formatting, and so stay at the ends whatever moves.
    first: list[Inline[Code]] = [Standalone(piece) for piece in reader.first]
    last: list[Inline[Code]] = [Standalone(piece) for piece in reader.last]
    return base, (*first, *content, *last)


def _read_container(container: Element) -> _Found:
    items = items_of(body_of(container))
    reader = _Reader(items)
    base, content = _grouped(list(reader.read(0, len(items))))
    code = Container(container, reader.first, reader.last)
    return (base if content else None), Paired(code, content)


def _grouped(found: Sequence[_Found]) -> tuple[Formatting, tuple[Inline[Code], ...]]:
    """Groups what was found by its formatting, and tells that of most of it."""
    if not found:
        return PLAIN, ()
    base, content = group_runs(_runs(found))
    assert isinstance(base, Formatting)
    return base, content


def _runs(found: Sequence[_Found]) -> list[Run[Code]]:
    """Gives what has no formatting that of what is before it, or else after it."""
    known = next((formatting for formatting, _ in found if formatting is not None), PLAIN)
    runs: list[Run[Code]] = []
    for formatting, item in found:
        known = formatting or known
        runs.append(Run(known, item))
    return runs


class _Reader:
    """Reads items. The formatting of what it gives is None for what has none of its own.

    Attributes:
        first: What comes before all else, as `Ranges` says.
        last: What comes after all else.
    """

    def __init__(self, items: Sequence[Element]) -> None:
        self._items = items
        self._ranges = Ranges(items)
        self._formattings: dict[Element, Formatting] = {}
        self.first = tuple(map(self._piece, self._ranges.first))
        self.last = tuple(map(self._piece, self._ranges.last))

    def read(self, start: int, stop: int) -> Iterator[_Found]:
        at = start
        while at < stop:
            field = self._ranges.fields.get(at)
            end = self._ranges.ends.get(at)
            if field is not None:
                result = field.end if field.separator is None else field.separator + 1
                yield self._bracket(at, result, field.end)
                at = field.end
            elif end is not None:
                yield self._bracket(at, at + 1, end)
                at = end
            elif at not in self._ranges.moved:
                yield from self._item(at)
            at += 1

    def _bracket(self, start: int, inner: int, end: int) -> _Found:
        before = tuple(
            self._piece(at, own=True) for at in range(start, inner) if at not in self._ranges.moved
        )
        after = (self._piece(end, own=True),)
        found = list(self.read(inner, end))
        base, content = _grouped(found)
        return (base if found else None), Paired(Bracket(before, after), content)

    def _item(self, at: int) -> Iterator[_Found]:
        item = self._items[at]
        if item.tag in CONTAINERS:
            yield _read_container(item)
            return
        piece = self._piece(at)
        formatting = self._formatting(item) if piece.in_run else None
        if item.tag == f"{W}t":
            yield formatting, _text(item)
        elif item.tag == f"{W}noBreakHyphen":
            yield formatting, NO_BREAK_HYPHEN
        elif item.tag == f"{W}cr" or (item.tag == f"{W}br" and _ends_line(item)):
            yield formatting, LineBreak(piece)
        # Where a word may be divided is said for the Arabic word.
        elif item.tag != f"{W}softHyphen":
            yield formatting, Standalone(piece)

    def _piece(self, at: int, *, own: bool = False) -> Piece:
        item = self._items[at]
        parent = item.getparent()
        in_run = parent is not None and parent.tag == f"{W}r"
        return Piece(item, in_run, self._formatting(item) if own and in_run else None)

    def _formatting(self, item: Element) -> Formatting:
        run = item.getparent()
        assert run is not None
        if run not in self._formattings:
            self._formattings[run] = formatting_of(run)
        return self._formattings[run]


def _ends_line(break_: Element) -> bool:
    return break_.get(f"{W}type", "textWrapping") == "textWrapping"


def _text(element: Element) -> str:
    text = (element.text or "").replace("\n", " ")
    if text == text.strip() or _preserves_space(element):
        return text
    return text.strip()


def _preserves_space(element: Element) -> bool:
    for one in (element, *element.iterancestors()):
        value = one.get(XML_SPACE)
        if value is not None:
            return value == "preserve"
    return False
