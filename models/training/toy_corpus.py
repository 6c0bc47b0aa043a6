"""A made-up corpus of a few words, small enough to learn in seconds."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

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
