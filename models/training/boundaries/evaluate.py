"""Measures where run-on Arabic is cut against where its sentences were joined.

Prints Markdown tables: precision, recall and F1 of the cuts, beside baselines and without each part
of the decision; and with `--reference` the chrF of whole documents, translated piece by piece.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from runons import ALL_MARKS, FINAL_MARKS, RunOn, join_sentences, strip_marks
from sacrebleu.metrics.chrf import CHRF

from tarjama_server.engine import CTranslate2Engine, Decoding
from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.cutting import Cutter, CutWeights
from tarjama_server.segmenter.openers import Opener, find_opener, plain_words
from tarjama_server.tokenizer import Tokenizer

GROUPING_SEED = 7
FIXED_WORD_COUNTS = (8, 12, 16, 20, 30)
MARKS = {"all marks off": ALL_MARKS, "final marks off": FINAL_MARKS}
DEFAULTS = CutWeights()
ABLATIONS = {
    "the Cutter": DEFAULTS,
    "without openers": replace(DEFAULTS, report=0.0, turn=0.0, bound=0.0),
    "without length costs": replace(DEFAULTS, long_piece=0.0, short_piece=0.0),
    "without the learned scorer": replace(DEFAULTS, scorer=0.0),
    "the learned scorer alone": CutWeights(
        strong_mark=0.0,
        report=0.0,
        turn=0.0,
        bound=0.0,
        protected=0.0,
        long_piece=0.0,
        short_piece=0.0,
    ),
}

CutWords = Callable[[Sequence[str]], list[int]]
"""Takes the words of a run-on text; returns how many words are before each cut."""


def fixed_cuts(word_count: int) -> CutWords:
    """Cut every `word_count` words."""
    return lambda words: list(range(word_count, len(words), word_count))


def opener_cuts(words: Sequence[str]) -> list[int]:
    """Cut before each word of the lexicon that opens a sentence."""
    plain = plain_words(words)
    return [
        index
        for index in range(1, len(words))
        if find_opener(plain, index) in (Opener.REPORT, Opener.TURN)
    ]


class CutterCuts:
    """Cuts as the server does."""

    def __init__(self, tokenizer: Tokenizer, weights: CutWeights, limits: tuple[int, int]) -> None:
        self._tokenizer = tokenizer
        self._cutter = Cutter(BoundaryScorer.load(), weights=weights)
        self._limits = limits

    def __call__(self, words: Sequence[str]) -> list[int]:
        """See `CutWords`."""
        text = " ".join(words)
        preferred_tokens, max_tokens = self._limits
        offsets = self._cutter.cut(
            text,
            self._tokenizer.token_starts(text),
            preferred_tokens=preferred_tokens,
            max_tokens=max_tokens,
            terminated=False,
        )
        return [text.count(" ", 0, offset) for offset in offsets]


def boundary_scores(run_ons: Iterable[RunOn], cut_words: CutWords) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the cuts against the joins."""
    hit_count = cut_count = join_count = 0
    for run_on in run_ons:
        cuts = cut_words(run_on.words)
        hit_count += len(set(cuts) & set(run_on.joins))
        cut_count += len(cuts)
        join_count += len(run_on.joins)
    precision, recall = hit_count / max(1, cut_count), hit_count / join_count
    return precision, recall, 2 * hit_count / (cut_count + join_count)


def print_single_sentences(sentences: Sequence[str], cut_words: CutWords) -> None:
    """Print how many sentences are cut that stand alone, without marks: the fewer the better."""
    cut_count = sum(bool(cut_words(strip_marks(line.split(), ALL_MARKS))) for line in sentences)
    print(f"\nOf {len(sentences)} single sentences without marks, {cut_count} are cut.")


def translate(
    tokenizer: Tokenizer, engine: CTranslate2Engine, run_ons: Sequence[RunOn], cut_words: CutWords
) -> list[str]:
    """Translate run-on texts piece by piece, and join the translations of each."""
    pieces = []
    for index, run_on in enumerate(run_ons):
        cuts = [0, *cut_words(run_on.words), len(run_on.words)]
        for start, end in pairwise(cuts):
            encoded = tokenizer.encode(" ".join(run_on.words[start:end]))
            pieces.append((index, encoded.tokens))
    translations: list[list[str]] = [[] for _ in run_ons]
    # Sentences of like length are translated together: several times faster, the same result.
    order = sorted(range(len(pieces)), key=lambda number: len(pieces[number][1]))
    texts = [""] * len(pieces)
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        hypotheses = engine.translate([pieces[n][1] for n in batch], Decoding(beam_size=4))
        for number, best in zip(batch, hypotheses, strict=True):
            texts[number] = tokenizer.decode(best[0].tokens)
    for (index, _), text in zip(pieces, texts, strict=True):
        translations[index].append(text)
    return [" ".join(parts) for parts in translations]


def print_boundaries(sentences: Sequence[str], methods: dict[str, CutWords]) -> None:
    """Print the table of precision, recall and F1."""
    columns = [
        join_sentences(sentences, marks=marks, seed=GROUPING_SEED) for marks in MARKS.values()
    ]
    print("| cuts | " + " | ".join(f"{name}: P / R / F1" for name in MARKS) + " |")
    print("|---" * (1 + len(MARKS)) + "|")
    for name, cut_words in methods.items():
        cells = [
            " / ".join(f"{score:.3f}" for score in boundary_scores(column, cut_words))
            for column in columns
        ]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def print_chrf(
    sentences: Sequence[str],
    references: Sequence[str],
    methods: dict[str, CutWords],
    translator: tuple[Tokenizer, CTranslate2Engine],
) -> None:
    """Print the chrF of documents of eight sentences without marks."""
    run_ons = join_sentences(sentences, marks=ALL_MARKS, seed=0, smallest=8, largest=8)
    documents = [" ".join(references[line] for line in run_on.lines) for run_on in run_ons]
    joins = {" ".join(run_on.words): run_on.joins for run_on in run_ons}
    methods = {"at the joins (line by line)": lambda words: joins[" ".join(words)]} | methods
    print(f"\n| cuts | document chrF, {len(sentences)} lines |\n|---|---|")
    for name, cut_words in methods.items():
        score = CHRF().corpus_score(translate(*translator, run_ons, cut_words), [documents])
        print(f"| {name} | {score.score:.2f} |", flush=True)


def main() -> None:
    """Print the tables to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=Path, required=True, help="Arabic, one a line")
    parser.add_argument("--reference", type=Path, help="their translations, one a line")
    parser.add_argument("--model", type=Path, required=True, help="folder of a converted model")
    parser.add_argument("--preferred-tokens", type=int, default=40)
    parser.add_argument("--max-tokens", type=int, default=80)
    parser.add_argument("--chrf-lines", type=int, default=320, help="lines to translate")
    arguments = parser.parse_args()
    sentences = arguments.sentences.read_text(encoding="utf-8").splitlines()
    tokenizer = Tokenizer(arguments.model, normalization="sentencepiece")
    limits = (arguments.preferred_tokens, arguments.max_tokens)
    fixed = {f"every {count} words": fixed_cuts(count) for count in FIXED_WORD_COUNTS}
    ours = {name: CutterCuts(tokenizer, weights, limits) for name, weights in ABLATIONS.items()}
    print_boundaries(sentences, {**fixed, "opener lexicon alone": opener_cuts, **ours})
    print_single_sentences(sentences, ours["the Cutter"])
    if arguments.reference:
        references = arguments.reference.read_text(encoding="utf-8").splitlines()
        engine = CTranslate2Engine(arguments.model)
        chosen = {name: ours[name] for name in ("the Cutter", "the learned scorer alone")}
        count = arguments.chrf_lines
        print_chrf(sentences[:count], references[:count], fixed | chosen, (tokenizer, engine))


if __name__ == "__main__":
    main()
