"""Puts a reviewed translation back into the document it is of."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tarjama.formats.plain_text import PlainTextFormat
from tarjama.formats.registry import FormatOptions, format_for
from tarjama.formats.tags import plain_text, tag_problem
from tarjama.formats.units import FormatDocument, Unit
from tarjama.review.errors import BadReview, ReviewOutdated
from tarjama.review.model import (
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)

__all__ = ["Merge", "find_source", "merge", "read_source"]

# Faults named in one message. A review that lost its codes has one in every segment.
_MAX_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A review that was found to fit its document.

    Attributes:
        document: The review, each segment with the white space that the document has.
        original: The document that it is of.
        translations: The reviewed text, as `FormatDocument.write` takes it.
        left_count: Units that could be translated and are not in the review. They stay as they are.
    """

    document: ReviewedDocument
    original: FormatDocument
    translations: dict[str, str]
    left_count: int


def find_source(source: SourceFile, review: Path, *, named: Path | None = None) -> Path:
    """Finds the document that a review is of, as it was when it was translated.

    Args:
        source: What the review says of it.
        review: The review. The document may have come along with it.
        named: Where the user says it is, or None.

    Raises:
        ReviewOutdated: there is such a file, but it is not the same any more.
        BadReview: there is none.
    """
    said = Path(source.path)
    folder = review.parent
    candidates = (folder / said, said, folder / said.name) if named is None else (named,)
    found = [path for path in dict.fromkeys(candidates) if path.is_file()]
    for path in found:
        if _sha256(path) == source.sha256:
            return path
    if found:
        raise ReviewOutdated(
            "The document is not the one that was translated for this review: its SHA-256 is "
            "another. Name the file as it was with --source, or translate and review the new one."
        )
    raise BadReview("The document that was translated is not there. Name it with --source.")


def read_source(path: Path, options: FormatOptions | None = None) -> FormatDocument:
    """Reads a document into units, plain text too.

    Raises:
        BadFile: it cannot be read.
    """
    found = format_for(path, options) or PlainTextFormat()
    return found.read(path)


def merge(review: ReviewedDocument, original: FormatDocument) -> Merge:
    """Fits a review to its document.

    Args:
        review: As it was read back: sources and translations may lack the white space at their
            ends, and segments that are nothing but white space.
        original: The document, as it was translated.

    Raises:
        BadReview: segments are missing or are not the document's, a unit's translation is empty,
            or codes in one are lost, doubled or badly nested. The segments are named, up to 20.
    """
    units = {unit.id: unit for unit in original.units}
    faults: list[str] = []
    fitted: list[ReviewedUnit] = []
    number = 0
    for reviewed in review.units:
        first = number + 1
        number += sum(bool(segment.source.strip()) for segment in reviewed.segments)
        place = f"segment {first}" if number <= first else f"segments {first} to {number}"
        unit = units.get(reviewed.id)
        segments = None if unit is None else _fitted(unit, reviewed.segments)
        if unit is None or segments is None:
            faults.append(f"{place}: the Arabic is not that of the document, or a row is missing")
            continue
        whole = replace(reviewed, source=unit.text, segments=segments)
        faults += [f"{place}: {fault}" for fault in _faults(whole)]
        fitted.append(whole)
    if faults:
        raise BadReview(_listed(faults))
    return Merge(
        document=replace(review, units=tuple(fitted)),
        original=original,
        translations={unit.id: unit.target.strip() for unit in fitted},
        left_count=sum(unit.is_translatable for unit in original.units) - len(fitted),
    )


def _fitted(unit: Unit, segments: Sequence[ReviewedSegment]) -> tuple[ReviewedSegment, ...] | None:
    """Gives segments the white space that is around them in a unit; None if they are not its."""
    fitted: list[ReviewedSegment] = []
    at = 0
    bare = [segment for segment in segments if segment.source.strip()]
    for segment in bare:
        source = segment.source.strip()
        start = _after_space(unit.text, at)
        if not unit.text.startswith(source, start):
            return None
        end = _after_space(unit.text, start + len(source))
        lead, trail = unit.text[at:start], unit.text[start + len(source) : end]
        target = segment.target.strip()
        # A reviewer who makes one sentence of two leaves one segment empty.
        target = lead + target + trail if target else ""
        fitted.append(replace(segment, source=lead + source + trail, target=target))
        at = end
    return tuple(fitted) if at == len(unit.text) else None


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _faults(unit: ReviewedUnit) -> Iterator[str]:
    if not plain_text(unit.target).strip() and plain_text(unit.source).strip():
        yield "the English is empty"
    problem = tag_problem(unit.source, unit.target)
    if problem is not None:
        yield problem


def _listed(faults: Sequence[str]) -> str:
    shown = "; ".join(faults[:_MAX_FAULTS])
    more = f"; and {len(faults) - _MAX_FAULTS:,} more" if len(faults) > _MAX_FAULTS else ""
    return f"The review does not fit: {shown}{more}. Correct them in the review and merge again."


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
