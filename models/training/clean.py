"""Step 1: cleans pairs, drops implausible, repeated and contaminated ones, and says how many."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from models.training.command import run_step
from models.training.corpus import (
    Pair,
    parallel_prefixes,
    read_corpus,
    read_parallel,
    read_table,
    write_corpus,
)
from models.training.decontamination import Decontaminator
from models.training.text import clean, is_plausible_pair


def keep_good_pairs(
    pairs: Iterable[Pair], decontaminator: Decontaminator, fates: Counter[str]
) -> Iterator[Pair]:
    """Yield what is worth training on, cleaned, in the order given.

    Args:
        pairs: as their sources have them.
        decontaminator: knows what is kept for evaluation.
        fates: counts into it: `kept`, `implausible`, `repeated`, `contaminated`.
    """
    seen: set[tuple[str, str]] = set()
    for raw in pairs:
        pair = Pair(raw.origin, clean(raw.arabic), clean(raw.english))
        sides = (pair.arabic, pair.english)
        if not is_plausible_pair(*sides, lexical=pair.is_lexical):
            fate = "implausible"
        elif sides in seen:
            fate = "repeated"
        elif decontaminator.is_contaminated(pair):
            fate = "contaminated"
        else:
            fate = "kept"
        fates[fate] += 1
        if fate == "kept":
            seen.add(sides)
            yield pair


def main(arguments: Sequence[str] | None = None) -> None:
    """Clean pairs from the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training.clean", description=__doc__)
    parser.add_argument(
        "pairs",
        type=Path,
        nargs="+",
        help="table of origin, Arabic and English parted by tabs (.tsv), "
        "or prefix of PREFIX.ar.bz2, PREFIX.en.bz2 and PREFIX.src.bz2",
    )
    parser.add_argument("--held-out", type=Path, required=True, help="folder of NAME.ar, NAME.en")
    parser.add_argument("--out", type=Path, required=True, help="prefix of the three files made")
    options = parser.parse_args(arguments)
    held_out = (
        pair for prefix in parallel_prefixes(options.held_out) for pair in read_parallel(prefix)
    )
    given = (
        pair
        for path in options.pairs
        for pair in (read_table(path) if path.suffix == ".tsv" else read_corpus(path))
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    fates: Counter[str] = Counter()
    write_corpus(keep_good_pairs(given, Decontaminator(held_out), fates), options.out)
    for fate in ("kept", "implausible", "repeated", "contaminated"):
        print(f"{fate}\t{fates[fate]}")


if __name__ == "__main__":
    sys.exit(run_step(main))
