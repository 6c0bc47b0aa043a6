"""Reviews as JSON: what a page of review carries, and a memory's drafts."""

from collections.abc import Mapping, Sequence
from typing import Any

from tarjama.memory.entries import MemoryMatch
from tarjama.review.errors import BadReview
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)

__all__ = ["VERSION", "document_record", "read_document", "read_segments", "segment_records"]

VERSION = 1
"""Of the record's shape. A reader takes no other."""


def document_record(document: ReviewedDocument) -> dict[str, Any]:
    """Writes a document as what JSON can say."""
    return {
        "tarjama_review": VERSION,
        "source": {"path": document.source.path, "sha256": document.source.sha256},
        "units": [
            {
                "id": unit.id,
                "source": unit.source,
                "context": unit.context,
                "note": unit.note,
                "segments": segment_records(unit.segments),
            }
            for unit in document.units
        ],
    }


def segment_records(segments: Sequence[ReviewedSegment]) -> list[dict[str, Any]]:
    """Writes segments as what JSON can say."""
    return [
        {
            "source": segment.source,
            "target": segment.target,
            "score": segment.score,
            "flags": list(segment.flags),
            "alternatives": list(segment.alternatives),
            "origin": segment.origin.value,
            "matches": [
                {
                    "source": match.source,
                    "target": match.target,
                    "percent": match.percent,
                    "same_context": match.same_context,
                }
                for match in segment.matches
            ],
            "notes": list(segment.notes),
        }
        for segment in segments
    ]


def read_document(record: object) -> ReviewedDocument:
    """Reads what `document_record` wrote.

    Raises:
        BadReview: it is no such record, or one of another version.
    """
    if not isinstance(record, Mapping) or "tarjama_review" not in record:
        raise BadReview("The file is no review: it lacks the record that Tarjama writes.")
    if record["tarjama_review"] != VERSION:
        raise BadReview(
            f"The review is of version {record['tarjama_review']!r}; this program reads version "
            f"{VERSION}. Use the program that wrote it, or a newer one."
        )
    try:
        return ReviewedDocument(
            source=SourceFile(
                _text(record["source"]["path"]),
                _text(record["source"]["sha256"]),
            ),
            units=tuple(
                ReviewedUnit(
                    id=_text(unit["id"]),
                    source=_text(unit["source"]),
                    context=_text(unit["context"]),
                    note=_text(unit["note"]),
                    segments=read_segments(unit["segments"]),
                )
                for unit in record["units"]
            ),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadReview("The review's record is damaged. Save the review anew.") from error


def read_segments(records: Sequence[Mapping[str, Any]]) -> tuple[ReviewedSegment, ...]:
    """Reads what `segment_records` wrote.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it is not that.
    """
    return tuple(
        ReviewedSegment(
            source=_text(one["source"]),
            target=_text(one["target"]),
            score=None if one["score"] is None else float(one["score"]),
            flags=tuple(map(_text, one["flags"])),
            alternatives=tuple(map(_text, one["alternatives"])),
            origin=Origin(one["origin"]),
            matches=tuple(
                MemoryMatch(
                    source=_text(match["source"]),
                    target=_text(match["target"]),
                    percent=int(match["percent"]),
                    same_context=bool(match["same_context"]),
                )
                for match in one["matches"]
            ),
            notes=tuple(map(_text, one["notes"])),
        )
        for one in records
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
