"""Finds which pieces translate which; takes the options of `eflomal-align`, which does it better.

The model is fast_align's: Dyer et al., "A Simple, Fast, and Effective Reparameterization of IBM
Model 2" (NAACL 2013).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from models.training.command import run_step
from models.training.errors import RecipeError
from numpy.typing import NDArray

# fast_align's own settings.
_ITERATIONS: Final = 5
_NULL_PROBABILITY: Final = 0.08
_DIAGONAL_TENSION: Final = 4.0

Ids = Sequence[int]


@dataclass(frozen=True, slots=True)
class _Cells:
    """All possible links of all pairs, one after another.

    The cells of one target piece are together: one for each source piece, and the last for none.

    Attributes:
        entry: of each cell, in the table of translation probabilities.
        entry_source: the source piece of each entry of the table.
        prior: of each cell, from the positions alone.
        row_starts: first cell of each target piece.
        rows: of each pair, how many target and source pieces.
    """

    entry: NDArray[np.int64]
    entry_source: NDArray[np.int64]
    prior: NDArray[np.float32]
    row_starts: NDArray[np.int64]
    rows: Sequence[tuple[int, int]]


def align(sources: Sequence[Ids], targets: Sequence[Ids]) -> list[list[tuple[int, int]]]:
    """Link each target piece to the source piece it most likely translates, or to none.

    All possible links are held at once: about 3 GB for 100,000 pairs of 20 pieces a side.

    Args:
        sources: piece ids of each sentence.
        targets: of their translations.

    Returns:
        For each pair the positions of source and target, by target position.
    """
    cells = _lay_out(sources, targets)
    table = np.ones(len(cells.entry_source), np.float32)
    row_lengths = np.diff([*cells.row_starts, len(cells.entry)])
    for _ in range(_ITERATIONS):
        weight = table[cells.entry] * cells.prior
        weight /= np.repeat(np.add.reduceat(weight, cells.row_starts), row_lengths)
        counts = np.bincount(cells.entry, weight, len(table))
        totals = np.bincount(cells.entry_source, counts)
        table = (counts / totals[cells.entry_source]).astype(np.float32)
    return _best_links(table[cells.entry] * cells.prior, cells.rows)


def _lay_out(sources: Sequence[Ids], targets: Sequence[Ids]) -> _Cells:
    none = 1 + max(max(ids, default=0) for ids in sources)
    target_count = 1 + max(max(ids, default=0) for ids in targets)
    keys, priors, rows, row_lengths = [], [], [], []
    for source, target in zip(sources, targets, strict=True):
        if not source or not target:
            rows.append((0, 0))
            continue
        with_none = np.array([*source, none], np.int64)
        keys.append((with_none * target_count + np.array(target)[:, None]).ravel())
        priors.append(_prior(len(source), len(target)).ravel())
        rows.append((len(target), len(source)))
        row_lengths += [len(with_none)] * len(target)
    if not keys:
        raise RecipeError("there are no pairs to align")
    entries, entry = np.unique(np.concatenate(keys), return_inverse=True)
    row_starts = np.concatenate([[0], np.cumsum(row_lengths[:-1])]).astype(np.int64)
    return _Cells(entry, entries // target_count, np.concatenate(priors), row_starts, rows)


def _prior(source_length: int, target_length: int) -> NDArray[np.float32]:
    """Give the probability of each link before any word is known: nearest the diagonal most."""
    at_target = (np.arange(target_length)[:, None] + 1) / target_length
    at_source = (np.arange(source_length) + 1) / source_length
    near = np.exp(-_DIAGONAL_TENSION * np.abs(at_source - at_target))
    near *= (1 - _NULL_PROBABILITY) / near.sum(axis=1, keepdims=True)
    return np.pad(near, ((0, 0), (0, 1)), constant_values=_NULL_PROBABILITY).astype(np.float32)


def _best_links(
    weight: NDArray[np.float32], rows: Sequence[tuple[int, int]]
) -> list[list[tuple[int, int]]]:
    links, start = [], 0
    for target_length, source_length in rows:
        end = start + target_length * (source_length + 1)
        best = weight[start:end].reshape(target_length, -1 if target_length else 1).argmax(axis=1)
        links.append([(int(of), at) for at, of in enumerate(best) if of < source_length])
        start = end
    return links


def _read_ids(path: Path) -> list[list[int]]:
    return [[int(each) for each in line.split()] for line in path.read_text("ascii").splitlines()]


def _write_links(links: list[list[tuple[int, int]]], path: Path) -> None:
    lines = (" ".join(f"{source}-{target}" for source, target in each) + "\n" for each in links)
    path.write_text("".join(lines), encoding="ascii")


def main(arguments: Sequence[str] | None = None) -> None:
    """Align from the command line, in both directions."""
    parser = argparse.ArgumentParser(prog="python -m models.training.align", description=__doc__)
    parser.add_argument("-s", "--source", type=Path, required=True, help="ids, a sentence a line")
    parser.add_argument("-t", "--target", type=Path, required=True)
    parser.add_argument("-f", "--forward-links", type=Path, required=True, help="written")
    parser.add_argument("-r", "--reverse-links", type=Path, required=True, help="written")
    options = parser.parse_args(arguments)
    sources, targets = _read_ids(options.source), _read_ids(options.target)
    if len(sources) != len(targets):
        raise RecipeError(
            f"{options.source} has {len(sources)} lines, but {options.target} {len(targets)}"
        )
    _write_links(align(sources, targets), options.forward_links)
    reverse = [[(of, at) for at, of in each] for each in align(targets, sources)]
    _write_links(reverse, options.reverse_links)


if __name__ == "__main__":
    sys.exit(run_step(main))
