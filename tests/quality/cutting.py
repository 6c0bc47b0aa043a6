"""The run-on test: the service's cuts against lines, fixed-size cuts and an opener lexicon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tarjama import Translation
from tests.quality.corpora import Corpus
from tests.quality.runon import (
    FIXED_WORD_COUNTS,
    BoundaryScores,
    RunOn,
    boundary_scores,
    fixed_starts,
    lexicon_starts,
    make_run_ons,
    pieces,
    strip_marks,
    with_stop,
)
from tests.quality.scoring import Floats, Interval, chrf2_of_each, corpus_scores, paired_bootstrap
from tests.quality.service import Service

LINES: Final = "line by line, as written"
BARE_LINES: Final = "line by line, bare"
SERVICE: Final = "the service's cuts"
LEXICON: Final = "opener lexicon"
WITH_STOPS: Final = ", with stops"


def fixed_name(word_count: int) -> str:
    """What the cuts every `word_count` words are called."""
    return f"every {word_count} words"


@dataclass(frozen=True, slots=True)
class CutScores:
    """How one way of cutting did.

    Attributes:
        chrf2: mean of the documents' chrF2.
        bleu: of the corpus of documents.
        service_gain: mean chrF2 of the service's cuts less this one's, over documents. None for
            the service's cuts themselves.
        recut_count: pieces given as one that the service cut further.
    """

    chrf2: float
    bleu: float
    service_gain: Interval | None
    recut_count: int


@dataclass(frozen=True, slots=True)
class CuttingScores:
    """The run-on test on one corpus.

    Attributes:
        corpus: its title.
        document_count: run-on texts made of it.
        ways: scores of each way of cutting.
        boundaries: how well each way of cutting meets the joins.
    """

    corpus: str
    document_count: int
    ways: Mapping[str, CutScores]
    boundaries: Mapping[str, BoundaryScores]

    @property
    def best_fixed(self) -> str:
        """The fixed-size cuts of the highest chrF2 on this very corpus, with stops or without."""
        names = [fixed_name(count) for count in FIXED_WORD_COUNTS]
        return max(
            [*names, *(name + WITH_STOPS for name in names)],
            key=lambda name: self.ways[name].chrf2,
        )

    @property
    def lexicon_ratio(self) -> float | None:
        """F1 of the service's cuts over the opener lexicon's; None if that meets no join."""
        lexicon = self.boundaries[LEXICON].f1
        return self.boundaries[SERVICE].f1 / lexicon if lexicon else None

    def share_of(self, name: str) -> float:
        """ChrF2 of the service's cuts over that of another way."""
        return self.ways[SERVICE].chrf2 / self.ways[name].chrf2


@dataclass(frozen=True, slots=True)
class CuttingTest:
    """The run-on test on one corpus, with its text.

    Attributes:
        scores: what came out.
        run_ons: the documents.
        references: of the documents.
        translations: of the documents as they are.
        outputs: of each way of cutting, for each document.
    """

    scores: CuttingScores
    run_ons: Sequence[RunOn]
    references: Sequence[str]
    translations: Sequence[Translation]
    outputs: Mapping[str, Sequence[str]]


def run_cutting_test(service: Service, corpus: Corpus, *, seed: int) -> CuttingTest:
    """Join the lines of `corpus` to run-on texts, translate them cut in each way, and score."""
    run_ons = make_run_ons(corpus.sources, seed=seed)
    references = [" ".join(corpus.references[n] for n in run_on.lines) for run_on in run_ons]
    translations = service.translate([run_on.text for run_on in run_ons])
    cut = _cut_pieces(corpus, run_ons)
    translated = {name: _translate_pieces(service, pieces) for name, pieces in cut.items()}
    outputs = {name: outputs for name, (outputs, _) in translated.items()}
    outputs[SERVICE] = [translation.text.strip() for translation in translations]
    recut_counts = {name: count for name, (_, count) in translated.items()}
    scores = CuttingScores(
        corpus=corpus.title,
        document_count=len(run_ons),
        ways=_score(outputs, recut_counts, references, seed=seed),
        boundaries=_boundaries(run_ons, translations),
    )
    return CuttingTest(scores, run_ons, references, translations, outputs)


def _cut_pieces(corpus: Corpus, run_ons: Sequence[RunOn]) -> dict[str, list[list[str]]]:
    """For each way of cutting, the pieces of each document."""
    written = [[corpus.sources[line] for line in run_on.lines] for run_on in run_ons]
    ways = {BARE_LINES: [[strip_marks(line) for line in lines] for lines in written]}
    for count in FIXED_WORD_COUNTS:
        ways[fixed_name(count)] = [
            pieces(run_on.text, fixed_starts(run_on.text, count)) for run_on in run_ons
        ]
    cut = {LINES: written}
    for name, documents in ways.items():
        cut[name] = documents
        cut[name + WITH_STOPS] = [
            [with_stop(piece) for piece in document] for document in documents
        ]
    return cut


def _translate_pieces(
    service: Service, documents: Sequence[Sequence[str]]
) -> tuple[list[str], int]:
    """Translate each piece alone and join those of a document; count those the service cut."""
    translations = iter(service.translate([piece for pieces in documents for piece in pieces]))
    outputs = []
    recut_count = 0
    for document in documents:
        done = [next(translations) for _ in document]
        outputs.append(" ".join(translation.text.strip() for translation in done))
        recut_count += sum(len(translation.segments) > 1 for translation in done)
    return outputs, recut_count


def _score(
    outputs: Mapping[str, Sequence[str]],
    recut_counts: Mapping[str, int],
    references: Sequence[str],
    *,
    seed: int,
) -> dict[str, CutScores]:
    chrf2: dict[str, Floats] = {
        name: chrf2_of_each(texts, references) for name, texts in outputs.items()
    }
    return {
        name: CutScores(
            chrf2=float(chrf2[name].mean()),
            bleu=corpus_scores(texts, references).bleu,
            service_gain=None
            if name == SERVICE
            else paired_bootstrap(chrf2[SERVICE], chrf2[name], seed=seed),
            recut_count=recut_counts.get(name, 0),
        )
        for name, texts in outputs.items()
    }


def _boundaries(
    run_ons: Sequence[RunOn], translations: Sequence[Translation]
) -> dict[str, BoundaryScores]:
    made = {
        SERVICE: {
            run_on: [segment.source_span.start for segment in translation.segments]
            for run_on, translation in zip(run_ons, translations, strict=True)
        },
        LEXICON: {run_on: lexicon_starts(run_on.text) for run_on in run_ons},
        **{
            fixed_name(count): {run_on: fixed_starts(run_on.text, count) for run_on in run_ons}
            for count in FIXED_WORD_COUNTS
        },
    }
    return {name: boundary_scores(cuts) for name, cuts in made.items()}
