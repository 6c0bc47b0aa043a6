"""Translations put before a reviewer, and reviewed ones put back. Needs the `[cli]` extra.

    model       ReviewedDocument: units, their segments, and what is known of each
    reuse       what a translation memory gives to a document, and takes of it
    writing     write_review: as html, docx, xliff or tmx; reading: read_review
    merging     find_source, read_source, merge: back into the document
    record      a review as JSON; marks: codes as marks in text
"""

from tarjama.review.errors import BadReview, ReviewOutdated
from tarjama.review.merging import Merge, find_source, merge, read_source
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
    segments_of,
)
from tarjama.review.reading import read_review
from tarjama.review.reuse import (
    drafts_of,
    keep_drafts,
    keep_reviewed,
    remembered_segments,
    with_matches,
)
from tarjama.review.writing import ReviewForm, write_review

__all__ = [
    "BadReview",
    "Merge",
    "Origin",
    "ReviewForm",
    "ReviewOutdated",
    "ReviewedDocument",
    "ReviewedSegment",
    "ReviewedUnit",
    "SourceFile",
    "drafts_of",
    "find_source",
    "keep_drafts",
    "keep_reviewed",
    "merge",
    "read_review",
    "read_source",
    "remembered_segments",
    "segments_of",
    "with_matches",
    "write_review",
]
