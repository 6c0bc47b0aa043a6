"""Finds the words of a translation that a span of its source became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tarjama_server.alignment.links import WordAttention
from tarjama_server.alignment.origins import Translation
from tarjama_server.alignment.words import Span

# A word belongs to a span that has this share of its attention and more than any other word has.
# Any figure from 0.15 to 0.3 does the same to 289 terms of FLORES dev.
_LEAST_SHARE = 0.25
# What the words of a trusted projection attend to the span on average. Of those terms the bundled
# model's translations had 73 % by themselves; with 0.3 19 % more are written in and five of those
# do harm, with 0.4 17 % and three, with 0.6 14 % and the same three (`tests.quality.glossary`).
_LEAST_CONFIDENCE = 0.4
# These stand for proclitics, case or order and not for the term: they stay where a term is
# replaced, and stand anywhere in it.
# fmt: off
_FUNCTION_WORDS = frozenset({
    "a", "an", "and", "as", "at", "by", "for", "from", "her", "his", "in", "into", "its", "my",
    "of", "on", "or", "our", "that", "the", "their", "to", "with", "your",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class Projection:
    """The words of a translation that a span of its source became.

    Attributes:
        span: from the first to the last of them, function words at either end left out.
        is_trusted: whether nothing else stands between them and the model was sure.
    """

    span: Span
    is_trusted: bool


def project(source: str, translation: Translation, start: int, end: int) -> Projection | None:
    """Find what became of a span of the source; None if nothing did that can be named.

    Args:
        source: what the model read.
        translation: its origins are offsets in `source`.
        start: where the span begins.
        end: where it ends.
    """
    attention = WordAttention.between(source, translation, span=(start, end))
    words = [
        None if is_fixed(translation, word) else translation.text[slice(*word)].casefold()
        for word in attention.target_words
    ]
    shares = [each.get(0, 0.0) for each in attention.shares]
    claimed = [
        index
        for index, each in enumerate(attention.shares)
        if shares[index] >= _LEAST_SHARE and shares[index] == max(each.values())
    ]
    content = [
        index
        for index in claimed
        if words[index] is not None and words[index] not in _FUNCTION_WORDS
    ]
    runs = list(_runs(content, words))
    if not runs:
        return None
    best = max(runs, key=lambda run: sum(shares[index] for index in run))
    confidence = sum(shares[index] for index in best) / len(best)
    return Projection(
        (attention.target_words[best[0]][0], attention.target_words[best[-1]][1]),
        is_trusted=len(runs) == 1 and confidence >= _LEAST_CONFIDENCE,
    )


def is_fixed(translation: Translation, span: Span) -> bool:
    """Whether anything in a span was put there for what it was made from, and is to stay."""
    return any(
        origin is not None and origin.is_exact for origin in translation.origins[slice(*span)]
    )


def _runs(content: Sequence[int], words: Sequence[str | None]) -> list[list[int]]:
    """Part claimed words where another one than a function word stands between them."""
    runs: list[list[int]] = []
    for index in content:
        between = words[runs[-1][-1] + 1 : index] if runs else []
        if runs and all(word in _FUNCTION_WORDS for word in between):
            runs[-1].append(index)
        else:
            runs.append([index])
    return runs
