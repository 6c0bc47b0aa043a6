"""Makes paragraphs, headings and tables of the lines of a PDF."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TypeAlias

from tarjama.formats.pdf.columns import Row
from tarjama.formats.pdf.lines import Line
from tarjama.formats.pdf.ordering import has_right_to_left

__all__ = ["Block", "Paragraph", "Table", "blocks_of", "level_sizes"]

# Measures are in parts of the letters' size, or of the usual distance of lines.
_SAME_SIZE = 0.08
_HEADING_SIZE = 1.15
_PARAGRAPH_GAP = 1.25
_INDENT = 0.8
_MAX_INDENT = 8
_WRAPPED_CELL = 1.7
_MAX_HEADING_LINES = 3
_MAX_LEVELS = 3

_LIST_MARK = re.compile(r"[•●▪◦○■–*-]|[(\[]?\w{1,3}[.)\]/-]$")
_SENTENCE_END = (".", "؟", "!", ":", "?", "؛", "…")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes:
        lines: Its lines.
        is_open: Whether its last line is full, so that it may go on in the next column or page.
    """

    lines: tuple[Line, ...]
    is_open: bool = False

    @property
    def is_right_to_left(self) -> bool:
        """Whether it begins at the right: a third of its letters are of such a script."""
        letters = [letter for line in self.lines for letter in line.visible if letter.isalpha()]
        return 3 * sum(map(has_right_to_left, letters)) >= len(letters) > 0

    @property
    def size(self) -> float:
        """The usual size of its letters."""
        return median(line.size for line in self.lines)

    @property
    def text(self) -> str:
        """Its text, in reading order."""
        right_to_left = self.is_right_to_left
        return " ".join(line.text(right_to_left=right_to_left) for line in self.lines)

    def level(self, sizes: Sequence[int]) -> int:
        """Tells of which level of headings it is, from 1; 0 if it is none.

        Args:
            sizes: What `level_sizes` gives.
        """
        if len(self.lines) > _MAX_HEADING_LINES or round(self.size) not in sizes:
            return 0
        return sizes.index(round(self.size)) + 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        rows: Its rows, of equal length, with the cells from left to right.
    """

    rows: tuple[tuple[Paragraph, ...], ...]

    @property
    def is_right_to_left(self) -> bool:
        """Whether its first column is the one at the right."""
        cells = [cell for row in self.rows for cell in row]
        return 2 * sum(cell.is_right_to_left for cell in cells) >= len(cells)

    def in_order(self, row: Sequence[Paragraph]) -> Sequence[Paragraph]:
        """Gives the cells of a row in reading order."""
        return row[::-1] if self.is_right_to_left else row


Block: TypeAlias = Paragraph | Table


def blocks_of(parts: Iterable[Sequence[Row]]) -> list[Block]:
    """Makes paragraphs and tables.

    Args:
        parts: The columns of a document, in reading order.
    """
    blocks: list[Block] = []
    for part in parts:
        for block in _blocks(part):
            before = blocks[-1] if blocks else None
            if isinstance(before, Paragraph) and _goes_on(before, block):
                assert isinstance(block, Paragraph)
                blocks[-1] = Paragraph((*before.lines, *block.lines), block.is_open)
            else:
                blocks.append(block)
    return blocks


def level_sizes(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Gives the sizes of letters that make a paragraph a heading, the largest first.

    Args:
        paragraphs: All of a document.
    """
    lengths: Counter[int] = Counter()
    for paragraph in paragraphs:
        lengths[round(paragraph.size)] += sum(len(line.visible) for line in paragraph.lines)
    if not lengths:
        return []
    usual = lengths.most_common(1)[0][0]
    sizes = {
        round(paragraph.size)
        for paragraph in paragraphs
        if paragraph.size >= _HEADING_SIZE * usual and len(paragraph.lines) <= _MAX_HEADING_LINES
    }
    return sorted(sizes, reverse=True)[:_MAX_LEVELS]


def _goes_on(before: Paragraph, block: Block) -> bool:
    """Tells whether a paragraph goes on behind the end of a column or page."""
    return (
        isinstance(block, Paragraph)
        and before.is_open
        and _alike(before.lines[-1], block.lines[0])
        and not before.text.endswith(_SENTENCE_END)
        and not _has_list_mark(block.lines[0])
    )


def _blocks(part: Sequence[Row]) -> Iterator[Block]:
    rows = [_with_list_mark(row) for row in part]
    left = min(line.left for row in rows for line in row)
    right = max(line.right for row in rows for line in row)
    at = 0
    while at < len(rows):
        end, table = _table(rows, at)
        if table is not None:
            yield table
        else:
            end = at + 1
            while end < len(rows) and len(rows[end]) == len(rows[at]) == 1:
                end += 1
            yield from _paragraphs(rows[at:end], left, right)
        at = end


def _with_list_mark(row: Row) -> Row:
    """Joins the mark of a list's item, which stands apart, to the item."""
    if len(row) > 1 and _LIST_MARK.fullmatch(row[-1].visible[::-1]):
        return [*row[:-2], row[-2].joined(row[-1])]
    if len(row) > 1 and _LIST_MARK.fullmatch(row[0].visible):
        return [row[0].joined(row[1]), *row[2:]]
    return row


def _table(rows: Sequence[Row], start: int) -> tuple[int, Table | None]:
    """Reads the table that begins at a row, if one does, and tells where it ends."""
    count = len(rows[start])
    cells: list[list[list[Line]]] = []
    end = start
    while count > 1 and end < len(rows):
        row = rows[end]
        under = _cells_above(row, rows[end - 1], cells[-1]) if cells else []
        if len(row) == count:
            cells.append([[line] for line in row])
        elif under:
            for line, cell in zip(row, under, strict=True):
                cell.append(line)
        else:
            break
        end += 1
    if len(cells) < 2:
        return start, None
    return end, Table(tuple(tuple(Paragraph(tuple(cell)) for cell in row) for row in cells))


def _cells_above(row: Row, before: Row, cells: Sequence[list[Line]]) -> list[list[Line]]:
    """Finds the cells that a row's lines go on, one each; none if a line goes on none or two."""
    if before[0].baseline - row[0].baseline > _WRAPPED_CELL * row[0].size:
        return []
    found = []
    for line in row:
        over = [
            cell
            for cell in cells
            if any(one.left < line.right and line.left < one.right for one in cell)
        ]
        if len(over) != 1 or over[0] in found:
            return []
        found.append(over[0])
    return found


def _paragraphs(rows: Sequence[Row], left: float, right: float) -> Iterator[Paragraph]:
    """Divides rows of one line each, in a column of these edges; or one row of several lines."""
    if len(rows[0]) > 1:
        lines = reversed(rows[0]) if rows[0][-1].is_right_to_left else rows[0]
        yield from (Paragraph((line,)) for line in lines)
        return
    lines = [row[0] for row in rows]
    # Where lines begin is for them to say: a header may begin anywhere.
    if sum(line.is_right_to_left for line in lines) * 2 >= len(lines):
        right = max(line.right for line in lines)
    else:
        left = min(line.left for line in lines)
    steps = [a.baseline - b.baseline for a, b in pairwise(lines) if _alike(a, b)]
    # Twice the size of letters is a distance of paragraphs, however many of one line there are.
    near = [step for step in steps if step < 2 * lines[0].size]
    step = median(near or [lines[0].size * _PARAGRAPH_GAP])
    begun = [lines[0]]
    for before, line in pairwise(lines):
        if (
            before.baseline - line.baseline > _PARAGRAPH_GAP * step
            or not _alike(before, line)
            or _has_list_mark(line)
            or _is_last(before, line, left, right)
            or _is_indented(before, line, left, right)
        ):
            yield Paragraph(tuple(begun))
            begun = []
        begun.append(line)
    yield Paragraph(tuple(begun), is_open=not _is_last(begun[-1], begun[-1], left, right))


def _alike(line: Line, other: Line) -> bool:
    return abs(line.size - other.size) <= _SAME_SIZE * max(line.size, other.size)


def _has_list_mark(line: Line) -> bool:
    first = line.text(right_to_left=line.is_right_to_left).split(" ", 1)
    return len(first) > 1 and _LIST_MARK.fullmatch(first[0]) is not None


def _is_last(line: Line, following: Line, left: float, right: float) -> bool:
    """Tells whether the first word of the line that follows would have fitted behind a line.

    A line with a tab is an entry of a table of contents, which is full of dots. One far too short
    at its other end is in a paragraph that is aligned there.
    """
    if "\t" in line.text(right_to_left=line.is_right_to_left):
        return True
    at_left, at_right = line.left - left, right - line.right
    end, other = (at_left, at_right) if line.is_right_to_left else (at_right, at_left)
    first_word = following.right_word if line.is_right_to_left else following.left_word
    return end > first_word + line.size or other > _MAX_INDENT * line.size


def _is_indented(before: Line, line: Line, left: float, right: float) -> bool:
    """Tells whether a line begins further in than one before that is no item of a list."""
    if _has_list_mark(before):
        return False
    margin = _INDENT * line.size
    if line.is_right_to_left:
        return right - line.right > margin > right - before.right
    return line.left - left > margin > before.left - left
