"""Lines of a page, and the words on them."""

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from tarjama.formats.pdf.glyphs import Glyph
from tarjama.formats.pdf.ordering import has_right_to_left, logical_text, turned_brackets

__all__ = ["Line", "rows_of"]

# Measures are in parts of the font's size. Between the letters of a word there is less than a
# twentieth; a space is a quarter, and a seventh in a line that is pressed together.
_WORD_GAP = 0.12
# Amiri's letters have gaps of a fifth within words.
_WIDE_GAP = 0.3
_MAX_WORD = 15
# The narrowest white between two columns. Some spaces of justified lines are as wide.
_LINE_GAP = 0.8
# Letters of one line that stand higher or lower, such as notes' numbers.
_RAISED = 0.45
# Rounding.
_TOUCHING = 0.01
# How many letters to either side a mark may belong to, in their order.
_NEAR = 4
# Bold letters that a program writes by printing them twice.
_TWICE = 0.05

_SPACES = re.compile(" {2,}")
# Dots from a heading to its page's number.
_LEADERS = re.compile(r"\s*(?:[.…·_]\s?){5,}\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """What stands side by side on a page, without a gap as wide as that of columns.

    Attributes:
        signs: Its signs from left to right, as `logical_text` takes them, with spaces.
        left: Where it begins, in points.
        right: Where it ends.
        baseline: Its height on the page.
        size: The usual size of its letters.
        right_word: How wide its word at the right is.
        left_word: How wide its word at the left is.
    """

    signs: tuple[str, ...]
    left: float
    right: float
    baseline: float
    size: float
    right_word: float
    left_word: float

    @property
    def visible(self) -> str:
        """What stands on it, from left to right."""
        return "".join(self.signs)

    @property
    def is_right_to_left(self) -> bool:
        """Whether something on it is to be read from right to left."""
        return has_right_to_left(self.visible)

    def text(self, *, right_to_left: bool) -> str:
        """Gives its text in reading order.

        Args:
            right_to_left: Whether the paragraph begins at the right.
        """
        text = logical_text(self.signs, right_to_left=right_to_left)
        return _LEADERS.sub("\t", _SPACES.sub(" ", text)).strip()

    def with_turned_brackets(self) -> "Line":
        """Gives this line with those brackets turned that stand among what reads from right."""
        return replace(self, signs=tuple(turned_brackets(self.signs)))

    def joined(self, other: "Line") -> "Line":
        """Gives this line and one to its right as one line."""
        longer = self if len(self.signs) >= len(other.signs) else other
        return Line(
            signs=(*self.signs, " ", *other.signs),
            left=self.left,
            right=other.right,
            baseline=longer.baseline,
            size=longer.size,
            right_word=other.right_word,
            left_word=self.left_word,
        )


def rows_of(glyphs: Sequence[Glyph]) -> list[list[Line]]:
    """Gives the rows of a page from top to bottom, each as its lines from left to right.

    Args:
        glyphs: Its signs, in any order.
    """
    rows: dict[float, list[Glyph]] = {}
    marks: list[Glyph] = []
    for glyph in glyphs:
        if glyph.is_mark:
            marks.append(glyph)
        else:
            rows.setdefault(glyph.baseline, []).append(glyph)
    rows = _with_raised(rows)
    heights = sorted(rows)
    marks_of: dict[float, list[Glyph]] = {}
    for mark in marks if rows else ():
        marks_of.setdefault(_nearest(heights, mark.baseline), []).append(mark)
    word_gap = _word_gap(glyphs)
    found = (
        _lines(rows[height], marks_of.get(height, ()), word_gap) for height in reversed(heights)
    )
    return [lines for lines in found if lines]


def _with_raised(rows: Mapping[float, list[Glyph]]) -> dict[float, list[Glyph]]:
    """Lets letters that stand higher or lower than most beside them belong to their row."""
    joined: dict[float, list[Glyph]] = {}
    heights: list[float] = []
    for height, row in sorted(rows.items(), key=lambda item: -len(item[1])):
        reach = _RAISED * max(glyph.size for glyph in row)
        main = _nearest(heights, height) if heights else None
        if main is not None and abs(main - height) < max(reach, _RAISED * joined[main][0].size):
            joined[main] += row
        else:
            joined[height] = list(row)
            insort(heights, height)
    return joined


def _word_gap(glyphs: Sequence[Glyph]) -> float:
    """Tells which gap parts words: in a page with spaces, only one as wide as a space."""
    space_count = sum(glyph.text == " " for glyph in glyphs)
    return _WIDE_GAP if space_count * _MAX_WORD > len(glyphs) else _WORD_GAP


def _nearest(ascending: Sequence[float], value: float) -> float:
    at = bisect_left(ascending, value)
    return min(ascending[max(at - 1, 0) : at + 1], key=lambda one: abs(one - value))


def _lines(row: Sequence[Glyph], marks: Iterable[Glyph], word_gap: float) -> list[Line]:
    """Cuts a row into lines and these into words."""
    words: list[list[Glyph]] = []
    lines: list[list[list[Glyph]]] = []
    reach = 0.0
    after_space = True
    for glyph in sorted(row, key=lambda glyph: (glyph.left, glyph.right)):
        if not glyph.text.strip():
            after_space = True
            continue
        if lines and _is_again(words[-1][-1], glyph):
            continue
        gap = glyph.left - reach
        if not lines or gap > _LINE_GAP * glyph.size:
            words = [[glyph]]
            lines.append(words)
            reach = glyph.right
        elif after_space or gap > word_gap * glyph.size:
            words.append([glyph])
        else:
            words[-1].append(glyph)
        reach = max(reach, glyph.right)
        after_space = False
    over = _bases([glyph for line in lines for word in line for glyph in word], marks)
    return [_line(line, over) for line in lines]


def _is_again(before: Glyph, glyph: Glyph) -> bool:
    return before.text == glyph.text and glyph.left - before.left < _TWICE * glyph.size


def _bases(letters: Sequence[Glyph], marks: Iterable[Glyph]) -> dict[int, str]:
    """Finds the letter that each mark is over or under, and gives the marks by its identity."""
    over: dict[int, str] = {}
    lefts = [letter.left for letter in letters]
    for mark in marks if letters else ():
        at = bisect_left(lefts, mark.left)
        near = letters[max(at - _NEAR, 0) : at + _NEAR]
        base = min(near, key=lambda letter: _distance(mark, letter))
        over[id(base)] = over.get(id(base), "") + mark.text
    return over


def _distance(mark: Glyph, letter: Glyph) -> float:
    """Tells how far a letter is from a mark, which stands where its letter begins or behind it."""
    middle = (mark.left + mark.right) / 2
    if middle < letter.right - _TOUCHING * letter.size:
        return max(letter.left - middle, 0)
    return middle - letter.right + letter.size


def _line(words: Sequence[Sequence[Glyph]], over: Mapping[int, str]) -> Line:
    letters = [glyph for word in words for glyph in word]
    signs: list[str] = []
    for number, word in enumerate(words):
        signs += [" "] * (number > 0)
        signs += [glyph.text + over.get(id(glyph), "") for glyph in word]
    return Line(
        signs=tuple(signs),
        left=letters[0].left,
        right=max(glyph.right for glyph in letters),
        baseline=median(glyph.baseline for glyph in letters),
        size=median(glyph.size for glyph in letters),
        right_word=words[-1][-1].right - words[-1][0].left,
        left_word=words[0][-1].right - words[0][0].left,
    )
