"""What a model does before its first caller."""

import asyncio
from dataclasses import replace

import pytest

from tarjama_server.batching import Batcher
from tarjama_server.cache import TranslationCache
from tarjama_server.engine import Decoding, EngineError
from tarjama_server.observability.metrics import Metrics
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.pipeline.warm_up import warm_up
from tests.server.observability.samples import value
from tests.server.scripted_engine import ScriptedEngine, Tokens

MAX_BATCH_TOKENS = 256


def watched(model: ServedModel, engine: ScriptedEngine, metrics: Metrics) -> ServedModel:
    batcher = Batcher(engine, worker_count=1, max_batch_tokens=MAX_BATCH_TOKENS)
    return replace(
        model,
        batcher=batcher,
        cache=TranslationCache(1 << 20, metrics.cache),
        metrics=metrics.add_model("m", version="1", checksum="c"),
    )


async def test_a_short_batch_and_a_full_one_are_computed(bundled_model: ServedModel) -> None:
    engine = ScriptedEngine()
    model = watched(bundled_model, engine, Metrics())
    model.batcher.start()
    await asyncio.wait_for(warm_up(model), 30)
    await model.batcher.stop()
    short, full = engine.batches
    assert len(short.sentences) == 1
    assert short.lengths[0] < 16
    # The default batch has no room for one more.
    assert sum(full.lengths) <= MAX_BATCH_TOKENS < sum(full.lengths) + full.lengths[0]
    assert short.decoding.beam_size == full.decoding.beam_size


async def test_nothing_of_it_is_counted_or_cached(bundled_model: ServedModel) -> None:
    metrics = Metrics()
    model = watched(bundled_model, ScriptedEngine(), metrics)
    model.batcher.start()
    await asyncio.wait_for(warm_up(model), 30)
    await model.batcher.stop()
    assert value(metrics.registry, "segments_total", model="m") == 0
    assert value(metrics.registry, "cache_entries") == 0


async def test_an_engine_that_fails_fails_it(bundled_model: ServedModel) -> None:
    def broken(tokens: Tokens, decoding: Decoding) -> list[str]:
        raise EngineError("no memory")

    model = watched(bundled_model, ScriptedEngine(broken), Metrics())
    model.batcher.start()
    with pytest.raises(EngineError, match="no memory"):
        await asyncio.wait_for(warm_up(model), 30)
    await model.batcher.stop()
