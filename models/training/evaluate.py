"""Step 8: scores a release, in int8 and in float32, on evaluation sets, line by line."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.training.command import run_step
from models.training.converted import Converted, convert
from models.training.corpus import read_parallel
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF


@dataclass(frozen=True, slots=True)
class Scores:
    """How good and how fast a model is on one set.

    Attributes:
        bleu: 0 to 100.
        chrf2: 0 to 100.
        sentences_per_s: on the CPU that this ran on.
        signatures: sacrebleu's, of both.
    """

    bleu: float
    chrf2: float
    sentences_per_s: float
    signatures: tuple[str, str]


def score(converted: Converted, pairs: Sequence[tuple[str, str]]) -> Scores:
    """Translate and score one set, a line at a time as far as the outcome goes."""
    references = [english for _, english in pairs]
    began = time.monotonic()
    outputs = converted.translate([arabic for arabic, _ in pairs])
    seconds = time.monotonic() - began
    bleu, chrf = BLEU(), CHRF()
    return Scores(
        bleu.corpus_score(outputs, [references]).score,
        chrf.corpus_score(outputs, [references]).score,
        len(pairs) / seconds,
        (str(bleu.get_signature()), str(chrf.get_signature())),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a Markdown table of scores from the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training.evaluate", description=__doc__)
    parser.add_argument("release", type=Path, help="folder that `release` made")
    parser.add_argument("sets", type=Path, nargs="+", help="prefix of PREFIX.ar, PREFIX.en")
    options = parser.parse_args(arguments)
    print("| test set | weights | MB | BLEU | chrF2 | sentences/s |")
    print("|---|---|---|---|---|---|")
    signatures = ("", "")
    for quantization in ("int8", "float32"):
        with convert(options.release, quantization) as converted:
            for prefix in options.sets:
                scores = score(converted, list(read_parallel(prefix)))
                signatures = scores.signatures
                print(
                    f"| {prefix.name} | {quantization} | {converted.model_bytes / 1e6:.1f} | "
                    f"{scores.bleu:.1f} | {scores.chrf2:.1f} | {scores.sentences_per_s:.0f} |"
                )
    print("\nSignatures:", ", ".join(f"`{signature}`" for signature in signatures))


if __name__ == "__main__":
    sys.exit(run_step(main))
