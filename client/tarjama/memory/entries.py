"""What a translation memory keeps and what it gives."""

from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["MemoryEntry", "MemoryMatch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryEntry:
    """A translation that a person made, approved or brought along.

    Attributes:
        source: The Arabic, as tagged text without white space at its ends.
        target: The English, likewise.
        before: The source of what stood before it, empty if unknown.
        after: The source of what stood after it, empty if unknown.
        author: Who made it, empty if unknown.
        changed_at: When it was last changed, with a time zone.
    """

    source: str
    target: str
    before: str = ""
    after: str = ""
    author: str = ""
    changed_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryMatch:
    """A translation of a text that is like the one asked about.

    Attributes:
        source: The Arabic that the memory has, as tagged text.
        target: Its English, as tagged text.
        percent: How like the two sources are, from 75 to 100. 100 is the same text and codes,
            whatever the white space.
        same_context: Whether what stands before and after is the same too.
    """

    source: str
    target: str
    percent: int
    same_context: bool = False
