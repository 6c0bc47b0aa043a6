"""Batches of pairs of like lengths, in an order that can be taken up again anywhere."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import torch
from models.training.errors import RecipeError
from models.training.pairs import EncodedPairs, Rows
from models.training.splitting import PieceSplitter
from models.training.vocabulary import PAD_ID
from numpy.typing import NDArray

# Pairs sorted together. More fill batches little better, and would keep the lengths of an epoch in
# an order that repeats.
_POOL: Final = 150_000
# Lengths this close count as the same, so that the shuffle within them changes who meets whom.
_LENGTH_STEP: Final = 3


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded pairs.

    Attributes:
        source: ids, a row a sentence, padded behind `</s>`.
        target: as the source.
        links: rows of batch row, target and source position; None if the batch guides nothing.
    """

    source: torch.Tensor
    target: torch.Tensor
    links: torch.Tensor | None

    def to(self, device: str) -> Batch:
        """Copy to a device."""
        links = None if self.links is None else self.links.to(device, non_blocking=True)
        return Batch(
            self.source.to(device, non_blocking=True),
            self.target.to(device, non_blocking=True),
            links,
        )


@dataclass(frozen=True, slots=True)
class Position:
    """How far an endless stream of batches has been read.

    Attributes:
        epoch: from 0.
        batch: batches read of that epoch.
    """

    epoch: int = 0
    batch: int = 0


def trainable(pairs: EncodedPairs, max_pieces: int) -> NDArray[np.int64]:
    """Find the pairs of which no side is empty or longer than `max_pieces`, `</s>` included."""
    sources, targets = pairs.source_lengths, pairs.target_lengths
    longest, shortest = np.maximum(sources, targets), np.minimum(sources, targets)
    return np.nonzero((longest <= max_pieces) & (shortest > 1))[0]


def plan_epoch(
    pairs: EncodedPairs, chosen: NDArray[np.int64], *, batch_pieces: int, seed: Sequence[int]
) -> Iterator[NDArray[np.int64]]:
    """Yield the indices of each batch of one epoch: every chosen pair once.

    Args:
        pairs: all.
        chosen: indices of those to train on.
        batch_pieces: most places that the longer side of a batch has, padding included; a single
            pair that is longer makes a batch of its own.
        seed: of the order; numbers that together make one.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(chosen)
    sources, targets = pairs.source_lengths, pairs.target_lengths
    longest = np.maximum(sources, targets)
    for start in range(0, len(order), _POOL):
        pool = order[start : start + _POOL]
        keys = (rng.random(len(pool)), targets[pool], longest[pool] // _LENGTH_STEP)
        plans = list(_cut(pool[np.lexsort(keys)], longest, batch_pieces))
        random.Random(int(rng.integers(1 << 30))).shuffle(plans)
        yield from plans


def _cut(
    ordered: NDArray[np.int64], longest: NDArray[np.int64], batch_pieces: int
) -> Iterator[NDArray[np.int64]]:
    begin, width = 0, 0
    for end, index in enumerate(ordered):
        width = max(width, int(longest[index]))
        if end > begin and width * (end + 1 - begin) > batch_pieces:
            yield ordered[begin:end]
            begin, width = end, int(longest[index])
    if len(ordered) > begin:
        yield ordered[begin:]


def make_batch(
    pairs: EncodedPairs,
    indices: NDArray[np.int64],
    *,
    guided: bool,
    split: Callable[[Rows], Rows] | None = None,
) -> Batch:
    """Pad the pairs of one batch; with their links, if it is `guided`.

    Args:
        pairs: all.
        indices: of the pairs to take.
        guided: take the links as well.
        split: cuts source pieces up; not for a guided batch, whose links are by position.
    """
    source = pairs.sources(indices)
    links = None
    if guided:
        rows = [pairs.links_of(int(index)).astype(np.int64) for index in indices]
        numbers = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        links = torch.from_numpy(np.column_stack([numbers, np.concatenate(rows)]))
    elif split is not None:
        source = split(source)
    return Batch(_pad(source), _pad(pairs.targets(indices)), links)


def _pad(rows: Rows) -> torch.Tensor:
    places = np.arange(rows.lengths.max()) < rows.lengths[:, None]
    padded = np.full(places.shape, PAD_ID, dtype=np.int64)
    padded[places] = rows.flat
    return torch.from_numpy(padded)


class BatchStream:
    """Endless batches, epoch after epoch, each in another order and of the next set of pairs."""

    def __init__(
        self,
        draws: Sequence[EncodedPairs],
        *,
        max_pieces: int,
        batch_pieces: int,
        seed: int,
        guided: bool,
        splitter: PieceSplitter | None = None,
    ) -> None:
        """Take the pairs and the sizes of batches; see `plan_epoch`.

        Args:
            draws: sets of pairs; each is an epoch, and behind the last comes the first again.
            max_pieces: pairs with a longer side are left out.
            batch_pieces: places in the longer side of a batch.
            seed: of everything drawn.
            guided: take the links as well.
            splitter: of the source pieces of batches without links; None leaves them whole.

        Raises:
            RecipeError: in one set no pair is short enough.
        """
        self._draws, self._guided, self._splitter = draws, guided, splitter
        self._chosen = [trainable(pairs, max_pieces) for pairs in draws]
        for pairs, chosen in zip(draws, self._chosen, strict=True):
            if not len(chosen):
                raise RecipeError(
                    f"none of {len(pairs)} pairs has at most {max_pieces} pieces a side"
                )
        self._batch_pieces, self._seed = batch_pieces, seed

    @property
    def pair_count(self) -> int:
        """Pairs in an epoch, on average."""
        return sum(map(len, self._chosen)) // len(self._chosen)

    def read_from(self, position: Position) -> Iterator[tuple[Position, Batch]]:
        """Yield batches from a position on, each with the position behind it."""
        epoch, skipped = position.epoch, position.batch
        while True:
            draw = epoch % len(self._draws)
            plans = plan_epoch(
                self._draws[draw],
                self._chosen[draw],
                batch_pieces=self._batch_pieces,
                seed=(self._seed, epoch),
            )
            for number, indices in enumerate(plans):
                if number >= skipped:
                    split = self._split_for(epoch, number)
                    batch = make_batch(self._draws[draw], indices, guided=self._guided, split=split)
                    yield Position(epoch, number + 1), batch
            epoch, skipped = epoch + 1, 0

    def _split_for(self, epoch: int, number: int) -> Callable[[Rows], Rows] | None:
        """Give the splitting of one batch: of its own, so that a stream can go on anywhere."""
        if self._splitter is None:
            return None
        rng = np.random.default_rng((self._seed, epoch, number))
        return partial(self._splitter.split, rng=rng)
