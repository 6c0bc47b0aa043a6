"""Documents through the pipeline with an engine of the test's choice."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

from tarjama_server.batching import Batcher
from tarjama_server.engine import Engine
from tarjama_server.pipeline.document import DocumentStep, translate_document
from tarjama_server.pipeline.model import Flag, Options, ServedModel, TranslatedSegment


@asynccontextmanager
async def model_with(model: ServedModel, engine: Engine) -> AsyncGenerator[ServedModel, None]:
    """`model`, run by `engine`."""
    batcher = Batcher(engine, worker_count=1, max_batch_tokens=1024)
    batcher.start()
    try:
        yield replace(model, batcher=batcher)
    finally:
        await batcher.stop()


async def chunked(chunks: Iterable[str]) -> AsyncGenerator[str, None]:
    for chunk in chunks:
        yield chunk


async def steps_of(
    model: ServedModel, engine: Engine, text: str, options: Options | None = None
) -> list[DocumentStep]:
    async with model_with(model, engine) as served:
        steps = translate_document(served, chunked([text]), options or Options())
        async with aclosing(steps):
            return [step async for step in steps]


async def segment_of(
    model: ServedModel, engine: Engine, text: str, options: Options | None = None
) -> TranslatedSegment:
    """The only segment of `text`."""
    (step,) = await steps_of(model, engine, text, options)
    return step.segment


REPAIR_FLAGS = frozenset({Flag.REPAIRED, Flag.DEGENERATE})
