"""Finds the blocks of a text: the lines and paragraphs inside which sentences are sought.

A block is the smallest stretch of text that is segmented without regard to what stands around it:
one line, or the lines of one hard-wrapped paragraph, with the white space that follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from tarjama_server.segmenter.splitting import is_terminated
from tarjama_server.text.script import INVISIBLE


class LineHandling(Enum):
    """What a line end means."""

    PARAGRAPHS = "paragraphs"
    """Lines wrapped to a common width are one paragraph; any other line end ends a sentence."""

    LINES = "lines"
    """Every line end ends a sentence."""


@dataclass(frozen=True, slots=True)
class Block:
    """Where a block ends, and what it is."""

    end: int
    lines_joined: bool
    """Whether its lines were hard-wrapped: their ends are to be read as spaces."""
    is_whole: bool = True
    """False when the look-ahead ended before the block did."""


# What str.splitlines() takes for a line end.
LINE_END = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
# One line with something on it, from any white space before it to the next thing after its end.
_LINE = re.compile(rf"\s*+([^{LINE_END}]++)(?:\r\n|[{LINE_END}])(\s*+)(?=\S)")
_BLANK_LINE = re.compile(rf"(?>\r\n|[{LINE_END}])[^\S{LINE_END}]*(?:\r\n|[{LINE_END}])")
_FIRST_WORD = re.compile(r"\s*(\S+)")
# A line that begins like this begins something of its own: a list item, a heading, a quote, a
# speaker's turn, a row of a table.
_OWN_LINE = re.compile(
    r"\s*(?:[-*•●▪◦‣–—#>|+]\s*|\(?[0-9٠-٩۰-۹]{1,3}[.):\-]\s|\(?\w[.)]\s|[^\s:]+(?:\s\S+)?\s?:\s)|[^\n]*\t"
)
# Letters' widths are alike in most faces, but marks and bidi controls have none.
_NO_WIDTH = re.compile(rf"[\u064b-\u065f\u0670{INVISIBLE}]")

# Wrapped lines are evidence in numbers: by chance a line falls within a word's length of its
# neighbours' greatest width about once in twenty on FLORES (lines are 40 to 300 wide), so four in a
# row do about once in 100,000 lines; two will do when a blank line or the end of the text agrees.
_FULL_LINES = 4
_FULL_LINES_BEFORE_BLANK = 2
# Narrower columns than this are verse, menus or lists.
_LEAST_WRAP_WIDTH = 30
# The last of three lines says little when it is nearly full itself.
_LAST_LINE_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    end: int
    ends_paragraph: bool

    @property
    def width(self) -> int:
        return len(_NO_WIDTH.sub("", self.text.strip()))


def next_block(
    text: str, start: int, look_ahead: int, *, is_last: bool, handling: LineHandling
) -> Block | None:
    """Find the block that begins at `start`.

    Args:
        text: what of the document is at hand.
        start: where the block begins, in code points.
        look_ahead: how much of `text` may be read from `start` on, in code points.
        is_last: whether the document ends where `text` does.
        handling: what a line end means.

    Returns:
        The block, or None when more text is needed to tell where it ends.
    """
    limit = min(len(text), start + look_ahead)
    view = _View(
        text,
        limit,
        is_last=is_last and limit == len(text),
        is_full=limit == start + look_ahead,
    )
    first = view.line(start)
    if first is None:
        return Block(view.limit, lines_joined=False, is_whole=False) if view.is_full else None
    if handling is LineHandling.LINES or first.ends_paragraph:
        return Block(first.end, lines_joined=False)
    return _paragraph(view, first)


@dataclass(frozen=True, slots=True)
class _View:
    """What may be read of a text."""

    text: str
    limit: int
    is_last: bool
    """Whether the document ends at `limit`."""
    is_full: bool
    """Whether `limit` is as far as may ever be looked ahead."""

    def line(self, start: int) -> _Line | None:
        """The line that begins at `start`, or None when its end is not in view."""
        match = _LINE.match(self.text, start, self.limit)
        if match is not None:
            blank = _BLANK_LINE.search(self.text, match.end(1), match.end())
            return _Line(match[1], match.end(), blank is not None)
        if self.is_last and start < self.limit:
            return _Line(self.text[start : self.limit], self.limit, True)
        return None


def _paragraph(view: _View, first: _Line) -> Block | None:
    """Join the lines that begin with `first` if they were hard-wrapped."""
    lines = [first]
    alone = Block(first.end, lines_joined=False)
    while len(lines) <= _FULL_LINES:
        line = view.line(lines[-1].end)
        if line is None:
            # Lines that do not fit in the look-ahead are no evidence.
            return alone if view.is_full else None
        lines.append(line)
        if _full_lines(lines) < len(lines) - 1:
            break
        if line.ends_paragraph:
            break
    full = _full_lines(lines)
    if full == len(lines) - 1 and lines[-1].ends_paragraph:
        wrapped = full >= _FULL_LINES_BEFORE_BLANK and (
            full > _FULL_LINES_BEFORE_BLANK or lines[-1].width <= _LAST_LINE_SHARE * _width(lines)
        )
    else:
        wrapped = full >= _FULL_LINES
    if not wrapped or 2 * sum(is_terminated(line.text) for line in lines[:full]) >= full:
        return alone
    return _extend(view, lines[: full + 1])


def _extend(view: _View, lines: list[_Line]) -> Block | None:
    """Follow a wrapped paragraph to its end."""
    width = _width(lines)
    while not lines[-1].ends_paragraph:
        line = view.line(lines[-1].end)
        if line is None and view.is_full:
            return Block(lines[-1].end, lines_joined=True, is_whole=False)
        if line is None:
            return None
        if not _is_full(lines[-1], line, width):
            break
        lines.append(line)
    return Block(lines[-1].end, lines_joined=True)


def _width(lines: list[_Line]) -> int:
    return max(line.width for line in lines)


def _full_lines(lines: list[_Line]) -> int:
    """How many of `lines`, from the first, are full: the next line's first word found no room."""
    width = _width(lines)
    if width < _LEAST_WRAP_WIDTH:
        return 0
    full = 0
    while full < len(lines) - 1 and _is_full(lines[full], lines[full + 1], width):
        full += 1
    return full


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    word = _FIRST_WORD.match(following.text)
    if word is None or line.ends_paragraph or _OWN_LINE.match(following.text):
        return False
    return following.width <= width and line.width + 1 + len(_NO_WIDTH.sub("", word[1])) > width
