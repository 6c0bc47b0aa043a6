"""Keeps evaluation sentences out of the training pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from models.training.corpus import Pair
from models.training.normalization import normalization_rules, normalize
from models.training.text import clean

_WORDS: Final = re.compile(r"[^\W_]+")
RUN_WORDS: Final = 12
"""A pair with this many words in a row of an evaluation sentence holds a part of it. Shorter runs
are set phrases ("the General Assembly of the United Nations"), which all text shares."""


@dataclass(frozen=True, slots=True)
class _Prints:
    """What may not recur of one language's sentences.

    Attributes:
        wholes: sentences, their words run together.
        runs: of `RUN_WORDS` words, run together.
    """

    wholes: frozenset[str]
    runs: frozenset[str]

    def covers(self, words: list[str]) -> bool:
        """Say whether a sentence is, or holds a run of, one of these."""
        return "".join(words) in self.wholes or any(run in self.runs for run in _runs(words))


class Decontaminator:
    """Knows evaluation sentences whatever their marks, case, diacritics and spelling of alef."""

    def __init__(self, held_out: Iterable[tuple[str, str]]) -> None:
        """Take in the Arabic and English of every evaluation set."""
        self._rules = normalization_rules()
        arabics, englishes = [], []
        for arabic, english in held_out:
            arabics.append(self._words(arabic))
            englishes.append(self._words(english))
        self._arabic, self._english = _prints(arabics), _prints(englishes)

    def is_contaminated(self, pair: Pair) -> bool:
        """Say whether either side is, or holds much of, either side of an evaluation pair."""
        return self._arabic.covers(self._words(pair.arabic)) or self._english.covers(
            self._words(pair.english)
        )

    def _words(self, text: str) -> list[str]:
        return _WORDS.findall(normalize(clean(text), self._rules).casefold())


def _prints(sentences: list[list[str]]) -> _Prints:
    return _Prints(
        frozenset("".join(words) for words in sentences if words),
        frozenset(run for words in sentences for run in _runs(words)),
    )


def _runs(words: list[str]) -> Iterator[str]:
    return (
        " ".join(words[start : start + RUN_WORDS]) for start in range(len(words) - RUN_WORDS + 1)
    )
