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
# pairs of figures, and 0.69 to 0.74 whatever they are from 0.1 to 0.5.
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
            They come to 1 at most, as some goes to punctuation and faint links are not kept; but
            of what was made from several words exactly, each word has all.
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
        target_words = find_words(translation.text)
        words = _SourceWords(source, source_words)
        return cls(
            source_words,
            target_words,
            [words.shares(translation.origins[start:end]) for start, end in target_words],
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


class _SourceWords:
    """Tells how the attention of stretches of a translation falls on the words of its source."""

    def __init__(self, source: str, words: Sequence[Span]) -> None:
        # For each code point of the source the word that it counts for. The space before a word
        # counts for it, where a model reads it as a token of its own.
        self._word_at: list[int | None] = [None] * len(source)
        for index, (start, end) in enumerate(words):
            self._word_at[start:end] = [index] * (end - start)
            if start and source[start - 1].isspace():
                self._word_at[start - 1] = index
        # Tokens recur in the links of many a stretch, and stretches in several words.
        self._known_parts: dict[Span, dict[int, float]] = {}
        self._known_shares: dict[Origin, dict[int, float]] = {}

    def shares(self, origins: Sequence[Origin | None]) -> dict[int, float]:
        """Mean share of each source word over those code points that have an origin."""
        counted = Counter(origin for origin in origins if origin is not None)
        total = counted.total()
        shares: dict[int, float] = {}
        for origin, count in counted.items():
            for word, share in self._shares_of(origin).items():
                shares[word] = shares.get(word, 0.0) + share * count / total
        return shares

    def _shares_of(self, origin: Origin) -> dict[int, float]:
        if origin not in self._known_shares:
            shares = self._known_shares[origin] = {}
            for start, end, weight in origin.links:
                for word, part in self._parts((start, end)).items():
                    whole = 1.0 if origin.is_exact else part
                    shares[word] = shares.get(word, 0.0) + weight * whole
        return self._known_shares[origin]

    def _parts(self, span: Span) -> dict[int, float]:
        """How much of a span each word has, what is in no word left out."""
        if span not in self._known_parts:
            words = Counter(word for word in self._word_at[slice(*span)] if word is not None)
            total = words.total()
            self._known_parts[span] = {word: count / total for word, count in words.items()}
        return self._known_parts[span]
