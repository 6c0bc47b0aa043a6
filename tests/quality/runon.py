"""Run-on text: lines without their marks, joined; and ways to cut it."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tarjama_server.segmenter.openers import Opener, find_opener, plain_words
from tarjama_server.segmenter.splitting import ends_in_mark

SMALLEST_GROUP: Final = 5
LARGEST_GROUP: Final = 10
FIXED_WORD_COUNTS: Final = (8, 12, 16, 20, 30)

# The marks of sentences and clauses, Arabic and Latin.
_MARKS = ".!?؟…؛;:،,"
_CLOSERS = "\"'»”’)]}"
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class RunOn:
    """Consecutive lines joined to one text without their marks.

    Attributes:
        text: the lines, bare, with one space between words.
        starts: offset in `text` at which each line begins, the first one 0.
        lines: which lines of the corpus they are.
    """

    text: str
    starts: tuple[int, ...]
    lines: range

    @property
    def joins(self) -> frozenset[int]:
        """Offsets at which lines but the first begin: where to cut."""
        return frozenset(self.starts[1:])


@dataclass(frozen=True, slots=True)
class BoundaryScores:
    """How well cuts meet the joins.

    Attributes:
        cut_count: cuts made.
        precision: share of the cuts that are at joins.
        recall: share of the joins that are cut.
        f1: their harmonic mean.
    """

    cut_count: int
    precision: float
    recall: float
    f1: float


def strip_marks(line: str) -> str:
    """Remove the marks from the ends of words; those inside words (3.5, 9:30) stay."""
    words = []
    for word in line.split():
        core = word.rstrip(_MARKS + _CLOSERS)
        kept = core + "".join(mark for mark in word[len(core) :] if mark in _CLOSERS)
        if kept:
            words.append(kept)
    return " ".join(words)


def make_run_ons(lines: Sequence[str], *, seed: int) -> list[RunOn]:
    """Join all lines, in order, in groups of `SMALLEST_GROUP` to `LARGEST_GROUP`.

    The last group is as small as what is left.
    """
    rng = random.Random(seed)
    run_ons = []
    begin = 0
    while begin < len(lines):
        size = rng.randint(SMALLEST_GROUP, LARGEST_GROUP)
        group = range(begin, min(begin + size, len(lines)))
        bare = [strip_marks(lines[line]) for line in group]
        starts = [0]
        for text in bare[:-1]:
            starts.append(starts[-1] + len(text) + 1)
        run_ons.append(RunOn(" ".join(bare), tuple(starts), group))
        begin = group.stop
    return run_ons


def fixed_starts(text: str, word_count: int) -> list[int]:
    """Where pieces begin that have `word_count` words each; the first one at 0."""
    return [match.start() for match in _WORD.finditer(text)][::word_count]


def lexicon_starts(text: str) -> list[int]:
    """Where pieces begin if each word that opens sentences opens one; the first one at 0."""
    words = list(_WORD.finditer(text))
    plain = plain_words([word[0] for word in words])
    return [
        word.start()
        for index, word in enumerate(words)
        if not index or find_opener(plain, index) in (Opener.REPORT, Opener.TURN)
    ]


def pieces(text: str, starts: Sequence[int]) -> list[str]:
    """The pieces of `text` that begin at `starts`, without the space between them."""
    return [text[start:end].rstrip() for start, end in pairwise([*starts, len(text)])]


def with_stop(piece: str) -> str:
    """End a piece as the service ends the pieces it cuts: with a stop, if it ends in no mark."""
    return piece if ends_in_mark(piece) else piece + "."


def boundary_scores(cuts: Mapping[RunOn, Sequence[int]]) -> BoundaryScores:
    """Compare where pieces begin with where lines do."""
    hit_count = cut_count = join_count = 0
    for run_on, starts in cuts.items():
        made = set(starts) - {0}
        hit_count += len(made & run_on.joins)
        cut_count += len(made)
        join_count += len(run_on.joins)
    return BoundaryScores(
        cut_count,
        hit_count / max(1, cut_count),
        hit_count / max(1, join_count),
        2 * hit_count / max(1, cut_count + join_count),
    )
