"""Reviews as TMX, for the memories of CAT tools."""

from datetime import datetime
from typing import BinaryIO

from tarjama.formats.tags import escape, plain_text, tag_problem
from tarjama.memory.entries import MemoryEntry
from tarjama.memory.tmx import TmxUnit, write_tmx
from tarjama.memory.tmx.names import ALTERNATIVE, FLAG, MACHINE_AUTHOR, ORIGIN, SCORE
from tarjama.review.model import Origin, ReviewedDocument, ReviewedSegment

__all__ = ["write_tmx_review"]


def write_tmx_review(target: BinaryIO, document: ReviewedDocument, *, written_at: datetime) -> None:
    """Writes the segments of a document as a translation memory.

    The model's are by the author that CAT tools know for machine translation. Codes that reach
    beyond a segment are left out.

    Args:
        target: Takes the bytes.
        document: What was translated.
        written_at: The date of the file and of all in it, with a time zone.
    """
    segments = [
        segment
        for unit in document.units
        for segment in unit.segments
        if plain_text(segment.source).strip() and plain_text(segment.target).strip()
    ]
    write_tmx(target, (_unit(each, written_at) for each in segments), written_at=written_at)


def _unit(segment: ReviewedSegment, written_at: datetime) -> TmxUnit:
    source, target = segment.source.strip(), segment.target.strip()
    if tag_problem(source, source) or tag_problem(source, target):
        source, target = escape(plain_text(source)), escape(plain_text(target))
    properties = [(ORIGIN, segment.origin.value)]
    if segment.score is not None:
        properties.append((SCORE, f"{segment.score:.2f}"))
    properties += [(FLAG, flag) for flag in segment.flags]
    properties += [(ALTERNATIVE, plain_text(one).strip()) for one in segment.alternatives]
    return TmxUnit(
        MemoryEntry(
            source=source,
            target=target,
            author=MACHINE_AUTHOR if segment.origin is Origin.MACHINE else "",
            changed_at=written_at,
        ),
        tuple(properties),
    )
