"""The whole recipe on a made-up corpus, in well under a minute on one core.

It shows that every step works and fits the next; the model only knows a few words.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from models.training import recipe
from models.training.command import run_step
from models.training.toy_corpus import write_toy

# SentencePiece finds no more than some tens in so few words.
_PIECES: Final = 55
_TRAINING: Final = {
    "--width": 32,
    "--heads": 2,
    "--inner-width": 64,
    "--encoder-layers": 1,
    "--decoder-layers": 1,
    "--dropout": 0,
    "--batch-pieces": 512,
    "--guided-every": 3,
    "--highest": 0.01,
    "--rise-steps": 10,
    "--average-decay": 0.98,
    "--log-every": 20,
    "--threads": 1,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the toy and its release from the command line. Other options go to `recipe`."""
    parser = argparse.ArgumentParser(
        prog="python -m models.training.toy", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("out", type=Path, help="folder of everything")
    parser.add_argument(
        "--total-minutes", type=float, default=0.3, help="of training (default: 0.3)"
    )
    options, others = parser.parse_known_args(arguments)
    write_toy(options.out)
    dev = options.out / "held-out" / "toy"
    minutes = ("--minutes", "--total-minutes", "--fall-minutes")
    training = dict.fromkeys(minutes, options.total_minutes) | _TRAINING
    recipe.main(
        [
            *(str(options.out / "pairs.tsv"), "--held-out", str(dev.parent), "--dev", str(dev)),
            *("--out", str(options.out), "--name", "toy", "--pieces", str(_PIECES)),
            *("--draws", "2"),
            *(str(word) for option in training.items() for word in option),
            *others,
        ]
    )


if __name__ == "__main__":
    sys.exit(run_step(main))
