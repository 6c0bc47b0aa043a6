"""Leaves out what pages repeat, so that paragraphs go on from one page to the next."""

import re
from collections import Counter
from collections.abc import Sequence

from tarjama.formats.pdf.columns import Row

__all__ = ["without_furniture"]

# A chapter's name stands on no fewer pages.
_MIN_PAGES = 3

_PAGE_NUMBER = re.compile(r"[\W_]*(?:(?:صفحة|page) )?\d{1,4}[\W_]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


def without_furniture(pages: Sequence[Sequence[Row]]) -> tuple[list[list[Row]], bool]:
    """Leaves out page numbers, and headers and footers but where they first come.

    Args:
        pages: The rows of each page, from top to bottom.

    Returns:
        The rows of each page that are left, and whether anything was left out.
    """
    counts = Counter(key for rows in pages for key in {_key(row) for row in _edges(rows)})
    seen: set[str] = set()
    kept: list[list[Row]] = []
    for rows in pages:
        left_out = []
        for row in _edges(rows):
            key = _key(row)
            if _PAGE_NUMBER.fullmatch(_text(row)) or key in seen:
                left_out.append(row)
            if counts[key] >= _MIN_PAGES:
                seen.add(key)
        kept.append([row for row in rows if not any(row is one for one in left_out)])
    return kept, sum(map(len, kept)) < sum(map(len, pages))


def _edges(rows: Sequence[Row]) -> list[Row]:
    """Gives the first and the last row."""
    return [rows[0], rows[-1]] if len(rows) > 1 else list(rows)


def _key(row: Row) -> str:
    """Gives what is the same on every page."""
    return _DIGITS.sub("#", _text(row))


def _text(row: Row) -> str:
    return " ".join(line.text(right_to_left=line.is_right_to_left) for line in reversed(row))
