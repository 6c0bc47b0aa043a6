"""A stretch of tagged text: its marks, its text without them, and the way from that to it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tarjama_server.alignment.words import Span
from tarjama_server.markup.scanning import Mark, MarkKind


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of tagged text, and what it is in the text that is lifted out of it."""

    raw: str
    """Empty for a space that is only lifted, to part words that a mark parts."""
    text: str
    """As long as `raw`, or one character, or none: of marks, and of spaces that they leave over."""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class PlacedMark:
    """A mark of a stretch.

    Attributes:
        mark: the mark.
        offset: how much of the lifted text stands before it.
        before: the character before it, tags between them left out; `MARK` behind a mark that
            stands for something, empty at the beginning.
        behind: the one behind it, likewise.
        follows_proclitic: whether `before` ends a proclitic, which is a word of its own in English.
        leaves_space: whether a space right behind it is not in the lifted text.
    """

    mark: Mark
    offset: int
    before: str
    behind: str
    follows_proclitic: bool = False
    leaves_space: bool = False


MARK = "\ufffc"
"""OBJECT REPLACEMENT CHARACTER: in the place of a mark that stands for something."""

# `و`, `بال` or `لـ` right before a mark: and, by the, to.
_PROCLITIC = re.compile(r"(?<!\w)[وف]?(?:[بكل]?(?:ال)?|لل)ـ?\Z")
_LONGEST_PROCLITIC = 5


class Markup:
    """The marks of a stretch of tagged text.

    Attributes:
        raw: the tagged text.
        text: the text without marks, references read.
        marks: in their order.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        """Take what a stretch is made of."""
        self.raw = "".join(piece.raw for piece in pieces)
        self.text = "".join(piece.text for piece in pieces)
        self.marks = tuple(_placed(pieces, self.text))
        self._lifted = [piece for piece in pieces if piece.text]
        self._text_starts = [0, *accumulate(len(piece.text) for piece in self._lifted)]
        raw_starts = accumulate((len(piece.raw) for piece in pieces), initial=0)
        self._raw_starts = [
            start for piece, start in zip(pieces, raw_starts, strict=False) if piece.text
        ]

    def to_raw(self, start: int, end: int) -> Span:
        """Where a span of `text`, not empty, stands in `raw`."""
        return self._character(start)[0], self._character(end - 1)[1]

    def added_spaces(self) -> set[int]:
        """Offsets in `text` of spaces that are not in `raw`."""
        return {
            start
            for piece, start in zip(self._lifted, self._text_starts, strict=False)
            if not piece.raw
        }

    def _character(self, offset: int) -> Span:
        index = bisect_right(self._text_starts, offset) - 1
        piece, begin = self._lifted[index], self._raw_starts[index]
        if len(piece.raw) != len(piece.text):
            return begin, begin + len(piece.raw)
        at = begin + offset - self._text_starts[index]
        return at, at + 1


def _placed(pieces: Sequence[Piece], text: str) -> Iterator[PlacedMark]:
    behind: list[str] = []
    following = ""
    for piece in reversed(pieces):
        if piece.mark is not None:
            behind.append(following)
        following = _seen(piece)[:1] or following
    offset, before = 0, ""
    for index, piece in enumerate(pieces):
        if piece.mark is not None:
            follows = before.isalpha() and _ends_in_proclitic(text, offset)
            leaves = any(not (each.text or each.mark) for each in pieces[index + 1 : index + 2])
            yield PlacedMark(piece.mark, offset, before, behind.pop(), follows, leaves)
        offset += len(piece.text)
        before = _seen(piece)[-1:] or before


def _ends_in_proclitic(text: str, end: int) -> bool:
    start = max(0, end - _LONGEST_PROCLITIC - 1)
    match = _PROCLITIC.search(text, start, end)
    return match is not None and match[0] != ""


def _seen(piece: Piece) -> str:
    """What a reader sees of a piece."""
    if piece.mark is not None:
        return MARK if piece.mark.kind is MarkKind.STANDALONE else ""
    return piece.raw and (piece.text or piece.raw)
