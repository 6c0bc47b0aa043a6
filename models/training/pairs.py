"""Pairs as piece ids, in flat arrays, as training reads them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from models.training.errors import RecipeError
from models.training.vocabulary import EOS_ID
from numpy.typing import NDArray

Link = tuple[int, int]
"""Positions of a target piece and of the source piece that it translates."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Sentences of one side.

    Attributes:
        flat: piece ids of all of them, one behind the other.
        lengths: of each.
    """

    flat: NDArray[np.uint16]
    lengths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EncodedPair:
    """One pair.

    Attributes:
        source: piece ids, `</s>` last.
        target: piece ids, `</s>` last.
        links: which target piece translates which source piece; empty if nobody aligned the pair.
    """

    source: Sequence[int]
    target: Sequence[int]
    links: Sequence[Link] = ()

    @classmethod
    def of_pieces(
        cls, source: Sequence[int], target: Sequence[int], links: Iterable[Link] = ()
    ) -> EncodedPair:
        """Make one of pieces without `</s>`; a pair with links gets one between the two ends."""
        ordered = sorted(links)
        if ordered:
            ordered.append((len(target), len(source)))
        return cls([*source, EOS_ID], [*target, EOS_ID], ordered)


@dataclass(frozen=True, slots=True)
class EncodedPairs:
    """Many pairs; pair `i` is from `offsets[i]` up to `offsets[i + 1]` of each flat array.

    Attributes:
        source: piece ids of all source sentences.
        source_offsets: one more than there are pairs.
        target: piece ids of all target sentences.
        target_offsets: as for the source.
        links: rows of target and source position; None where no pair is aligned.
        link_offsets: None together with `links`.
    """

    source: NDArray[np.uint16]
    source_offsets: NDArray[np.int64]
    target: NDArray[np.uint16]
    target_offsets: NDArray[np.int64]
    links: NDArray[np.uint16] | None = None
    link_offsets: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.source_offsets) - 1

    def __getitem__(self, index: int) -> EncodedPair:
        source, target = (
            flat[offsets[index] : offsets[index + 1]].tolist()
            for flat, offsets in (
                (self.source, self.source_offsets),
                (self.target, self.target_offsets),
            )
        )
        links = [(int(at), int(of)) for at, of in self.links_of(index)]
        return EncodedPair(source, target, links)

    def links_of(self, index: int) -> NDArray[np.uint16]:
        """Give the links of one pair, as rows of target and source position."""
        if self.links is None or self.link_offsets is None:
            return np.zeros((0, 2), np.uint16)
        return self.links[self.link_offsets[index] : self.link_offsets[index + 1]]

    def sources(self, indices: NDArray[np.int64]) -> Rows:
        """Give the source sentences of some pairs."""
        return _take(self.source, self.source_offsets, indices)

    def targets(self, indices: NDArray[np.int64]) -> Rows:
        """Give the target sentences of some pairs."""
        return _take(self.target, self.target_offsets, indices)

    @property
    def source_lengths(self) -> NDArray[np.int64]:
        """Pieces of each source sentence, `</s>` included."""
        return np.diff(self.source_offsets)

    @property
    def target_lengths(self) -> NDArray[np.int64]:
        """Pieces of each target sentence, `</s>` included."""
        return np.diff(self.target_offsets)

    @classmethod
    def collect(cls, pairs: Iterable[EncodedPair]) -> EncodedPairs:
        """Gather pairs; if one has links, the links of all are kept."""
        sources, targets, links = _Flat(), _Flat(), _Flat()
        for pair in pairs:
            sources.append(pair.source)
            targets.append(pair.target)
            links.append([position for link in pair.links for position in link])
        sides = (*sources.arrays(), *targets.arrays())
        flat_links, link_offsets = links.arrays()
        if not len(flat_links):
            return cls(*sides)
        return cls(*sides, flat_links.reshape(-1, 2), link_offsets // 2)

    @classmethod
    def load(cls, path: Path) -> EncodedPairs:
        """Read an `.npz` file.

        Raises:
            RecipeError: it holds something else.
        """
        with np.load(path) as arrays:
            try:
                flat = [arrays[name] for name in ("src", "soff", "tgt", "toff")]
            except KeyError as error:
                raise RecipeError(f"{path} holds no encoded pairs: {error}") from error
            offsets = [flat[1].astype(np.int64), flat[3].astype(np.int64)]
            if "links" not in arrays:
                return cls(flat[0], offsets[0], flat[2], offsets[1])
            links, link_offsets = arrays["links"], arrays["loff"].astype(np.int64)
            return cls(flat[0], offsets[0], flat[2], offsets[1], links, link_offsets)

    def save(self, path: Path) -> None:
        """Write an `.npz` file with the arrays `src`, `soff`, `tgt`, `toff`, `links`, `loff`."""
        arrays: dict[str, NDArray[Any]] = {
            "src": self.source,
            "soff": self.source_offsets,
            "tgt": self.target,
            "toff": self.target_offsets,
        }
        if self.links is not None and self.link_offsets is not None:
            arrays |= {"links": self.links, "loff": self.link_offsets}
        np.savez(path, allow_pickle=False, **arrays)


def _take(flat: NDArray[np.uint16], offsets: NDArray[np.int64], indices: NDArray[np.int64]) -> Rows:
    begins, ends = offsets[indices], offsets[indices + 1]
    rows = [flat[begin:end] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    return Rows(np.concatenate(rows), ends - begins)


class _Flat:
    """Gathers rows into one array; lists of a million rows of integers would fill gigabytes."""

    def __init__(self) -> None:
        self._values = array("H")
        self._lengths = [0]

    def append(self, row: Iterable[int]) -> None:
        before = len(self._values)
        self._values.extend(row)
        self._lengths.append(len(self._values) - before)

    def arrays(self) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
        """Give all values, and where each row begins, with the end of the last."""
        return np.array(self._values, np.uint16), np.cumsum(self._lengths, dtype=np.int64)
