"""What a translation memory keeps and what it gives."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["MemoryEntry", "MemoryMatch", "matching_key"]

_CODE = re.compile(r'<(?:[gx]\s+id\s*=\s*["\'][0-9]{1,9}["\']\s*/?|/[gx]\s*)>')


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


def matching_key(tagged: str) -> str:
    """Writes a text so that texts which match exactly are equal.

    White space counts as one space, and none at the ends. Codes count by kind and order, not by
    their numbers, which depend on the rest of the paragraph.
    """
    return " ".join(_CODE.sub(_bare_code, tagged).split())


def _bare_code(code: re.Match[str]) -> str:
    text = code[0]
    if text.startswith("</"):
        return f"</{text[2]}>"
    return f"<{text[1]}/>" if text.endswith("/>") else f"<{text[1]}>"
