"""The whole recipe on a made-up corpus, in well under a minute on one core.

It shows that every step works and fits the next; the model only knows a few words.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from models.training import recipe
from models.training.command import run_step
from models.training.corpus import Pair

_SUBJECTS: Final = {
    "الولد": "the boy",
    "المعلم": "the teacher",
    "الطبيب": "the doctor",
    "الرجل": "the man",
    "الوزير": "the minister",
    "الطالب": "the student",
    "المهندس": "the engineer",
    "الكاتب": "the writer",
    "الشرطي": "the policeman",
    "المدير": "the manager",
    "الجار": "the neighbour",
    "السائق": "the driver",
}
_VERBS: Final = {
    "رأى": "saw",
    "أخذ": "took",
    "وجد": "found",
    "اشترى": "bought",
    "باع": "sold",
    "فقد": "lost",
    "رسم": "drew",
    "وصف": "described",
}
_OBJECTS: Final = {
    "الكتاب": "the book",
    "السيارة": "the car",
    "البيت": "the house",
    "الصورة": "the picture",
    "الخبز": "the bread",
    "المفتاح": "the key",
    "القميص": "the shirt",
    "الحقيبة": "the bag",
    "الطاولة": "the table",
    "الهاتف": "the phone",
    "الجبل": "the mountain",
    "الشجرة": "the tree",
}
_ENDINGS: Final = {
    "": "",
    " أمس": " yesterday",
    " اليوم": " today",
    " في المدينة": " in the city",
    " في السوق": " at the market",
    " قرب النهر": " near the river",
    " بعد 3 أيام": " after 3 days",
}
_PAIRS: Final = 800
_HELD_OUT_PAIRS: Final = 40
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


def toy_pairs(seed: int = 5) -> list[Pair]:
    """Make sentences of the toy's words, each another."""
    sentences = itertools.product(
        _SUBJECTS.items(), _VERBS.items(), _OBJECTS.items(), _ENDINGS.items()
    )
    return [
        Pair(
            "gen_toy",
            f"{verb[0]} {subject[0]} {thing[0]}{ending[0]}.",
            f"{subject[1].capitalize()} {verb[1]} {thing[1]}{ending[1]}.",
        )
        for subject, verb, thing, ending in random.Random(seed).sample(list(sentences), _PAIRS)
    ]


def write_toy(folder: Path) -> None:
    """Write `pairs.tsv`, with some pairs that cleaning must drop, and `held-out/toy.{ar,en}`."""
    pairs = toy_pairs()
    held_out, training = pairs[:_HELD_OUT_PAIRS], pairs[_HELD_OUT_PAIRS:]
    (folder / "held-out").mkdir(parents=True, exist_ok=True)
    for side in ("ar", "en"):
        sentences = (pair.arabic if side == "ar" else pair.english for pair in held_out)
        path = folder / "held-out" / f"toy.{side}"
        path.write_text("".join(f"{each}\n" for each in sentences), encoding="utf-8")
    rows = [*training, *_bad_pairs(training, held_out)]
    lines = (f"{each.origin}\t{each.arabic}\t{each.english}\n" for each in rows)
    (folder / "pairs.tsv").write_text("".join(lines), encoding="utf-8")


def _bad_pairs(training: Sequence[Pair], held_out: Sequence[Pair]) -> Iterator[Pair]:
    yield training[0]
    yield held_out[0]
    yield Pair("gen_toy", training[1].english, training[1].english)
    yield Pair("gen_toy", training[2].arabic, " ".join(each.english for each in training[:9]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the toy and its release from the command line."""
    parser = argparse.ArgumentParser(prog="python -m models.training.toy", description=__doc__)
    parser.add_argument("out", type=Path, help="folder of everything")
    parser.add_argument("--minutes", type=float, default=0.3, help="of training (default: 0.3)")
    options = parser.parse_args(arguments)
    write_toy(options.out)
    dev = options.out / "held-out" / "toy"
    minutes = ("--minutes", "--total-minutes", "--fall-minutes")
    training = _TRAINING | dict.fromkeys(minutes, options.minutes)
    recipe.main(
        [
            *(str(options.out / "pairs.tsv"), "--held-out", str(dev.parent), "--dev", str(dev)),
            *("--out", str(options.out), "--name", "toy", "--pieces", str(_PIECES)),
            *(str(word) for option in training.items() for word in option),
        ]
    )


if __name__ == "__main__":
    sys.exit(run_step(main))
