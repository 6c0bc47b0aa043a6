"""All steps, from pairs to a scored release, in one command.

A step whose result is there is not done again, so that a broken off run goes on where it stopped;
training goes on until its time is spent.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from models.training import agree, clean, encode, evaluate, links, release, train, vocabulary
from models.training.command import run_step, say
from models.training.corpus import parallel_prefixes
from models.training.errors import RecipeError
from models.training.trainer import read_progress

_OWN_ALIGNER = shlex.join([sys.executable, "-m", "models.training.align"])
Step = Callable[[Sequence[str]], None]


class Recipe:
    """The steps and where their results lie."""

    def __init__(self, options: argparse.Namespace, training: Sequence[str]) -> None:
        """Take the options below, and those that are for `train`."""
        self._options, self._training = options, training
        self._corpus = options.out / "corpus" / "pairs"
        self._vocabulary = options.vocabulary or options.out / "vocabulary"
        self._aligned = options.aligned or options.out / "aligned.npz"
        self._data = [options.out / f"data-{draw}" for draw in range(1, options.draws + 1)]
        self._run_folder = options.out / "run"
        self._release = options.out / options.name

    def run(self) -> None:
        """Do all steps that are left, up to the next part of the training if it has several."""
        corpus_file = self._corpus.with_name("pairs.src.bz2")
        self._do(corpus_file, clean.main, *self._options.pairs,
                 "--held-out", self._options.held_out, "--out", self._corpus)  # fmt: skip
        self._do(self._vocabulary / "target.spm", vocabulary.main, "--corpus", self._corpus,
                 "--out", self._vocabulary, "--size", self._options.pieces)  # fmt: skip
        if not self._aligned.exists():
            self._align()
        for seed, data in enumerate(self._data, start=1):
            self._do(data / "dev.npz", encode.main, "--corpus", self._corpus,
                     "--vocabulary", self._vocabulary, "--aligned", self._aligned,
                     "--dev", self._options.dev, "--out", data, "--seed", seed)  # fmt: skip
        if not self._release.exists():
            if not self._is_trained():
                return
            self._pack()
        self._do(None, agree.main, self._release, "--pairs", self._options.dev)
        self._do(None, evaluate.main, self._release, *parallel_prefixes(self._options.held_out))

    def _align(self) -> None:
        folder = self._options.out / "links"
        self._do(None, links.main, "sample", folder, "--corpus", self._corpus,
                 "--vocabulary", self._vocabulary,
                 "--count", self._options.aligned_pairs)  # fmt: skip
        command = [
            *shlex.split(self._options.aligner),
            *("-s", folder / links.SOURCE_NAME, "-t", folder / links.TARGET_NAME),
            *("-f", folder / links.FORWARD_NAME, "-r", folder / links.REVERSE_NAME),
        ]
        say(f"\n$ {shlex.join(map(str, command))}")
        try:
            subprocess.run(command, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise RecipeError(f"the aligner failed: {error}") from error
        self._do(None, links.main, "join", folder, "--out", self._aligned)

    def _is_trained(self) -> bool:
        """Train a part, and say whether it was the last."""
        total = self._options.total_minutes
        self._do(None, train.main, "--data", *self._data, "--vocabulary", self._vocabulary,
                 "--aligned", self._aligned, "--out", self._run_folder,
                 "--total-minutes", total, *self._training)  # fmt: skip
        minutes = read_progress(self._run_folder / train.CHECKPOINT_NAME).minutes
        if minutes < total - train.MINUTES_SLACK:
            print(f"trained for {minutes:.1f} of {total:g} minutes; the same command goes on")
            return False
        return True

    def _pack(self) -> None:
        license_file = self._options.license_file
        self._do(None, release.main, self._run_folder / train.CHECKPOINT_NAME,
                 "--vocabulary", self._vocabulary, "--name", self._options.name, "--aligned",
                 *(() if license_file is None else ("--license-file", license_file)),
                 "--out", self._release)  # fmt: skip

    def _do(self, result: Path | None, step: Step, *arguments: object) -> None:
        """Run a step unless its result is there, showing the command that does it alone."""
        words = [str(argument) for argument in arguments]
        command = shlex.join(["python", "-m", step.__module__, *words])
        if result is not None and result.exists():
            say(f"\n{result} is there: {step.__module__} is not run again")
            return
        say(f"\n$ {command}")
        step(words)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a release from the command line. What is no option here is one of `train`."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.recipe",
        description=__doc__,
        epilog="Options of `train`, such as --minutes and --fall-minutes, are given as well.",
        allow_abbrev=False,
    )
    parser.add_argument("pairs", type=Path, nargs="+", help="tables or corpora, as for `clean`")
    parser.add_argument("--held-out", type=Path, required=True, help="folder of NAME.ar, NAME.en")
    parser.add_argument("--dev", type=Path, required=True, help="prefix of PREFIX.ar, PREFIX.en")
    parser.add_argument("--out", type=Path, required=True, help="folder of all results")
    parser.add_argument("--name", default="opus-ar-en-small", help="of the release")
    parser.add_argument("--pieces", type=int, default=8000, help="of a vocabulary to train")
    parser.add_argument("--vocabulary", type=Path, help="folder of .spm files to use instead")
    parser.add_argument("--aligned", type=Path, help=".npz of `links join` to use instead")
    parser.add_argument("--aligned-pairs", type=int, default=120_000)
    parser.add_argument(
        "--aligner", default=_OWN_ALIGNER, help="a command that takes eflomal-align's -s -t -f -r"
    )
    parser.add_argument(
        "--draws",
        type=int,
        default=6,
        help="times to draw and change the pairs anew; each epoch takes the next (default: 6)",
    )
    parser.add_argument("--total-minutes", type=float, required=True, help="of training")
    parser.add_argument("--license-file", type=Path, help="of the weights")
    options, training = parser.parse_known_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    Recipe(options, training).run()


if __name__ == "__main__":
    sys.exit(run_step(main))
