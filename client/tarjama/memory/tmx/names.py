"""What TMX files of ours call things that TMX has no element for."""

__all__ = [
    "AFTER",
    "ALTERNATIVE",
    "BEFORE",
    "DATE_FORMAT",
    "FLAG",
    "MACHINE_AUTHOR",
    "ORIGIN",
    "SCORE",
]

BEFORE = "x-context-pre"
AFTER = "x-context-post"
"""Types of properties: the source of the segment before and after. memoQ's names."""

SCORE = "x-tarjama-score"
FLAG = "x-tarjama-flag"
ORIGIN = "x-tarjama-origin"
ALTERNATIVE = "x-tarjama-alternative"
"""Types of properties: what a review shows of a segment."""

MACHINE_AUTHOR = "MT!"
"""Who translated what a machine did: Trados's name for it."""

DATE_FORMAT = "%Y%m%dT%H%M%SZ"
