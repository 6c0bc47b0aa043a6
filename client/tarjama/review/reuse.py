"""Uses a translation memory for a document: what is reused, shown beside, and kept."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from tarjama.formats.tags import tag_problem
from tarjama.memory.entries import MemoryEntry
from tarjama.memory.interface import TranslationMemory
from tarjama.review.model import Origin, ReviewedDocument, ReviewedSegment, ReviewedUnit
from tarjama.review.record import read_segments, segment_records

__all__ = ["drafts_of", "keep_drafts", "keep_reviewed", "remembered_segments", "with_matches"]

T = TypeVar("T")

_TRUSTED = frozenset({Origin.PERSON, Origin.MEMORY, Origin.FILE})


def remembered_segments(
    memory: TranslationMemory, source: str, *, before: str = "", after: str = ""
) -> tuple[ReviewedSegment, ...] | None:
    """Finds a whole unit in the memory, so that it need not be translated.

    Args:
        memory: The memory.
        source: The unit's text.
        before: The text of the unit before it, empty for none.
        after: The text of the unit after it, empty for none.

    Returns:
        One segment of origin `MEMORY`, or None if there is no exact match.
    """
    match = memory.exact(source, before=before, after=after)
    if match is None:
        return None
    return (ReviewedSegment(source=source, target=match.target, origin=Origin.MEMORY),)


def drafts_of(
    memory: TranslationMemory, source: str, producer: str
) -> tuple[ReviewedSegment, ...] | None:
    """Finds the segments that `keep_drafts` kept of a unit, or None."""
    kept = memory.draft(source, producer)
    if kept is None:
        return None
    try:
        return read_segments(json.loads(kept)) or None
    except (KeyError, TypeError, ValueError, OverflowError):
        # Written by a version of this program whose segments are others: translated again.
        return None


def keep_drafts(memory: TranslationMemory, units: Iterable[ReviewedUnit], producer: str) -> None:
    """Keeps machine translations whole, so that the same unit is not translated twice.

    Args:
        memory: The memory.
        units: Units as the model translated them. Those of any other origin are passed over.
        producer: Names the model and all options that a translation depends on.
    """
    memory.add_drafts(
        (
            (unit.source, json.dumps(segment_records(unit.segments), ensure_ascii=False))
            for unit in units
            if all(segment.origin is Origin.MACHINE for segment in unit.segments)
        ),
        producer,
    )


def with_matches(memory: TranslationMemory, unit: ReviewedUnit) -> ReviewedUnit:
    """Lays what the memory has beside the model's segments.

    A segment that the memory has exactly takes the memory's translation, as long as the unit's
    codes stay right. Any other gets up to three matches of 75 % and more, to be shown.
    """
    segments = list(unit.segments)
    for at, segment in enumerate(segments):
        if segment.origin is not Origin.MACHINE or not segment.source.strip():
            continue
        exact = memory.exact(segment.source) if len(segments) > 1 else None
        if exact is not None:
            remembered = replace(
                segment,
                target=exact.target,
                score=None,
                flags=(),
                origin=Origin.MEMORY,
            )
            changed = [*segments[:at], remembered, *segments[at + 1 :]]
            if tag_problem(unit.source, "".join(one.target for one in changed)) is None:
                segments = changed
                continue
        segments[at] = replace(segment, matches=tuple(memory.matches(segment.source)))
    return replace(unit, segments=tuple(segments))


def keep_reviewed(
    memory: TranslationMemory, document: ReviewedDocument, *, author: str, changed_at: datetime
) -> int:
    """Adds to the memory what a person made or approved: segments, and units that are all so.

    Args:
        memory: The memory.
        document: A review that was read back.
        author: Who reviewed it, empty if unknown.
        changed_at: When, with a time zone.

    Returns:
        How many entries were new or changed.
    """
    return memory.add(
        replace(entry, author=author, changed_at=changed_at) for entry in _entries(document)
    )


def _entries(document: ReviewedDocument) -> Iterator[MemoryEntry]:
    for before, unit, after in _with_neighbours(document.units):
        segments = unit.segments
        for earlier, segment, later in _with_neighbours(segments):
            if segment.origin is Origin.PERSON:
                yield from _entry(
                    segment.source,
                    segment.target,
                    earlier.source if earlier else before.source if before else "",
                    later.source if later else after.source if after else "",
                )
        # The unit is what a later translation asks for, and its segments are what is shown beside.
        if len(segments) > 1 and all(one.origin in _TRUSTED for one in segments):
            around = (before.source if before else "", after.source if after else "")
            yield from _entry(unit.source, unit.target, *around)


def _entry(source: str, target: str, before: str, after: str) -> Iterator[MemoryEntry]:
    """Gives an entry, unless it would be empty or its codes reach beyond it."""
    well_tagged = tag_problem(source, source) is None and tag_problem(source, target) is None
    if source.strip() and target.strip() and well_tagged:
        yield MemoryEntry(
            source=source.strip(),
            target=target.strip(),
            before=before.strip(),
            after=after.strip(),
        )


def _with_neighbours(items: Sequence[T]) -> Iterator[tuple[T | None, T, T | None]]:
    return zip([None, *items[:-1]], items, [*items[1:], None], strict=True)
