"""Step 7: proves that CTranslate2 computes what PyTorch trained.

Both score the same translations, piece by piece, with the weights of one release in float32.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from models.training.command import run_step
from models.training.converted import convert, read_decoder_config
from models.training.corpus import read_parallel
from models.training.errors import RecipeError
from models.training.marian import read_marian
from models.training.transformer import Transformer
from models.training.vocabulary import EOS_ID, Vocabulary
from numpy.typing import NDArray

TOLERANCE: Final = 1e-3
"""Most that two log-probabilities, in nats, of one piece may differ: rounding of float32 over some
tens of layers' sums makes about 1e-5; a wrong layer, position or mask makes more than 0.1."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near two sets of log-probabilities are, in nats.

    Attributes:
        pieces: compared, `</s>` of each sentence included.
        largest: difference of one piece.
        mean: of all differences, without sign.
    """

    pieces: int
    largest: float
    mean: float


def compare(release: Path, pairs: Sequence[tuple[str, str]], *, quantization: str) -> Agreement:
    """Score translations with PyTorch in float32 and with CTranslate2.

    Args:
        release: its folder.
        pairs: Arabic and English; the English is what is scored.
        quantization: CTranslate2's type of the weights.
    """
    config = read_decoder_config(release)
    network = read_marian(release / config["models"][0]).eval()
    with convert(release, quantization) as converted:
        sources = converted.vocabulary.source.encode([arabic for arabic, _ in pairs], out_type=str)
        targets = converted.vocabulary.target.encode(
            [english for _, english in pairs], out_type=str
        )
        scored = converted.translator.score_batch(sources, targets)
        theirs = np.concatenate([result.log_probs for result in scored])
        ours = np.concatenate([log_probs(network, converted.vocabulary, *pair) for pair in pairs])
    differences = np.abs(ours - theirs)
    return Agreement(len(differences), float(differences.max()), float(differences.mean()))


@torch.no_grad()
def log_probs(
    network: Transformer, vocabulary: Vocabulary, arabic: str, english: str
) -> NDArray[np.float32]:
    """Give the log-probability of each piece of a translation, `</s>` last."""
    source = torch.tensor([[*vocabulary.source.encode(arabic), EOS_ID]])
    target = torch.tensor([[*vocabulary.target.encode(english), EOS_ID]])
    state, _ = network(source, target)
    scores = network.logits(state).log_softmax(-1)
    chosen: NDArray[np.float32] = scores.gather(2, target[:, :, None])[0, :, 0].numpy()
    return chosen


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare from the command line, and fail if the float32 scores differ."""
    parser = argparse.ArgumentParser(prog="python -m models.training.agree", description=__doc__)
    parser.add_argument("release", type=Path, help="folder that `release` made")
    parser.add_argument("--pairs", type=Path, required=True, help="prefix of PREFIX.ar, PREFIX.en")
    parser.add_argument("--count", type=int, default=200, help="pairs compared (default: 200)")
    options = parser.parse_args(arguments)
    pairs = list(read_parallel(options.pairs))[: options.count]
    print("| CTranslate2's weights | pieces | largest difference | mean difference |")
    print("|---|---|---|---|")
    for quantization in ("float32", "int8"):
        agreement = compare(options.release, pairs, quantization=quantization)
        print(
            f"| {quantization} | {agreement.pieces} | {agreement.largest:.2e} | "
            f"{agreement.mean:.2e} |"
        )
        if quantization == "float32" and not agreement.largest <= TOLERANCE:
            raise RecipeError(
                f"PyTorch and CTranslate2 differ by {agreement.largest:.2e} nats in a piece; "
                f"at most {TOLERANCE:g} is rounding, so the export is wrong"
            )


if __name__ == "__main__":
    sys.exit(run_step(main))
