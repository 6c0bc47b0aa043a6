"""Offsets counted in code points, in bytes of UTF-8 or in units of UTF-16."""

from __future__ import annotations

from enum import Enum


class OffsetUnit(Enum):
    """What an offset into a text counts."""

    CODE_POINTS = "code points"
    UTF8 = "bytes of UTF-8"
    UTF16 = "units of UTF-16"

    def length(self, text: str) -> int:
        """Length of `text` in this unit."""
        if self is OffsetUnit.CODE_POINTS:
            return len(text)
        if self is OffsetUnit.UTF8:
            return len(text.encode())
        # Two bytes a unit; counting them beats a Python loop over astral characters.
        return len(text.encode("utf-16-le")) // 2
