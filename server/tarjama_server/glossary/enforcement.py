"""Writes terms into a translation where their source words went, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tarjama_server.alignment.origins import Origin, Translation
from tarjama_server.alignment.places import Places
from tarjama_server.alignment.words import Span
from tarjama_server.glossary.projection import Projection, is_fixed, project
from tarjama_server.glossary.terms import TermMatch
from tarjama_server.text.tracked import TrackedText

# How far from where a term's translation is sought one that stands there already may be, in code
# points: attention is a word or two off where word order changes.
_NEAR = 30
_ENDING = r"(?:e?s|['’]s)?"
_POSSESSIVE = re.compile(r"['’]s?$")
_SENTENCE_START = re.compile(r"(?:^|[.!?…][\"'»”’)\]]*\s)[\"'«“‘(\[\s]*$")
_WORD_BEFORE = re.compile(r"(\w+)\s+$")
_WORD_BEHIND = re.compile(r"\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Application:
    """What became of a term.

    Attributes:
        match: the term and where it was found.
        origin: of the code points of its translation; None where the term was missed.
        is_placed_by_proportion: whether a phrase was put in without alignment to trust.
    """

    match: TermMatch
    origin: Origin | None
    is_placed_by_proportion: bool = False


def enforce(
    source: str, translation: Translation, matches: Sequence[TermMatch]
) -> tuple[Translation, list[Application]]:
    """Have each term's translation stand in `translation`.

    One that stands there already, in any case of letters and be it with an English ending, is left
    as it is. Else it replaces the
    words that the term became, where alignment tells those for sure; elsewhere a term is missed,
    and a phrase that is not to be translated is put in where it should be.

    Args:
        source: what the model read.
        translation: its origins are offsets in `source`.
        matches: what was found in `source`, without overlaps.

    Returns:
        The translation, and what became of each match, in their order.
    """
    applications: list[Application] = []
    for match in matches:
        projection = project(source, translation, match.start, match.end)
        origin = Origin.exactly(match.start, match.end)
        taken = [each.origin for each in applications if each.origin is not None]
        present = _present(source, translation, match, projection, taken)
        if present is not None:
            translation = _marked(translation, present, origin)
            applications.append(Application(match, origin))
        elif projection is not None and projection.is_trusted:
            translation = _replaced(source, translation, match, projection.span, origin)
            applications.append(Application(match, origin))
        elif match.term.is_verbatim:
            translation = (
                _inserted(source, translation, match, origin)
                if projection is None
                else _replaced(source, translation, match, projection.span, origin)
            )
            applications.append(Application(match, origin, is_placed_by_proportion=True))
        else:
            applications.append(Application(match, None))
    return translation, applications


def _present(
    source: str,
    translation: Translation,
    match: TermMatch,
    projection: Projection | None,
    taken: Sequence[Origin],
) -> Span | None:
    """Where the term's translation stands already, of several places the nearest."""
    wanted = _wording(source, match)
    places = [
        span
        for span in _occurrences(translation.text, wanted, exactly=match.term.is_verbatim)
        if not any(origin in taken for origin in translation.origins[slice(*span)])
    ]
    if not places:
        return None
    sought = projection.span if projection else _guess(source, translation, match)
    nearest = min(places, key=lambda span: _distance(span, sought))
    is_sure = projection is not None and projection.is_trusted
    return nearest if not is_sure or _distance(nearest, sought) <= _NEAR else None


def _wording(source: str, match: TermMatch) -> str:
    """What is to stand in the translation; a phrase just as it stands in the source."""
    return source[match.start : match.end] if match.term.is_verbatim else match.term.target


def _occurrences(text: str, wanted: str, *, exactly: bool) -> Iterator[Span]:
    pattern = r"\s+".join(map(re.escape, wanted.split()))
    ending, flags = ("", re.NOFLAG) if exactly else (_ENDING, re.IGNORECASE)
    for match in re.finditer(rf"(?<!\w){pattern}{ending}(?!\w)", text, flags):
        yield match.span()


def _distance(span: Span, other: Span) -> int:
    """Code points between two spans; 0 where they touch or overlap."""
    return max(0, span[0] - other[1], other[0] - span[1])


def _guess(source: str, translation: Translation, match: TermMatch) -> Span:
    places = Places(source, translation)
    gap = places.gap(match.start)
    at = places.words[gap][0] if gap < len(places.words) else len(translation)
    return at, at


def _marked(translation: Translation, span: Span, origin: Origin) -> Translation:
    text = translation.text[slice(*span)]
    return translation.spliced(*span, TrackedText.of(text, origin))


def _replaced(
    source: str, translation: Translation, match: TermMatch, span: Span, origin: Origin
) -> Translation:
    """Put the term where the words that it became stand."""
    wanted = _wording(source, match)
    start, end = _without_doubling(translation, span, wanted)
    old = translation.text[start:end]
    possessive = _POSSESSIVE.search(old)
    if possessive and not _POSSESSIVE.search(wanted):
        end -= len(possessive[0])
    if (
        not match.term.is_verbatim
        and old[:1].isupper()
        and _SENTENCE_START.search(translation.text[:start])
    ):
        wanted = wanted[:1].upper() + wanted[1:]
    return translation.spliced(start, end, TrackedText.of(wanted, origin))


def _without_doubling(translation: Translation, span: Span, wanted: str) -> Span:
    """Widen a span by a word beside it that the term begins or ends with: "the" of "the UN"."""
    start, end = span
    words = wanted.casefold().split()
    before = _WORD_BEFORE.search(translation.text[:start])
    if before and before[1].casefold() == words[0] and not is_fixed(translation, before.span()):
        start = before.start()
    behind = _WORD_BEHIND.match(translation.text, end)
    if behind and behind[1].casefold() == words[-1] and not is_fixed(translation, behind.span()):
        end = behind.end()
    return start, end


def _inserted(
    source: str, translation: Translation, match: TermMatch, origin: Origin
) -> Translation:
    """Put a phrase between the words where it belongs."""
    wanted: Translation = TrackedText.of(source[match.start : match.end], origin)
    places = Places(source, translation)
    gap = min(places.gap(match.start), len(places.words))
    if gap == 0:
        space = " " if places.words else ""
        return TrackedText.joined([wanted, TrackedText.of(space), translation])
    at = places.words[gap - 1][1]
    return translation.spliced(at, at, TrackedText.joined([TrackedText.of(" "), wanted]))
