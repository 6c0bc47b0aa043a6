"""Chooses where between two words of a translation a mark stands: before or behind a comma."""

from __future__ import annotations

import re
from enum import Enum

from tarjama_server.alignment.words import Span

# As the translation writes digits and what parts them.
_WESTERN = {zero + digit: str(digit) for zero in (0x660, 0x6F0) for digit in range(10)} | {
    ord("٪"): "%",
    ord("٫"): ".",
    ord("٬"): ",",
}


class GapSide(Enum):
    """What a mark holds on to where the source does not tell."""

    OPENER = "opener"
    """The word behind it."""
    CLOSER = "closer"
    """The word before it."""
    FIRST = "first"
    """All that is behind it: the opener of a pair around everything."""
    LAST = "last"
    """All that is before it: the closer of such a pair."""
    ALONE = "alone"
    """The word before it."""


def place_in_gap(gap: Span, target: str, before: str, behind: str, side: GapSide) -> int:
    """Find the offset in the translation for a mark.

    The punctuation of the gap is shared out between its two sides as it is in the source.

    Args:
        gap: where in the translation the gap between two words is.
        target: the translation.
        before: what stands in the source between the word before the mark and the mark.
        behind: what stands there between the mark and the word behind it.
        side: what the mark is.
    """
    start, end = gap
    text = target[start:end]
    if text == before + behind:
        return start + len(before)
    signs = [offset for offset, character in enumerate(text) if not character.isspace()]
    count = _signs_before(len(signs), before, behind, side)
    low = signs[count - 1] + 1 if count else 0
    high = signs[count] if count < len(signs) else len(text)
    return start + _among_spaces(text, low, high, before, behind, side)


def find_same(target: str, source: str) -> list[Span]:
    """Find where digits or letters of the source stand in a translation, digits of any script.

    Args:
        target: a part of the translation.
        source: what to find; a part of a longer number is not the same.
    """
    # Translated one to one, so that offsets stay.
    same = re.compile(rf"(?<!\d){re.escape(source.translate(_WESTERN))}(?!\d)")
    return [match.span() for match in same.finditer(target.translate(_WESTERN))]


def _signs_before(count: int, before: str, behind: str, side: GapSide) -> int:
    """How many of the signs in a gap stand before the mark."""
    wanted_before = len("".join(before.split()))
    wanted_behind = len("".join(behind.split()))
    if wanted_before and not wanted_behind:
        return count
    if wanted_before and wanted_before + wanted_behind <= count:
        return wanted_before
    if wanted_behind and not wanted_before:
        return 0
    # Signs of the translation's own.
    return count if side in (GapSide.OPENER, GapSide.LAST) else 0


def _among_spaces(text: str, low: int, high: int, before: str, behind: str, side: GapSide) -> int:
    """Where in white space the mark stands that is on the side of a gap's signs already told."""
    left = before[len(before.rstrip()) :]
    right = behind[: len(behind) - len(behind.lstrip())]
    if text[low:high] == left + right:
        return low + len(left)
    if side in (GapSide.OPENER, GapSide.FIRST):
        return low if right and not left else high
    if side in (GapSide.CLOSER, GapSide.LAST):
        return high if left and not right else low
    # What is glued to a word stays so; to a sign that is not here, it cannot.
    return high if left and not behind else low
