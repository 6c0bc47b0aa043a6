from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from tarjama_server.batching import Batcher
from tarjama_server.calibration import CalibrationError, Measurement, Pair, measure
from tarjama_server.engine import Decoding, Engine, Hypothesis
from tarjama_server.guard.degeneration import DEFAULT_RATIO_HIGH
from tarjama_server.model_store import bundled_models_dir
from tarjama_server.model_store.manifest import (
    LOW_CONFIDENCE_PERCENTILE,
    SCORE_PERCENTILES,
    TokenLimits,
)
from tarjama_server.pipeline.model import Flag, ServedModel
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

MODEL_DIR = bundled_models_dir() / "ar-en-small"
SENTENCE = "قال الوزير إن الحكومة ستعقد اجتماعا في بغداد يوم الثلاثاء لبحث الأزمة"
RELEASE = TokenLimits(max_source_tokens=90, preferred_source_tokens=40, max_target_tokens=256)
LONG_SENTENCE = f"{SENTENCE}، وأضاف أن {SENTENCE}"


class UnsureEngine:
    """Echoes; a sentence in which the number n stands has the mean log-probability -n / 100."""

    def translate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        results = []
        for tokens in batch:
            number = int("".join(letter for letter in "".join(tokens) if letter.isdecimal()))
            results.append([Hypothesis(tuple(echo(tuple(tokens), decoding)), -number / 100)])
        return results


@asynccontextmanager
async def served(bundled_model: ServedModel, engine: Engine) -> AsyncGenerator[ServedModel, None]:
    batcher = Batcher(engine, worker_count=1, max_batch_tokens=1024)
    batcher.start()
    manifest = replace(bundled_model.manifest, calibration=None)
    try:
        yield replace(bundled_model, manifest=manifest, batcher=batcher)
    finally:
        await batcher.stop()


@pytest.fixture
def reference_for(bundled_model: ServedModel) -> Callable[[str, float], str]:
    """Makes a reference of so many target tokens per source token."""

    def make(source: str, ratio: float) -> str:
        return " ".join(["the"] * round(ratio * len(bundled_model.tokenizer.encode(source).tokens)))

    return make


async def measured(
    bundled_model: ServedModel, pairs: Sequence[Pair], engine: Engine | None = None
) -> Measurement:
    async with served(bundled_model, engine or ScriptedEngine()) as model:
        return await measure(model, MODEL_DIR, pairs, lambda share: None, release=RELEASE)


async def test_length_limits_lie_around_the_ratios_of_the_references(
    bundled_model: ServedModel, reference_for: Callable[[str, float], str]
) -> None:
    pairs = [Pair(SENTENCE, reference_for(SENTENCE, 1.0))] * 200
    calibration = (await measured(bundled_model, pairs)).calibration
    assert (calibration.length_ratio_low, calibration.length_ratio_high) == (0.66, 1.5)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param([(SENTENCE, 30.0)], id="a pair that is no translation"),
        pytest.param([(SENTENCE, 0.1)], id="a cut one"),
        pytest.param([("نعم", 6.0)] * 100, id="short ones"),
    ],
)
async def test_length_limits_do_not_follow_a_few_odd_pairs(
    bundled_model: ServedModel,
    reference_for: Callable[[str, float], str],
    others: list[tuple[str, float]],
) -> None:
    pairs = [Pair(SENTENCE, reference_for(SENTENCE, 1.0))] * 250
    pairs += [Pair(source, reference_for(source, ratio)) for source, ratio in others]
    calibration = (await measured(bundled_model, pairs)).calibration
    assert (calibration.length_ratio_low, calibration.length_ratio_high) == (0.66, 1.5)


async def test_too_few_long_pairs_are_refused_before_anything_is_translated(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine()
    pairs = [Pair(SENTENCE, "Text.")] * 199 + [Pair("نعم", "Yes.")] * 1000
    with pytest.raises(CalibrationError, match=r"199 pairs have 10 or more .* at least 200"):
        await measured(bundled_model, pairs, engine)
    assert engine.batches == []


async def test_score_percentiles_are_those_of_the_segments(
    bundled_model: ServedModel, reference_for: Callable[[str, float], str]
) -> None:
    pairs = [
        Pair(f"{number} {SENTENCE}", reference_for(SENTENCE, 1.0)) for number in range(100, 300)
    ]
    measurement = await measured(bundled_model, pairs, UnsureEngine())
    scores = [-number / 100 for number in range(100, 300)]
    expected = dict(
        zip(SCORE_PERCENTILES, np.percentile(scores, SCORE_PERCENTILES).round(2), strict=True)
    )
    assert measurement.before.scores == measurement.after.scores == tuple(scores)
    assert measurement.calibration.score_percentiles == pytest.approx(expected, abs=0.011)


async def test_as_many_segments_as_the_percentile_says_are_of_low_confidence_afterwards(
    bundled_model: ServedModel, reference_for: Callable[[str, float], str]
) -> None:
    pairs = [
        Pair(f"{number} {SENTENCE}", reference_for(SENTENCE, 1.0)) for number in range(100, 300)
    ]
    measurement = await measured(bundled_model, pairs, UnsureEngine())
    assert measurement.before.share(Flag.LOW_CONFIDENCE) == 0
    share = measurement.after.share(Flag.LOW_CONFIDENCE)
    assert share == pytest.approx(LOW_CONFIDENCE_PERCENTILE / 100, abs=0.006)


async def test_output_longer_than_any_reference_is_caught_once_calibrated(
    bundled_model: ServedModel, reference_for: Callable[[str, float], str]
) -> None:
    def too_much(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return echo((*tokens, *(f"{token} again" for token in tokens)), decoding)

    assert DEFAULT_RATIO_HIGH > 2
    pairs = [Pair(LONG_SENTENCE, reference_for(LONG_SENTENCE, 0.9))] * 200
    measurement = await measured(bundled_model, pairs, ScriptedEngine(too_much))
    alarms = [
        outcome.share(Flag.REPAIRED) + outcome.share(Flag.DEGENERATE)
        for outcome in (measurement.before, measurement.after)
    ]
    assert alarms == [0, 1]


async def test_sentences_beyond_the_measured_limit_are_cut_from_then_on(
    bundled_model: ServedModel, reference_for: Callable[[str, float], str]
) -> None:
    def forget(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return echo(tokens[:50], decoding)

    long = f"{LONG_SENTENCE}، كما {SENTENCE}."
    pairs = [Pair(SENTENCE, reference_for(SENTENCE, 1.0))] * 200
    pairs += [Pair(long, reference_for(long, 1.0))] * 5
    measurement = await measured(bundled_model, pairs, ScriptedEngine(forget))
    assert measurement.limits == replace(RELEASE, max_source_tokens=50)
    assert len(measurement.before.scores) == 205
    assert len(measurement.after.scores) > 205


async def test_progress_goes_from_0_to_1(bundled_model: ServedModel) -> None:
    shares: list[float] = []
    pairs = [Pair(SENTENCE, "Text and more of it.")] * 200
    async with served(bundled_model, ScriptedEngine()) as model:
        await measure(model, MODEL_DIR, pairs, shares.append, release=RELEASE)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 400


async def test_an_engine_that_fails_fails_the_measuring(bundled_model: ServedModel) -> None:
    def fail(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        raise RuntimeError("the engine failed")

    with pytest.raises(RuntimeError, match="the engine failed"):
        await measured(bundled_model, [Pair(SENTENCE, "Text.")] * 200, ScriptedEngine(fail))
