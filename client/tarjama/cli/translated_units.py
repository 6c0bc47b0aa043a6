"""Units and their translations, from the server, the journal and the translation memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tarjama import Segment, SegmentFlag, Span
from tarjama.cli.unit_translation import UnitTexts
from tarjama.formats.translation import unit_text
from tarjama.formats.units import Unit
from tarjama.review.model import Origin, ReviewedSegment, ReviewedUnit

_FLAGS = {flag.value: flag for flag in SegmentFlag}


@dataclass(frozen=True, slots=True)
class TranslatedSegment:
    """A segment of a unit.

    Attributes:
        segment: The segment; its spans are relative to the unit.
        source: The text that it translates, as tagged text.
        origin: Where its translation is from.
        is_reused: Whether it was not translated anew.
    """

    segment: Segment
    source: str
    origin: Origin
    is_reused: bool


def reviewed_units(
    units: Sequence[Unit], known: Mapping[str, tuple[ReviewedSegment, ...]], done: UnitTexts
) -> list[ReviewedUnit]:
    """Gives each unit its translation.

    Args:
        units: The units.
        known: The segments of those that the memory has, by `Unit.id`.
        done: The segments of the texts of all others.
    """
    return [
        ReviewedUnit(
            id=unit.id,
            source=unit.text,
            segments=known.get(unit.id)
            or tuple(
                ReviewedSegment.of(segment, unit.text) for segment in done.segments[unit_text(unit)]
            ),
            context=unit.context,
            note=unit.note,
        )
        for unit in units
    ]


def translated_segments(
    units: Sequence[Unit],
    translated: Sequence[ReviewedUnit],
    known: Mapping[str, object],
    done: UnitTexts,
) -> list[list[TranslatedSegment]]:
    """Gives the segments of each unit.

    Args:
        units: The units.
        translated: Their translations, in the same order.
        known: Has the `Unit.id` of those that the memory has.
        done: The segments of the texts of all others.
    """
    seen = set()
    segments: list[list[TranslatedSegment]] = []
    for unit, reviewed in zip(units, translated, strict=True):
        text = unit_text(unit)
        machine = () if unit.id in known else done.segments[text]
        is_reused = not machine or text in seen or text in done.resumed
        seen.add(text)
        segments.append(_segments(reviewed.segments, machine, is_reused=is_reused))
    return segments


def _segments(
    reviewed: Sequence[ReviewedSegment], machine: Sequence[Segment], *, is_reused: bool
) -> list[TranslatedSegment]:
    given: list[TranslatedSegment] = []
    at = 0
    for index, each in enumerate(reviewed):
        span = Span(at, at + len(each.source))
        at = span.end
        if machine and each.origin is Origin.MACHINE:
            given.append(TranslatedSegment(machine[index], each.source, each.origin, is_reused))
        else:
            segment = Segment(
                source_span=span,
                sentence_index=index,
                translation=each.target,
                score=each.score,
                flags=frozenset(_FLAGS[name] for name in each.flags if name in _FLAGS),
            )
            given.append(TranslatedSegment(segment, each.source, each.origin, is_reused=True))
    return given
