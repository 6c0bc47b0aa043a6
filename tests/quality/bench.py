"""Measures a service: every measurement on every corpus that it suits."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tarjama import Translation
from tarjama_server.engine import EngineError
from tarjama_server.model_store.errors import ModelStoreError
from tests.quality.corpora import DEV, DEVTEST, Corpus
from tests.quality.coverage import Coverage, measure_coverage
from tests.quality.cutting import (
    BARE_LINES,
    LINES,
    SERVICE,
    WITH_STOPS,
    CuttingScores,
    CuttingTest,
    run_cutting_test,
)
from tests.quality.flags import FlagRates, ScoreWorth, flag_rates, score_worth
from tests.quality.repairs import RepairedLine, load_unguarded, repaired_lines
from tests.quality.scoring import CorpusScores, Floats, chrf2_of_each, corpus_scores
from tests.quality.seed import SeedResult, measure_seed
from tests.quality.service import Service, Target

GROUPING_SEED = 11
"""Of the sizes of run-on groups and the draws of the bootstrap."""


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """The model that translated: see `tarjama.Model`."""

    name: str
    version: str
    checksum: str
    calibrated: bool
    beam_size: int


@dataclass(frozen=True, slots=True)
class RepairGain:
    """What repairs did to the lines that have any.

    Attributes:
        line_count: such lines.
        mean_gain: mean chrF2 after, less before; None without such lines.
        worse_count: lines whose chrF2 fell.
    """

    line_count: int
    mean_gain: float | None
    worse_count: int


@dataclass(frozen=True, slots=True)
class LineFindings:
    """One corpus translated line by line.

    Attributes:
        corpus: its title.
        licence: of the corpus.
        extent: lines used.
        scores: of the corpus.
        flags: of all segments.
        worth: of the scores that the service gives.
        repairs: None if the model cannot be run without the guard, as it is on another machine.
    """

    corpus: str
    licence: str
    extent: str
    scores: CorpusScores
    flags: FlagRates
    worth: ScoreWorth
    repairs: RepairGain | None


@dataclass(frozen=True, slots=True)
class RunOnFindings:
    """The run-on test on one corpus.

    Attributes:
        scores: of the ways to cut.
        coverage: of some of them.
        flags: of the segments that the service cut.
    """

    scores: CuttingScores
    coverage: Coverage
    flags: FlagRates


@dataclass(frozen=True, slots=True)
class Findings:
    """All figures."""

    model: ModelUsed
    grouping_seed: int
    lines: Sequence[LineFindings]
    run_ons: Sequence[RunOnFindings]
    article: SeedResult


@dataclass(frozen=True, slots=True)
class LineTexts:
    """One corpus translated line by line, to be read."""

    corpus: Corpus
    translations: Sequence[Translation]
    chrf2: Floats
    repaired: Sequence[RepairedLine]


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures, and the text that they come from."""

    findings: Findings
    lines: Sequence[LineTexts]
    run_ons: Sequence[CuttingTest]
    article: Translation


def measure(
    service: Service, target: Target, corpora: Mapping[str, Corpus], *, report_devtest: bool
) -> Measured:
    """Measure all there is to measure.

    Args:
        service: what to measure.
        target: where the service comes from.
        corpora: text, by name.
        report_devtest: whether to cut devtest in all ways too. Not for choosing settings.
    """
    line_pairs = [_measure_lines(service, target, corpus) for corpus in corpora.values()]
    tests, run_ons = [], []
    for name in _run_on_names(corpora, report_devtest=report_devtest):
        _say(f"run-on test: {corpora[name].title}")
        test = run_cutting_test(service, corpora[name], seed=GROUPING_SEED)
        tests.append(test)
        run_ons.append(_run_on_findings(service, corpora[name], test))
    _say("seed article")
    article, article_translation = measure_seed(service)
    model = service.model
    used = ModelUsed(
        model.name,
        model.version,
        model.checksum,
        model.calibrated,
        model.decoding_defaults.beam_size,
    )
    findings = Findings(
        used, GROUPING_SEED, [figures for figures, _ in line_pairs], run_ons, article
    )
    return Measured(findings, [texts for _, texts in line_pairs], tests, article_translation)


def _run_on_names(corpora: Mapping[str, Corpus], *, report_devtest: bool) -> list[str]:
    """The corpora to make run-on text of: dev if there is one, else whatever there is."""
    chosen = [DEV] if DEV in corpora else [name for name in corpora if name != DEVTEST]
    return [*chosen, DEVTEST] if report_devtest and DEVTEST in corpora else chosen


def _measure_lines(
    service: Service, target: Target, corpus: Corpus
) -> tuple[LineFindings, LineTexts]:
    _say(f"line by line: {corpus.title}")
    translations = service.translate(corpus.sources)
    outputs = [translation.text for translation in translations]
    chrf2 = chrf2_of_each(outputs, corpus.references)
    repaired = _undo_repairs(target, corpus, translations)
    figures = LineFindings(
        corpus.title,
        corpus.licence,
        corpus.extent,
        corpus_scores(outputs, corpus.references),
        flag_rates(translations),
        score_worth(translations, chrf2),
        None if repaired is None else _repair_gain(repaired),
    )
    return figures, LineTexts(corpus, translations, chrf2, repaired or ())


def _undo_repairs(
    target: Target, corpus: Corpus, translations: Sequence[Translation]
) -> list[RepairedLine] | None:
    if target.server is not None:
        return None
    try:
        model = load_unguarded(target.model, target.models_dir)
    except (ModelStoreError, EngineError) as error:
        _say(f"repairs are not measured: {error}")
        return None
    return repaired_lines(model, corpus.sources, translations, corpus.references)


def _repair_gain(repaired: Sequence[RepairedLine]) -> RepairGain:
    gains = [line.gain for line in repaired]
    return RepairGain(
        len(gains),
        sum(gains) / len(gains) if gains else None,
        sum(gain < 0 for gain in gains),
    )


def _run_on_findings(service: Service, corpus: Corpus, test: CuttingTest) -> RunOnFindings:
    ways = (LINES, BARE_LINES + WITH_STOPS, SERVICE, test.scores.best_fixed)
    groups = [run_on.lines for run_on in test.run_ons]
    by_line = service.translate(corpus.sources)
    coverage = measure_coverage(
        {name: test.outputs[name] for name in ways},
        [[by_line[line].text for line in group] for group in groups],
        [[corpus.references[line] for line in group] for group in groups],
    )
    return RunOnFindings(test.scores, coverage, flag_rates(test.translations))


def _say(message: str) -> None:
    """Tell whoever waits what is being done."""
    print(message, file=sys.stderr, flush=True)
