"""Step 3: links between the pieces of a share of the pairs, which guide the alignment head.

`sample` writes piece ids for an aligner to read, a sentence a line; `join` reads what it answered.
Any aligner will do that writes links as `source-target` pairs of positions, such as eflomal.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from models.training.command import run_step
from models.training.corpus import Pair, read_corpus
from models.training.errors import RecipeError
from models.training.pairs import EncodedPair, EncodedPairs, Link
from models.training.vocabulary import Vocabulary

SOURCE_NAME: Final = "source.txt"
TARGET_NAME: Final = "target.txt"
FORWARD_NAME: Final = "forward.txt"
REVERSE_NAME: Final = "reverse.txt"

# Shorter ones teach the head nothing; of longer ones aligners get more wrong.
_ENGLISH_WORDS: Final = range(4, 36)
# Chains of transmitters and formulas: many names in a row, which are aligned badly.
_BADLY_ALIGNED: Final = ("gen_hadith", "gen_thaqalayn", "rel_hadith")


def choose_pairs(pairs: Sequence[Pair], count: int, rng: random.Random) -> list[Pair]:
    """Draw up to `count` pairs that aligners align well."""
    suited = [
        pair
        for pair in pairs
        if pair.is_prose
        and not pair.origin.startswith(_BADLY_ALIGNED)
        and len(pair.english.split()) in _ENGLISH_WORDS
    ]
    return rng.sample(suited, min(count, len(suited)))


def join_directions(forward: set[Link], reverse: set[Link]) -> set[Link]:
    """Join what two directions found: what both did, and either's links of other target pieces."""
    both = forward & reverse
    linked = {target for target, _ in both}
    return both | {link for link in forward | reverse if link[0] not in linked}


def read_links(line: str) -> set[Link]:
    """Read `source-target` positions, parted by spaces.

    Raises:
        ValueError: the line holds something else.
    """
    pairs = (part.split("-") for part in line.split())
    return {(int(target), int(source)) for source, target in pairs}


def read_aligned(folder: Path) -> Iterator[EncodedPair]:
    """Read the sampled pairs with what an aligner found.

    Raises:
        RecipeError: the four files do not match; the message has the line's number.
    """
    names = (SOURCE_NAME, TARGET_NAME, FORWARD_NAME, REVERSE_NAME)
    sides = [(folder / name).read_text(encoding="ascii").splitlines() for name in names]
    if len({len(side) for side in sides}) > 1:
        counts = ", ".join(
            f"{name} {len(side)}" for name, side in zip(names, sides, strict=True)
        )  # fmt: skip
        raise RecipeError(f"the files in {folder} have unlike line counts: {counts}")
    for number, (source_line, target_line, forward, reverse) in enumerate(
        zip(*sides, strict=True), 1
    ):
        source, target = (
            [int(piece) for piece in line.split()] for line in (source_line, target_line)
        )
        try:
            links = join_directions(read_links(forward), read_links(reverse))
        except ValueError as error:
            raise RecipeError(f"{folder}, links of line {number}: {error}") from error
        if any(at >= len(target) or of >= len(source) for at, of in links):
            raise RecipeError(f"{folder}, line {number}: a link points behind the sentence's end")
        yield EncodedPair.of_pieces(source, target, links)


def _sample(options: argparse.Namespace) -> None:
    vocabulary = Vocabulary.load(options.vocabulary)
    chosen = choose_pairs(
        list(read_corpus(options.corpus)), options.count, random.Random(options.seed)
    )
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, processor, sentences in (
        (SOURCE_NAME, vocabulary.source, [pair.arabic for pair in chosen]),
        (TARGET_NAME, vocabulary.target, [pair.english for pair in chosen]),
    ):
        lines = (" ".join(map(str, pieces)) + "\n" for pieces in processor.encode(sentences))
        (options.folder / name).write_text("".join(lines), encoding="ascii")
        print(options.folder / name)


def _join(options: argparse.Namespace) -> None:
    aligned = EncodedPairs.collect(pair for pair in read_aligned(options.folder) if pair.links)
    if not len(aligned):
        raise RecipeError(f"the aligner linked nothing in {options.folder}")
    aligned.save(options.out)
    print(options.out)


def main(arguments: Sequence[str] | None = None) -> None:
    """Sample pairs for an aligner, or read its links, from the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training.links", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="{sample,join}")
    sample = steps.add_parser("sample", help=f"write {SOURCE_NAME} and {TARGET_NAME}")
    sample.add_argument("folder", type=Path)
    sample.add_argument("--corpus", type=Path, required=True, help="prefix, as `clean` made it")
    sample.add_argument("--vocabulary", type=Path, required=True, help="folder of the .spm files")
    sample.add_argument("--count", type=int, default=120_000, help="pairs (default: 120,000)")
    sample.add_argument("--seed", type=int, default=3)
    sample.set_defaults(step=_sample)
    join = steps.add_parser("join", help=f"read {FORWARD_NAME} and {REVERSE_NAME} as well")
    join.add_argument("folder", type=Path)
    join.add_argument("--out", type=Path, required=True, help=".npz file")
    join.set_defaults(step=_join)
    options = parser.parse_args(arguments)
    options.step(options)


if __name__ == "__main__":
    sys.exit(run_step(main))
