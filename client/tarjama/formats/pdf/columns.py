"""The rows of a page in the order in which they are read."""

from collections.abc import Iterator, Sequence
from math import inf
from statistics import median

from tarjama.formats.pdf.lines import Line

__all__ = ["Row", "in_reading_order"]

Row = list[Line]
"""Lines that stand side by side, from left to right."""

# The white between two columns, and that between two cells, which no space is as wide as. Both
# are in parts of the letters' size.
_GUTTER = 0.8
_CELL_GAP = 1.3
# Columns have a few lines, and more in them than the cells of a table.
_MIN_ROWS = 3
_MIN_CHARACTERS = 18
# A page of a newspaper has eight.
_MAX_COLUMNS = 16

_Interval = tuple[float, float]


def in_reading_order(
    rows: Sequence[Row], *, right_to_left: bool, max_depth: int = _MAX_COLUMNS
) -> list[list[Row]]:
    """Divides a page into columns.

    Args:
        rows: The rows of the page, from top to bottom.
        right_to_left: Whether the column at the right comes first.
        max_depth: How many times columns are divided at most.

    Returns:
        Parts of the page in reading order, each with the rows of one column. A row of more than one
        line is one of cells.
    """
    parts: list[list[Row]] = []
    plain: list[Row] = []
    for band, gutters in _bands(rows):
        columns = _columns(band, gutters) if max_depth else []
        if not columns:
            plain += map(_cells, band)
            continue
        if plain:
            parts.append(plain)
            plain = []
        for column in reversed(columns) if right_to_left else columns:
            parts += in_reading_order(column, right_to_left=right_to_left, max_depth=max_depth - 1)
    return [*parts, plain] if plain else parts


def _bands(rows: Sequence[Row]) -> Iterator[tuple[Sequence[Row], list[_Interval]]]:
    """Cuts a page where no white between lines goes on. Gives that white, the widest first."""
    min_width = _GUTTER * median(line.size for row in rows for line in row) if rows else 0
    start = 0
    while start < len(rows):
        white = _white(rows[start])
        end = start + 1
        while end < len(rows):
            common = _common(white, _white(rows[end]), min_width)
            if not _between(common):
                break
            white = common
            end += 1
        gutters = sorted(_between(white), key=lambda one: one[0] - one[1])
        # A short heading between columns and what is as wide as the page is in neither column.
        while start + 1 < end < len(rows) and _is_at_one_side(rows[end - 1], gutters[0]):
            end -= 1
        yield rows[start:end], gutters
        start = end


def _is_at_one_side(row: Row, gutter: _Interval) -> bool:
    return row[-1].right <= gutter[0] or row[0].left >= gutter[1]


def _cells(row: Row) -> Row:
    """Joins what only a space parts."""
    cells = row[:1]
    for line in row[1:]:
        if line.left - cells[-1].right < _CELL_GAP * line.size:
            cells[-1] = cells[-1].joined(line)
        else:
            cells.append(line)
    return cells


def _white(row: Row) -> list[_Interval]:
    edges = [-inf, *(edge for line in row for edge in (line.left, line.right)), inf]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _common(
    first: Sequence[_Interval], second: Sequence[_Interval], min_width: float
) -> list[_Interval]:
    found: list[_Interval] = []
    at = 0
    for interval in first:
        # Both are in order. The last that was looked at may reach into the next interval.
        at = max(at - 1, 0)
        while at < len(second) and second[at][0] < interval[1]:
            left, right = max(interval[0], second[at][0]), min(interval[1], second[at][1])
            if right - left >= min_width:
                found.append((left, right))
            at += 1
    return found


def _between(white: Sequence[_Interval]) -> list[_Interval]:
    """Leaves the margins out."""
    return [one for one in white if -inf < one[0] and one[1] < inf]


def _columns(band: Sequence[Row], gutters: Sequence[_Interval]) -> list[list[Row]]:
    """Divides a band at its widest gutter, if there are columns of text at either side of it."""
    for left, right in gutters:
        sides = [
            [kept for row in band if (kept := [line for line in row if line.right <= left])],
            [kept for row in band if (kept := [line for line in row if line.left >= right])],
        ]
        if all(map(_is_column, sides)):
            return sides
    return []


def _is_column(rows: Sequence[Row]) -> bool:
    lengths = [sum(len(line.visible) for line in row) for row in rows]
    return len(rows) >= _MIN_ROWS and sum(lengths) >= _MIN_CHARACTERS * len(rows)
