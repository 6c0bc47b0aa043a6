"""Step 4: draws pairs by weight, makes run-on text and inline terms, and writes piece ids."""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from models.training.command import run_step, say
from models.training.corpus import Pair, read_corpus, read_parallel
from models.training.errors import RecipeError
from models.training.inline_terms import TermReplacer, TermShares
from models.training.pairs import EncodedPair, EncodedPairs
from models.training.runons import RunOnShares, with_run_ons
from models.training.text import clean
from models.training.vocabulary import Vocabulary

DEFAULT_WEIGHTS: Final = Path(__file__).with_name("weights.txt")
_PAIRS_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class OriginWeights:
    """How often pairs are drawn in an epoch, by where they come from.

    Attributes:
        rules: pattern of the beginning of an origin's name, and weight; the first match counts.
    """

    rules: tuple[tuple[re.Pattern[str], float], ...]

    @classmethod
    def read(cls, path: Path) -> OriginWeights:
        """Read lines of pattern and weight; `#` begins a comment.

        Raises:
            RecipeError: a line holds something else; the message has its number.
        """
        rules = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            fields = line.split("#")[0].split()
            if not fields:
                continue
            try:
                pattern, weight = fields
                rules.append((re.compile(pattern), float(weight)))
            except (ValueError, re.error) as error:
                raise RecipeError(
                    f"{path}, line {number}: a line has a pattern and a weight; {error}"
                ) from error
        return cls(tuple(rules))

    def of(self, origin: str) -> float:
        """Give the weight of an origin; 1 where no rule is for it."""
        return next((weight for pattern, weight in self.rules if pattern.match(origin)), 1.0)

    def draw(self, pairs: Iterable[Pair], rng: random.Random) -> Iterator[Pair]:
        """Yield each pair as often as its weight says: 2.3 is twice, and at 30 % once more."""
        for pair in pairs:
            whole, part = divmod(self.of(pair.origin), 1.0)
            for _ in range(int(whole) + (rng.random() < part)):
                yield pair


def encode_pairs(pairs: Iterable[tuple[str, str]], vocabulary: Vocabulary) -> Iterator[EncodedPair]:
    """Encode Arabic and English."""
    remaining = iter(pairs)
    while group := list(islice(remaining, _PAIRS_AT_ONCE)):
        sources = vocabulary.source.encode([arabic for arabic, _ in group])
        targets = vocabulary.target.encode([english for _, english in group])
        yield from map(EncodedPair.of_pieces, sources, targets)


def _save(pairs: EncodedPairs, path: Path) -> None:
    pairs.save(path)
    say(f"{len(pairs)} pairs, {len(pairs.source)} source and {len(pairs.target)} target pieces")
    print(path)


def _encode_training(options: argparse.Namespace, vocabulary: Vocabulary) -> EncodedPairs:
    rng = random.Random(options.seed)
    drawn = OriginWeights.read(options.weights).draw(read_corpus(options.corpus), rng)
    changed = with_run_ons(drawn, rng, RunOnShares())
    plain = encode_pairs(((pair.arabic, pair.english) for pair in changed), vocabulary)
    if options.aligned is None:
        return EncodedPairs.collect(plain)
    aligned = EncodedPairs.load(options.aligned)
    every = (aligned[index] for index in range(len(aligned)))
    shares = TermShares(options.english_terms, options.placeholders)
    with_terms = list(TermReplacer(vocabulary).with_terms(every, rng, shares))
    say(f"{len(with_terms)} pairs with an inline term or placeholder")
    return EncodedPairs.collect(chain(plain, with_terms))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write `train.npz` and `dev.npz` from the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training.encode", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="prefix, as `clean` made it")
    parser.add_argument("--vocabulary", type=Path, required=True, help="folder of the .spm files")
    parser.add_argument("--dev", type=Path, required=True, help="prefix of PREFIX.ar, PREFIX.en")
    parser.add_argument("--aligned", type=Path, help="of `links join`, for inline terms")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--english-terms", type=float, default=TermShares().english)
    parser.add_argument("--placeholders", type=float, default=TermShares().placeholder)
    parser.add_argument("--out", type=Path, required=True, help="folder")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    vocabulary = Vocabulary.load(options.vocabulary)
    options.out.mkdir(parents=True, exist_ok=True)
    _save(_encode_training(options, vocabulary), options.out / "train.npz")
    dev = ((clean(arabic), clean(english)) for arabic, english in read_parallel(options.dev))
    _save(EncodedPairs.collect(encode_pairs(dev, vocabulary)), options.out / "dev.npz")


if __name__ == "__main__":
    sys.exit(run_step(main))
