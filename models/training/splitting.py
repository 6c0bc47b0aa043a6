"""Cuts source pieces into smaller ones, at random, so that the model learns what words are made of.

A vocabulary gives a sentence one best row of pieces, and those of a rare name or form may never
have met in training. Training on other rows of the same text helps most where texts differ from
those trained on (Kudo 2018, "Subword Regularization"; Provilkov et al. 2020, "BPE-Dropout", who do
it on the source side alone where pairs are many). It is done on piece ids when a batch is made:
each epoch sees other cuts, and nothing is encoded anew.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import sentencepiece
from models.training.pairs import Rows
from numpy.typing import NDArray

# Flattens the odds of the vocabulary's own model: Kudo's alpha.
_SMOOTHING: Final = 0.2


class PieceSplitter:
    """Knows of each piece the pairs of pieces that it can be cut into."""

    def __init__(self, vocabulary: sentencepiece.SentencePieceProcessor, share: float) -> None:
        """Find all cuts.

        Args:
            vocabulary: a unigram model.
            share: of the pieces that can be cut, how many are; from 0 to 1.
        """
        self._share = share
        size = vocabulary.get_piece_size()
        numbers = {
            vocabulary.id_to_piece(number): number
            for number in range(size)
            if not (vocabulary.is_control(number) or vocabulary.is_unknown(number))
        }
        cuts: list[tuple[int, int, int]] = []
        for piece, number in numbers.items():
            for at in range(1, len(piece)):
                first, second = numbers.get(piece[:at]), numbers.get(piece[at:])
                if first is not None and second is not None:
                    cuts.append((number, first, second))
        cuts.sort()
        of, first_ids, second_ids = np.array(cuts, np.int64).reshape(-1, 3).T
        scores = np.array([vocabulary.get_score(number) for number in range(size)])
        odds = np.exp(_SMOOTHING * (scores[first_ids] + scores[second_ids]))
        self._halves = np.column_stack([first_ids, second_ids]).astype(np.uint16)
        counts = np.bincount(of, minlength=size)
        self._ends = np.cumsum(counts)
        self._can_be_cut: NDArray[np.bool_] = counts > 0
        # The cuts of piece n stand from n to n + 1, each as wide as it is likely.
        running = np.concatenate([[0.0], np.cumsum(odds)])
        before, total = running[self._ends - counts], np.bincount(of, odds, minlength=size)
        self._upper = of + (running[1:] - before[of]) / total[of]

    def split(self, rows: Rows, rng: np.random.Generator) -> Rows:
        """Cut pieces of some sentences, drawing them with `rng`."""
        drawn = rng.random(len(rows.flat)) < self._share
        at = np.flatnonzero(drawn & self._can_be_cut[rows.flat])
        pieces = rows.flat[at]
        cuts = np.searchsorted(self._upper, pieces + rng.random(len(at)))
        # The last cut's upper end is n + 1 but for rounding.
        cuts = np.minimum(cuts, self._ends[pieces] - 1)
        counts = np.ones(len(rows.flat), np.int64)
        counts[at] = 2
        flat = np.repeat(rows.flat, counts)
        begins = np.cumsum(counts) - counts
        flat[begins[at]], flat[begins[at] + 1] = self._halves[cuts].T
        owners = np.repeat(np.arange(len(rows.lengths)), rows.lengths)
        lengths = np.bincount(owners, counts, minlength=len(rows.lengths))
        return Rows(flat, lengths.astype(np.int64))
