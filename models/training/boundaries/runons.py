"""Makes run-on text out of sentences: strips their marks, joins them, remembers the joins."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FINAL_MARKS: Final = ".!?؟…"
"""Marks that end sentences."""

ALL_MARKS: Final = FINAL_MARKS + "؛;:،,"
"""Marks that end sentences or clauses."""

_BEHIND_MARKS = "\"'»”’)]}"


@dataclass(frozen=True, slots=True)
class RunOn:
    """Consecutive sentences joined to one text without their marks.

    Attributes:
        words: of all sentences.
        joins: how many words are before each join of two sentences, ascending.
        lines: which lines were joined, as indices of the list they came from.
    """

    words: list[str]
    joins: list[int]
    lines: range


def strip_marks(words: Sequence[str], marks: str) -> list[str]:
    """Remove `marks` from the ends of `words`, closing quotes and brackets apart.

    Marks inside a word stay (3.5, 9:30, U.S). A word of marks alone vanishes.
    """
    stripped = []
    for word in words:
        core = word.rstrip(marks + _BEHIND_MARKS)
        closers = "".join(mark for mark in word[len(core) :] if mark not in marks)
        if core + closers:
            stripped.append(core + closers)
    return stripped


def join_sentences(
    sentences: Sequence[str], *, marks: str, seed: int, smallest: int = 5, largest: int = 10
) -> list[RunOn]:
    """Join all `sentences`, in order, in groups of random size.

    Args:
        sentences: one a line, of one collection.
        marks: which are removed.
        seed: of the group sizes.
        smallest: least sentences of a group, but for the last group.
        largest: most sentences of a group.
    """
    rng = random.Random(seed)
    run_ons = []
    start = 0
    while start < len(sentences):
        lines = range(start, min(start + rng.randint(smallest, largest), len(sentences)))
        words: list[str] = []
        joins = []
        for line in lines:
            words += strip_marks(sentences[line].split(), marks)
            joins.append(len(words))
        run_ons.append(RunOn(words, joins[:-1], lines))
        start = lines.stop
    return run_ons
