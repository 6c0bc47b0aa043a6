"""Folds what tokens attended to into links between words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tarjama_server.alignment.origins import Origin, Translation
from tarjama_server.alignment.words import Span, find_source_words, find_words

# A word is linked to the one source word that it attends to most, if that has the first share of
# its attention, and to any other that has the second. Chosen on 600 pairs of the bundled model's
# aligned training data, which it was made to write: precision 0.72, recall 0.76; the best F of 35
# pairs of figures, and 0.70 to 0.74 whatever they are between 0.1 and 0.4.
_LEAST_BEST = 0.3
_LEAST_OTHER = 0.35


@dataclass(frozen=True, slots=True)
class WordLink:
    """A word of the source and a word of the translation that renders it, in code points."""

    source: Span
    target: Span


@dataclass(frozen=True, slots=True)
class WordAttention:
    """How much of each word of a translation was made from each word of its source.

    Attributes:
        source_words: where the source's words stand.
        target_words: where the translation's words stand.
        shares: for each word of the translation, shares of its attention by index of source word.
            They come to 1 at most: some goes to punctuation, and faint links are not kept.
    """

    source_words: Sequence[Span]
    target_words: Sequence[Span]
    shares: Sequence[dict[int, float]]

    @classmethod
    def between(
        cls, source: str, translation: Translation, *, span: Span | None = None
    ) -> WordAttention:
        """Add up the attention of the translation's code points, word by word.

        Args:
            source: what the model read.
            translation: its origins are offsets in `source`.
            span: counted as the first word of the source; of other words what lies outside it.
        """
        source_words = find_source_words(source)
        if span is not None:
            source_words = [span, *_outside(source_words, span)]
        word_at = _word_at(source, source_words)
        target_words = find_words(translation.text)
        known: dict[int, dict[int, float]] = {}
        return cls(
            source_words,
            target_words,
            [
                _shares(translation.origins[start:end], word_at, known)
                for start, end in target_words
            ],
        )

    def links(self) -> list[WordLink]:
        """Link words, in the order of the source, then of the translation."""
        pairs = []
        for target, shares in enumerate(self.shares):
            best = max(shares, key=lambda source: shares[source], default=None)
            pairs += [
                (source, target)
                for source, share in shares.items()
                if share >= (_LEAST_BEST if source == best else _LEAST_OTHER)
            ]
        return [
            WordLink(self.source_words[source], self.target_words[target])
            for source, target in sorted(pairs)
        ]


def _outside(words: Sequence[Span], span: Span) -> Iterator[Span]:
    for start, end in words:
        for part in ((start, min(end, span[0])), (max(start, span[1]), end)):
            if part[0] < part[1]:
                yield part


def _word_at(source: str, words: Sequence[Span]) -> list[int | None]:
    """For each code point of a source the word that it counts for.

    The space before a word counts for it, where a model reads it as a token of its own.
    """
    places: list[int | None] = [None] * len(source)
    for index, (start, end) in enumerate(words):
        places[start:end] = [index] * (end - start)
        if start and source[start - 1].isspace():
            places[start - 1] = index
    return places


def _shares(
    origins: Sequence[Origin | None],
    word_at: Sequence[int | None],
    known: dict[int, dict[int, float]],
) -> dict[int, float]:
    """Mean share of each source word over those code points that have an origin."""
    counted = Counter(id(origin) for origin in origins if origin is not None)
    by_id = {id(origin): origin for origin in origins if origin is not None}
    total = counted.total()
    shares: dict[int, float] = {}
    for key, count in counted.items():
        if key not in known:
            known[key] = _shares_of(by_id[key], word_at)
        for word, share in known[key].items():
            shares[word] = shares.get(word, 0.0) + share * count / total
    return shares


def _shares_of(origin: Origin, word_at: Sequence[int | None]) -> dict[int, float]:
    shares: dict[int, float] = {}
    for start, end, weight in origin.links:
        words = Counter(word for word in word_at[start:end] if word is not None)
        for word, count in words.items():
            part = 1.0 if origin.is_exact else count / words.total()
            shares[word] = shares.get(word, 0.0) + weight * part
    return shares
