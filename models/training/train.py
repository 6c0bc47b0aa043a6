"""Step 5: trains the network, on a GPU if there is one, going on from its checkpoint if it has one.

Time rules the training: `--minutes` bounds this part and `--total-minutes` all parts together, over
the last `--fall-minutes` of which the learning rate falls.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import torch
from models.training.command import run_step, say
from models.training.errors import RecipeError
from models.training.marian import read_marian
from models.training.pairs import EncodedPairs
from models.training.schedule import Schedule
from models.training.trainer import Settings, Trainer, TrainingData
from models.training.transformer import Shape
from models.training.vocabulary import Vocabulary

CHECKPOINT_NAME: Final = "last.pt"
MINUTES_SLACK: Final = 1e-3
"""So little time left is none: the clock's rounding."""


def _add_fields(parser: argparse.ArgumentParser, settings: type[Any]) -> None:
    """Give the parser an option for each field with a default."""
    for each in fields(settings):
        name = "--" + each.name.replace("_", "-")
        if isinstance(each.default, bool):
            parser.add_argument(name, action="store_true")
        elif isinstance(each.default, int | float):
            parser.add_argument(
                name, type=type(each.default), default=each.default, help="default: %(default)s"
            )


def _read_fields(options: argparse.Namespace, settings: type[Any]) -> dict[str, Any]:
    """Give what was read of the fields that have options."""
    given = vars(options)
    return {each.name: given[each.name] for each in fields(settings) if each.name in given}


def _make_trainer(options: argparse.Namespace) -> Trainer:
    vocabulary = Vocabulary.load(options.vocabulary)
    sizes = (vocabulary.source.get_piece_size(), vocabulary.target.get_piece_size())
    start = None if options.start is None else read_marian(options.start)
    shape = Shape(*sizes, **_read_fields(options, Shape)) if start is None else start.shape
    if (shape.source_pieces, shape.target_pieces) != sizes:
        raise RecipeError(
            f"{options.start} has vocabularies of {shape.source_pieces} and {shape.target_pieces} "
            f"pieces, but {options.vocabulary} of {sizes[0]} and {sizes[1]}"
        )
    aligned = None if options.aligned is None else EncodedPairs.load(options.aligned)
    draws = [EncodedPairs.load(folder / "train.npz") for folder in options.data]
    held_out = EncodedPairs.load(options.data[0] / "dev.npz")
    data = TrainingData(draws, held_out, aligned, vocabulary.source)
    schedule = Schedule(**_read_fields(options, Schedule))
    trainer = Trainer(shape, data, Settings(**_read_fields(options, Settings)), schedule=schedule)
    if start is not None:
        trainer.take_weights(start)
    say(
        f"{sum(each.numel() for each in trainer.network.parameters()) / 1e6:.1f} M weights; "
        f"{trainer.pair_count} pairs an epoch, none of more than {options.max_pieces} pieces"
    )
    return trainer


def main(arguments: Sequence[str] | None = None) -> None:
    """Train from the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training.train", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        nargs="+",
        help="folders that `encode` made, by several seeds; each epoch takes the next",
    )
    parser.add_argument("--vocabulary", type=Path, required=True, help="folder of the .spm files")
    parser.add_argument(
        "--aligned", type=Path, help="of `links join`; else no alignment is trained"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--start", type=Path, help="Marian .npz whose weights and shape to take")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--total-minutes", type=float, required=True)
    parser.add_argument("--fall-minutes", type=float, required=True)
    parser.add_argument("--threads", type=int, help="of the CPU (default: as PyTorch chooses)")
    for settings in (Shape, Settings, Schedule):
        _add_fields(parser, settings)
    options = parser.parse_args(arguments)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    torch.set_float32_matmul_precision("high")
    # PyTorch prefers cuDNN's attention on an H100, and that plans anew for each size of batch:
    # 0.5 s a step with PyTorch 2.11, where the other kernels take 0.07.
    torch.backends.cuda.enable_cudnn_sdp(False)
    options.out.mkdir(parents=True, exist_ok=True)
    trainer = _make_trainer(options)
    checkpoint = options.out / CHECKPOINT_NAME
    if checkpoint.is_file():
        trainer.resume(checkpoint)
        say(f"resumed at step {trainer.progress.step}, {trainer.progress.minutes:.1f} minutes in")
    left = options.total_minutes - trainer.progress.minutes
    if left > MINUTES_SLACK:
        trainer.run(min(options.minutes, left), checkpoint)
    else:
        say(f"all {options.total_minutes:g} minutes are spent")
    print(f"steps\t{trainer.progress.step}")
    print(f"epochs\t{trainer.progress.plain.epoch}")
    print(f"held-out loss\t{trainer.held_out_loss():.4f}")


if __name__ == "__main__":
    sys.exit(run_step(main))
