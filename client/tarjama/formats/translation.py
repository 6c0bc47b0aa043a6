"""Plans the calls that translate a file's units."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tarjama.formats.units import Unit
from tarjama.options import LineHandling
from tarjama.results import Segment, SegmentFlag

__all__ = ["UnitCall", "UnitText", "plan_unit_calls", "unit_text", "with_western_signs"]

_WESTERN_SIGNS = str.maketrans(
    {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}
    | {"٪": "%", "٫": ".", "٬": ",", "،": ",", "؛": ";", "؟": "?"}
)

# One call's worth: its results are kept for a resumed run when it ends, so it is short work
# (seconds on one core), and long enough that a server's batches are full.
_CALL_UNITS = 32
_CALL_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class UnitText:
    """What is sent of a unit: units of the same text and line handling translate alike."""

    text: str
    line_handling: LineHandling


@dataclass(frozen=True, slots=True)
class UnitCall:
    """Texts to translate in one call, all of the same line handling."""

    texts: tuple[str, ...]
    line_handling: LineHandling


def unit_text(unit: Unit) -> UnitText:
    """Gives what is sent of a unit."""
    return UnitText(unit.text, unit.line_handling)


def plan_unit_calls(texts: Iterable[UnitText]) -> Iterator[UnitCall]:
    """Divides texts into calls, in order. A text that is long by itself has a call of its own.

    Args:
        texts: Each text once.
    """
    waiting: dict[LineHandling, list[str]] = {handling: [] for handling in LineHandling}
    for each in texts:
        group = waiting[each.line_handling]
        if group and sum(map(len, group)) + len(each.text) > _CALL_CHARACTERS:
            yield UnitCall(tuple(group), each.line_handling)
            group.clear()
        group.append(each.text)
        if len(group) == _CALL_UNITS:
            yield UnitCall(tuple(group), each.line_handling)
            group.clear()
    for handling, group in waiting.items():
        if group:
            yield UnitCall(tuple(group), handling)


def with_western_signs(segment: Segment) -> Segment:
    """Writes the digits and marks of a segment that has no letters as an English reader does.

    The server passes such text through as it is. As a cell or a page number of its own it would be
    all that stays Arabic in a table.
    """
    if SegmentFlag.PASSED_THROUGH not in segment.flags:
        return segment
    return replace(segment, translation=segment.translation.translate(_WESTERN_SIGNS))
