"""Documents translated for review, without a server: each Arabic letter becomes a Latin one."""

from pathlib import Path

from tarjama.formats.tags import tag_problem
from tarjama.formats.units import Unit
from tarjama.memory import MemoryMatch
from tarjama.review.merging import read_source
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)

_LATIN = {
    ord(letter): "abcdefghijklmnopqrstuvwxyz"[at % 26]
    for at, letter in enumerate(map(chr, range(0x600, 0x700)))
} | {ord("،"): ",", ord("؟"): "?", ord("؛"): ";"}


def to_latin(tagged: str) -> str:
    return tagged.translate(_LATIN)


def reviewed_document(path: Path, *, seen_from: Path | None = None) -> ReviewedDocument:
    """Translates every unit of a file, a sentence to a segment, as a server would."""
    units = [unit for unit in read_source(path).units if unit.is_translatable]
    return ReviewedDocument(
        source=SourceFile.of(path, seen_from=seen_from or path.parent),
        units=tuple(
            ReviewedUnit(
                id=unit.id,
                source=unit.text,
                segments=_segments(unit),
                context=unit.context,
                note=unit.note,
            )
            for unit in units
        ),
    )


def _segments(unit: Unit) -> tuple[ReviewedSegment, ...]:
    return tuple(
        ReviewedSegment(
            source=piece,
            target=to_latin(piece),
            score=-0.1 * (at + 1),
            flags=("check_numbers",) if "2" in piece else (),
            alternatives=(to_latin(piece).upper().replace("<G ID", "<g id"),)
            if "<" not in piece
            else (),
            origin=Origin.MACHINE,
            matches=(MemoryMatch(source="نص آخر", target="another text", percent=80),)
            if at == 0
            else (),
        )
        for at, piece in enumerate(sentences(unit.text))
    )


def sentences(text: str) -> list[str]:
    """Divides a text after each full stop and its white space."""
    pieces: list[str] = []
    at = 0
    while at < len(text):
        stop = text.find(". ", at)
        end = len(text) if stop < 0 else stop + 2
        while end < len(text) and text[end].isspace():
            end += 1
        pieces.append(text[at:end])
        at = end
    return pieces


def is_well_tagged(document: ReviewedDocument) -> bool:
    return all(tag_problem(unit.source, unit.target) is None for unit in document.units)
