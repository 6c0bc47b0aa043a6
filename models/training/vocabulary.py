"""Step 2: trains a SentencePiece vocabulary for each side, Arabic normalization built in."""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sentencepiece
from models.training.command import run_step, say
from models.training.corpus import read_corpus
from models.training.errors import RecipeError
from models.training.normalization import normalization_rules, write_rules

EOS_ID: Final = 0
UNK_ID: Final = 1
PAD_ID: Final = 2
"""As in OPUS-MT's own vocabularies, save that theirs have padding last."""

# Leaves out characters so rare that a piece for each would be wasted; the server carries them over.
_CHARACTER_COVERAGE: Final = 0.9998
_SAMPLED_SENTENCES: Final = 400_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The two sides' SentencePiece models."""

    source: sentencepiece.SentencePieceProcessor
    target: sentencepiece.SentencePieceProcessor

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """Read `source.spm` and `target.spm`.

        Raises:
            RecipeError: their special pieces have other ids than training counts on.
        """
        vocabulary = cls(
            *(
                sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{side}.spm"))
                for side in ("source", "target")
            )
        )
        for side in (vocabulary.source, vocabulary.target):
            if (side.eos_id(), side.unk_id(), side.pad_id()) != (EOS_ID, UNK_ID, PAD_ID):
                raise RecipeError(
                    f"a vocabulary in {folder} has </s>, <unk> and <pad> at {side.eos_id()}, "
                    f"{side.unk_id()} and {side.pad_id()}; they must be 0, 1 and 2"
                )
        return vocabulary


def train_vocabulary(sentences: Iterable[str], path: Path, *, size: int, arabic: bool) -> None:
    """Train a unigram vocabulary and write it.

    Args:
        sentences: of one language.
        path: of the `.spm` file.
        size: in pieces, special ones included.
        arabic: build the Arabic normalization in; else SentencePiece's `nmt_nfkc`.

    Raises:
        RecipeError: SentencePiece cannot do it, mostly since the sentences are too few.
    """
    model = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        if arabic:
            rules = Path(folder, "rules.tsv")
            write_rules(normalization_rules(), rules)
            normalization = {"normalization_rule_tsv": str(rules)}
        else:
            normalization = {"normalization_rule_name": "nmt_nfkc"}
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(sentences),
                model_writer=model,
                model_type="unigram",
                vocab_size=size,
                character_coverage=_CHARACTER_COVERAGE,
                split_digits=True,
                eos_id=EOS_ID,
                unk_id=UNK_ID,
                pad_id=PAD_ID,
                bos_id=-1,
                minloglevel=2,
                **normalization,
            )
        except RuntimeError as error:
            raise RecipeError(f"SentencePiece cannot make {size} pieces: {error}") from error
    path.write_bytes(model.getvalue())


def main(arguments: Sequence[str] | None = None) -> None:
    """Train both vocabularies from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.vocabulary", description=__doc__
    )
    parser.add_argument("--corpus", type=Path, required=True, help="prefix, as `clean` made it")
    parser.add_argument("--out", type=Path, required=True, help="folder for the two .spm files")
    parser.add_argument("--size", type=int, default=8000, help="pieces a side (default: 8000)")
    parser.add_argument("--sample", type=int, default=_SAMPLED_SENTENCES, help="pairs looked at")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    pairs = list(read_corpus(options.corpus))
    if len(pairs) > options.sample:
        pairs = random.Random(options.seed).sample(pairs, options.sample)
    options.out.mkdir(parents=True, exist_ok=True)
    for side, sentences in (
        ("source", [pair.arabic for pair in pairs]),
        ("target", [pair.english for pair in pairs]),
    ):
        say(f"training {side}.spm on {len(sentences)} sentences")
        path = options.out / f"{side}.spm"
        train_vocabulary(sentences, path, size=options.size, arabic=side == "source")
        print(path)


if __name__ == "__main__":
    sys.exit(run_step(main))
