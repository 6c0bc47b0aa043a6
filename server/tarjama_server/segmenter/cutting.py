"""Finds where to cut run-on Arabic: prose that chains clauses on and has no full stops.

One dynamic program chooses all cuts of a sentence at once. Each gap between words has a gain (what
the learned scorer, the punctuation and the opening words say for a cut there) and each piece a cost
(how much longer or shorter it is than the model likes); the cuts with the best sum win.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.openers import Opener, find_opener, plain_words
from tarjama_server.segmenter.places import Mark, Word, mark_after, protected_gaps, split_words

_GRAPHEME = regex.compile(r"\X")
# A gain that no sum of others outweighs: inside a word is the last place to cut.
_INSIDE_WORD_GAIN = -1000.0


@dataclass(frozen=True, slots=True)
class CutWeights:
    """How much each part of the decision counts, in units of the scorer's log-odds.

    The defaults were chosen on FLORES-200 dev with the bundled model; the table is in
    `models/training/boundaries/README.md`.

    Attributes:
        scorer: what the learned log-odds are multiplied by.
        scorer_limit: log-odds beyond this to either side count as this much.
        strong_mark: gain of a place behind a mark that ends sentences, or a line end.
        medium_mark: gain of a place behind a semicolon, colon or comma in a terminated sentence.
            To the scorer such a mark is a sign that no sentence ends there, which is right, but
            no reason to cut elsewhere where no sentence ends either.
        report: gain of a place before a verb of saying with wa-.
        turn: gain of a place before any other word or phrase that opens sentences.
        clause: gain of a place before a conjunction in a terminated sentence.
        bound: cost of a cut before a word that completes what came before it.
        protected: cost of a cut inside a quotation, bracket, number, date or row of initials.
        long_piece: cost of a piece twice as long as preferred; it grows with the square.
        short_piece: cost of a piece without tokens; it falls with the square to none at
            `short_share`.
        short_share: the share of the preferred length under which a piece is short.
    """

    scorer: float = 1.0
    scorer_limit: float = 8.0
    strong_mark: float = 6.0
    medium_mark: float = 2.0
    report: float = 2.0
    turn: float = 0.5
    clause: float = 2.0
    bound: float = 1.0
    protected: float = 12.0
    long_piece: float = 6.0
    short_piece: float = 7.0
    short_share: float = 0.4


@dataclass(frozen=True, slots=True)
class _Places:
    """Where pieces may begin, the beginning and the end of the text among them.

    Attributes:
        offsets: in the text, ascending.
        tokens: how many tokens are before each place, ascending, none twice.
        gains: of a cut at each place; of no meaning for the first and the last.
    """

    offsets: list[int]
    tokens: NDArray[np.int64]
    gains: NDArray[np.float64]


class Cutter:
    """Cuts sentences that are too long for a model. Safe to share between threads."""

    def __init__(self, scorer: BoundaryScorer, *, weights: CutWeights | None = None) -> None:
        self._scorer = scorer
        self._weights = weights or CutWeights()

    def cut(
        self,
        text: str,
        token_starts: Sequence[int],
        *,
        preferred_tokens: int,
        max_tokens: int,
        terminated: bool,
    ) -> list[int]:
        """Choose where to cut one sentence.

        Args:
            text: the sentence as the splitter found it, the white space after it included.
            token_starts: offset in `text` of each of the model's tokens, ascending. A token may
                begin at the white space before its word, as SentencePiece's do.
            preferred_tokens: the length up to which a piece costs nothing, at least 1. A sentence
                up to it is not cut.
            max_tokens: what no piece exceeds, at least 1.
            terminated: whether `text` ends with its own terminal mark. One that does is a sentence
                for sure, so it is cut only if it exceeds `max_tokens`.

        Returns:
            The offsets at which all pieces but the first begin, ascending. Each is behind white
            space, except in a word of more than `max_tokens` tokens: that is cut where a token
            begins, between graphemes unless one alone exceeds the limit. A part of a word
            may come to a token or two more when it is tokenized by itself.

        Raises:
            ValueError: `preferred_tokens` or `max_tokens` is below 1.
        """
        if min(preferred_tokens, max_tokens) < 1:
            raise ValueError(
                f"preferred_tokens is {preferred_tokens} and max_tokens is {max_tokens}; "
                "both must be at least 1"
            )
        uncut_tokens = max_tokens if terminated else min(preferred_tokens, max_tokens)
        if len(token_starts) <= uncut_tokens:
            return []
        places = self._find_places(text, token_starts, max_tokens, terminated=terminated)
        costs = self._length_costs(preferred_tokens, max_tokens)
        return _best_cuts(places, costs, max_tokens)

    def _find_places(
        self, text: str, token_starts: Sequence[int], max_tokens: int, *, terminated: bool
    ) -> _Places:
        words = split_words(text)
        gains = self._gains(text, words, terminated=terminated)
        offsets, tokens, place_gains = [0], [0], [0.0]
        for index, word in enumerate(words):
            # Tokens that begin in the white space before the word are the word's.
            before = bisect_left(token_starts, words[index - 1].end) if index else 0
            after = bisect_left(token_starts, word.end)
            if index and before > tokens[-1] and after > before:
                offsets.append(word.start)
                tokens.append(before)
                place_gains.append(gains[index - 1])
            if after - before > max_tokens:
                inside = _places_inside(word, token_starts, before, after, max_tokens)
                offsets += inside
                tokens += [bisect_left(token_starts, offset) for offset in inside]
                place_gains += [_INSIDE_WORD_GAIN] * len(inside)
        return _Places(
            [*offsets, len(text)],
            np.array([*tokens, len(token_starts)]),
            np.array([*place_gains, 0.0]),
        )

    def _gains(self, text: str, words: Sequence[Word], *, terminated: bool) -> list[float]:
        """Return what a cut in each gap between `words` is worth."""
        weights = self._weights
        texts = [word.text for word in words]
        plain = plain_words(texts)
        protected = protected_gaps(text, words)
        limit = weights.scorer_limit
        scores = np.clip(self._scorer.score(texts), -limit, limit).tolist()
        mark_gains = {
            Mark.NONE: 0.0,
            Mark.MEDIUM: weights.medium_mark if terminated else 0.0,
            Mark.STRONG: weights.strong_mark,
        }
        opener_gains = {
            None: 0.0,
            Opener.REPORT: weights.report,
            Opener.TURN: weights.turn,
            Opener.CLAUSE: weights.clause if terminated else 0.0,
            Opener.BOUND: -weights.bound,
        }
        return [
            weights.scorer * score
            + mark_gains[mark_after(words[gap])]
            + opener_gains[find_opener(plain, gap + 1)]
            - weights.protected * protected[gap]
            for gap, score in enumerate(scores)
        ]

    def _length_costs(self, preferred_tokens: int, max_tokens: int) -> NDArray[np.float64]:
        """Return the cost of a piece of 0, 1, ... `max_tokens` tokens."""
        weights = self._weights
        share = np.arange(max_tokens + 1) / preferred_tokens
        too_long = np.maximum(0.0, share - 1.0)
        too_short = np.maximum(0.0, 1.0 - share / weights.short_share)
        costs: NDArray[np.float64] = (
            weights.long_piece * too_long**2 + weights.short_piece * too_short**2
        )
        return costs


def _best_cuts(places: _Places, costs: NDArray[np.float64], max_tokens: int) -> list[int]:
    """Return the offsets of the places whose gains less the costs of the pieces are greatest.

    Each place looks back no further than `max_tokens`, so the time grows with the length of the
    text and not with its square.
    """
    tokens = places.tokens
    place_count = len(tokens)
    first_reached = np.searchsorted(tokens, tokens - max_tokens)
    best = np.zeros(place_count)
    came_from = np.zeros(place_count, np.int64)
    for place in range(1, place_count):
        # A single character of more tokens than allowed is the one piece that may exceed them.
        first = min(first_reached[place], place - 1)
        lengths = np.minimum(tokens[place] - tokens[first:place], max_tokens)
        sums = best[first:place] - costs[lengths]
        choice = int(sums.argmax())
        came_from[place] = first + choice
        best[place] = sums[choice] + places.gains[place]
    cuts = []
    place = int(came_from[-1])
    while place:
        cuts.append(places.offsets[place])
        place = int(came_from[place])
    return cuts[::-1]


def _places_inside(
    word: Word, token_starts: Sequence[int], first_token: int, end_token: int, max_tokens: int
) -> list[int]:
    """Part a word of too many tokens into about equal parts of at most `max_tokens`.

    Args:
        word: the word.
        token_starts: as in `Cutter.cut`.
        first_token: index of the word's first token.
        end_token: index behind its last one.
        max_tokens: as in `Cutter.cut`.

    Returns:
        The offsets at which all parts but the first begin.
    """
    graphemes = {word.start + match.start() for match in _GRAPHEME.finditer(word.text)}
    offsets: list[int] = []
    done, begin = first_token, word.start
    while (left := end_token - done) > max_tokens:
        part_count = -(-left // max_tokens)
        reached = [o for o in token_starts[done + 1 : done + max_tokens + 1] if o > begin]
        even = [o for o in token_starts[done + 1 : done - (-left // part_count) + 1] if o > begin]
        whole = [o for o in even if o in graphemes] or [o for o in reached if o in graphemes][:1]
        # One grapheme of more tokens than allowed is broken up; so is not one code point.
        beyond = token_starts[bisect_right(token_starts, begin, done) : end_token]
        choices = whole or reached or beyond[:1]
        if not choices:
            break
        begin = choices[-1]
        offsets.append(begin)
        done = bisect_left(token_starts, begin)
    return offsets
