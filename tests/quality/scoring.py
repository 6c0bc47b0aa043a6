"""Scores of translations, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CorpusScores:
    """Scores of a whole corpus, with what sacrebleu needs to give them again.

    Attributes:
        bleu: 0 to 100, with sacrebleu's default tokenizer.
        chrf2: 0 to 100.
        bleu_signature: of the BLEU.
        chrf2_signature: of the chrF2.
    """

    bleu: float
    chrf2: float
    bleu_signature: str
    chrf2_signature: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference and where it lies with 95 % probability."""

    value: float
    low: float
    high: float


def corpus_scores(outputs: Sequence[str], references: Sequence[str]) -> CorpusScores:
    """Score translations line by line against one reference each."""
    bleu, chrf = BLEU(), CHRF()
    return CorpusScores(
        bleu.corpus_score(outputs, [references]).score,
        chrf.corpus_score(outputs, [references]).score,
        str(bleu.get_signature()),
        str(chrf.get_signature()),
    )


def chrf2_of_each(outputs: Sequence[str], references: Sequence[str]) -> Floats:
    """Score each translation by itself: chrF2, 0 to 100."""
    chrf = CHRF()
    return np.array(
        [
            chrf.sentence_score(output, [reference]).score
            for output, reference in zip(outputs, references, strict=True)
        ]
    )


def paired_bootstrap(ours: Floats, theirs: Floats, *, seed: int, draws: int = 10_000) -> Interval:
    """Give the mean of `ours - theirs` with a 95 % interval.

    Args:
        ours: a score for each document.
        theirs: of the same documents.
        seed: of the draws.
        draws: how often as many documents are drawn with replacement.
    """
    differences = ours - theirs
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(differences), size=(draws, len(differences)))
    low, high = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    return Interval(float(differences.mean()), float(low), float(high))


def pearson(first: Floats, second: Floats) -> float:
    """Correlate two measures of the same things, linearly."""
    return float(np.corrcoef(first, second)[0, 1])


def spearman(first: Floats, second: Floats) -> float:
    """Correlate two measures of the same things by rank."""
    return pearson(_ranks(first), _ranks(second))


def _ranks(values: Floats) -> Floats:
    """Rank from 0; equal values share the mean of their ranks."""
    _, kind, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[kind]
