"""A translated document as its reviewer sees it: units, their segments, and what is known of each.

All text is tagged text, as `tarjama.formats.inline` writes it. A code may open in one segment of a
unit and close in another, so tags are right or wrong of a whole unit, never of a segment.
"""

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path

from tarjama.memory.entries import MemoryMatch
from tarjama.results import Segment, SegmentFlag, Translation

__all__ = [
    "Origin",
    "ReviewedDocument",
    "ReviewedSegment",
    "ReviewedUnit",
    "SourceFile",
    "segments_of",
]


class Origin(StrEnum):
    """Where a segment's translation is from."""

    MACHINE = auto()
    """The model. A person has yet to look at it."""

    MEMORY = auto()
    """An exact match of the translation memory."""

    FILE = auto()
    """It was in the document already."""

    PERSON = auto()
    """A reviewer changed or approved it."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The document that was translated.

    Attributes:
        path: Where it is, with `/` between folders; relative to the review file's folder where
            that can be.
        sha256: Of its bytes, in hexadecimal.
    """

    path: str
    sha256: str

    @classmethod
    def of(cls, path: Path, *, seen_from: Path) -> "SourceFile":
        """Describes a file.

        Args:
            path: The file.
            seen_from: The folder that the review file will be in.

        Raises:
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        try:
            shown = Path(os.path.relpath(path, seen_from))
        except ValueError:
            # Windows has no relative path from one drive to another.
            shown = path.absolute()
        return cls(shown.as_posix(), digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedSegment:
    """One piece of a unit.

    Attributes:
        source: The piece, white space at its ends included: a unit's pieces joined are its text.
        target: The translation, ending in the white space that ends the source.
        score: As `Segment.score`. None when no model saw the segment.
        flags: Names of `SegmentFlag`, in its order; `flag_` and a number for a newer server's.
        alternatives: Further translations, best first.
        origin: Where `target` is from.
        matches: What the translation memory has that is like it, best first.
        notes: What a reviewer should know besides, a sentence each.
    """

    source: str
    target: str
    score: float | None = None
    flags: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    origin: Origin = Origin.MACHINE
    matches: tuple[MemoryMatch, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, segment: Segment, text: str) -> "ReviewedSegment":
        """Takes a segment of the machine translation of `text`."""
        known = [flag.value for flag in SegmentFlag if flag in segment.flags]
        span = segment.source_span
        return cls(
            source=text[span.start : span.end],
            target=segment.translation,
            score=segment.score,
            flags=(*known, *(f"flag_{number}" for number in sorted(segment.unknown_flags))),
            alternatives=tuple(one.translation for one in segment.alternatives),
            notes=tuple(
                f"The glossary has {applied.term.target} for {applied.term.source}."
                for applied in segment.glossary_applications
                if applied.target is None
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedUnit:
    """A unit of the document, and its translation.

    Attributes:
        id: `Unit.id`.
        source: `Unit.text`.
        segments: The pieces. At least one.
        context: `Unit.context`.
        note: `Unit.note`.
    """

    id: str
    source: str
    segments: tuple[ReviewedSegment, ...]
    context: str = ""
    note: str = ""

    @property
    def target(self) -> str:
        """The whole unit's translation."""
        return "".join(segment.target for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedDocument:
    """A document under review.

    Attributes:
        source: The document that was translated.
        units: What was translated in it, in its order. Locked units and such need not be here.
    """

    source: SourceFile
    units: tuple[ReviewedUnit, ...]


def segments_of(text: str, translation: Translation) -> tuple[ReviewedSegment, ...]:
    """Takes the machine translation of a unit's text."""
    return tuple(ReviewedSegment.of(segment, text) for segment in translation.segments)
