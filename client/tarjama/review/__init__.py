"""Translations put before a reviewer, and reviewed ones put back. Needs the `[cli]` extra.

model       ReviewedDocument: units, their segments, and what is known of each
reuse       what a translation memory gives to a document, and takes of it
record      a review as JSON
"""

from tarjama.review.errors import BadReview, ReviewOutdated
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
    segments_of,
)
from tarjama.review.reuse import (
    drafts_of,
    keep_drafts,
    keep_reviewed,
    remembered_segments,
    with_matches,
)

__all__ = [
    "BadReview",
    "Origin",
    "ReviewOutdated",
    "ReviewedDocument",
    "ReviewedSegment",
    "ReviewedUnit",
    "SourceFile",
    "drafts_of",
    "keep_drafts",
    "keep_reviewed",
    "remembered_segments",
    "segments_of",
    "with_matches",
]
