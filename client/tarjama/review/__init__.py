"""Translations put before a reviewer, and reviewed ones put back. Needs the `[cli]` extra.

model       ReviewedDocument: units, their segments, and what is known of each
"""

from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
    segments_of,
)

__all__ = [
    "Origin",
    "ReviewedDocument",
    "ReviewedSegment",
    "ReviewedUnit",
    "SourceFile",
    "segments_of",
]
