"""Makes run-on text of pairs: joins neighbours, drops the marks that end Arabic sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from models.training.corpus import Pair

# Only behind a word: the marks inside "3.5", "file.txt" and "%1$s.%2$s" end no sentence.
_SENTENCE_MARKS: Final = re.compile(r"(?<=[^\s.!?؟؛…])[.!?؟؛…]+(?=[\s\"'»”)]|$)")
# In Arabic characters: longer texts would go beyond the lengths that are trained on.
_MAX_JOINED_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class RunOnShares:
    """Which share of the pairs is changed in each way; the rest stay as they are.

    Attributes:
        joined: joined to the pair before it, if both come from one place.
        joined_unmarked: the same, and the Arabic loses its sentence marks.
        unmarked: the Arabic loses its sentence marks.
    """

    joined: float = 0.03
    joined_unmarked: float = 0.03
    unmarked: float = 0.08


def drop_sentence_marks(text: str) -> str:
    """Drop the marks that end sentences; those inside words and numbers stay."""
    return _SENTENCE_MARKS.sub("", text)


def join_pairs(first: Pair, second: Pair) -> Pair:
    """Make one pair of two neighbours."""
    return Pair(
        second.origin, f"{first.arabic} {second.arabic}", f"{first.english} {second.english}"
    )


def with_run_ons(pairs: Iterable[Pair], rng: random.Random, shares: RunOnShares) -> Iterator[Pair]:
    """Yield as many pairs as given, a share of them changed. Terms and labels never are."""
    previous: Pair | None = None
    for pair in pairs:
        yield _changed(pair, previous, rng.random(), shares) if pair.is_prose else pair
        previous = pair


def _changed(pair: Pair, previous: Pair | None, draw: float, shares: RunOnShares) -> Pair:
    """Change a pair as `draw`, from 0 to 1, says."""
    if draw < shares.joined + shares.joined_unmarked:
        if previous is None or not _may_join(previous, pair):
            return pair
        joined = join_pairs(previous, pair)
        return joined if draw < shares.joined else _unmarked(joined)
    if draw < shares.joined + shares.joined_unmarked + shares.unmarked:
        return _unmarked(pair)
    return pair


def _may_join(first: Pair, second: Pair) -> bool:
    characters = len(first.arabic) + len(second.arabic)
    return first.origin == second.origin and first != second and characters < _MAX_JOINED_CHARACTERS


def _unmarked(pair: Pair) -> Pair:
    return replace(pair, arabic=drop_sentence_marks(pair.arabic))
