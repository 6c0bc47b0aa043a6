"""Puts back what a model mangled, where it is plain what stood there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import TypeVar

from tarjama_server.guard.verbatim import (
    LostKind,
    VerbatimReport,
    check,
    find_verbatim,
)
from tarjama_server.text.tracked import TrackedText

__all__ = ["repair_verbatim"]

T = TypeVar("T")

# How alike a mangled piece must be, spaces apart (difflib ratio). A name has lookalikes that are
# other names, so it may differ by about one letter in eight.
_LIKENESS = {
    LostKind.URL: 0.8,
    LostKind.EMAIL: 0.8,
    LostKind.CODE: 0.8,
    LostKind.HANDLE: 0.8,
    LostKind.TAG: 0.8,
    LostKind.LATIN: 0.85,
}
_SHORTEST_NAME = 5  # IBM and ICBM are two things
_MOST_REPAIRS = 8  # where more is lost, the translation is beyond this kind of repair
_MOST_CHUNKS = 12  # "https : / / www . example . org" in the worst case
_CHUNK = re.compile(r"\S+")
_OPENING = "([{\"'«“‘"
_CLOSING = ")]}\"'»”’.,:;!?…"


def repair_verbatim(
    source: str, translation: TrackedText[T], report: VerbatimReport | None = None
) -> TrackedText[T] | None:
    """Put back addresses, tags, code and names that a translation spells almost right.

    Also emoji lost from either end. Whatever else is missing is left to the caller to flag.

    Args:
        source: What the model read.
        translation: What it wrote.
        report: What `check` says of the two, where the caller has asked it already.

    Returns:
        The better translation; None where nothing can be put back safely.
    """
    report = report or check(source, translation.text)
    mangled = [item for item in report.missing if item.kind in _LIKENESS]
    repaired = translation
    if len(mangled) <= _MOST_REPAIRS:
        texts = {source[item.start : item.end] for item in find_verbatim(source)}
        for item in mangled:
            others = texts - {source[item.start : item.end]}
            repaired = _respelled(source[item.start : item.end], item.kind, others, repaired)
    repaired = _with_edge_emoji(source, report, repaired)
    if repaired.text == translation.text:
        return None
    after = check(source, repaired.text)
    fewer = len(after.missing) < len(report.missing)
    return repaired if fewer and len(after.invented) <= len(report.invented) else None


def _respelled(
    wanted: str, kind: LostKind, others: Iterable[str], translation: TrackedText[T]
) -> TrackedText[T]:
    """Replace the piece of the translation that is most like `wanted`, if one is like enough.

    Pieces that hold one of the others, safe and sound, are left alone.
    """
    if kind is LostKind.LATIN and (len(wanted) < _SHORTEST_NAME or not wanted[0].isupper()):
        return translation  # a plain word may well have been translated
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(_spelling(wanted))
    best, best_span = _LIKENESS[kind], None
    for start, end in _candidates(translation.text, len(wanted)):
        piece = translation.text[start:end]
        if kind is LostKind.LATIN and not piece[0].isupper():
            continue
        if any(other in piece for other in others):
            continue
        matcher.set_seq1(_spelling(piece))
        # On a tie the first candidate stays, which is the shorter one.
        if matcher.quick_ratio() > best and matcher.ratio() > best:
            best, best_span = matcher.ratio(), (start, end)
    if best_span is None:
        return translation
    return translation.rewritten(*best_span, wanted)


def _spelling(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()


def _candidates(translation: str, length: int) -> Iterator[tuple[int, int]]:
    """Spans of one or several words of about a length, without the punctuation around them."""
    chunks = [match.span() for match in _CHUNK.finditer(translation)]
    for first, (start, _) in enumerate(chunks):
        for _, end in chunks[first : first + _MOST_CHUNKS]:
            text = translation[start:end]
            inner = text.lstrip(_OPENING)
            core = inner.rstrip(_CLOSING)
            if len(_spelling(core)) > 2 * length:
                break
            if core:
                begin = start + len(text) - len(inner)
                yield begin, begin + len(core)


def _with_edge_emoji(
    source: str, report: VerbatimReport, translation: TrackedText[T]
) -> TrackedText[T]:
    """Put emoji back that stand first or last in the source and are missing."""
    leading = trailing = ""
    emoji = [item for item in report.missing if item.kind is LostKind.EMOJI]
    for item in emoji:
        if source[: item.start].split() == leading.split():
            leading += source[item.start : item.end]
    for item in reversed(emoji):
        if source[item.end :].split() == trailing.split() and source[: item.end].strip() != leading:
            trailing = source[item.start : item.end] + trailing
    if not translation.text.strip():
        return translation
    end = len(translation.text.rstrip())
    start = len(translation.text) - len(translation.text.lstrip())
    if trailing:
        translation = translation.spliced(end, end, TrackedText.of(f" {trailing}"))
    if leading:
        translation = translation.spliced(start, start, TrackedText.of(f"{leading} "))
    return translation
