"""What the batcher's tests share: sentences by length, and batchers that run or wait."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Decoding, EngineError, Hypothesis
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

GREEDY = Decoding(beam_size=1)
BEAM = Decoding(beam_size=4)


def sentence(length: int, name: str = "w") -> list[str]:
    """A sentence of `length` positions, `</s>` counted."""
    return [f"▁{name}{number}" for number in range(length - 1)]


@asynccontextmanager
async def running(
    engine: ScriptedEngine,
    *,
    worker_count: int = 1,
    max_batch_tokens: int = 1024,
    ready_priority: Priority = Priority.INTERACTIVE,
) -> AsyncGenerator[Batcher, None]:
    batcher = Batcher(engine, worker_count=worker_count, max_batch_tokens=max_batch_tokens)
    batcher.start(ready_priority)
    try:
        yield batcher
    finally:
        engine.release()
        await batcher.stop()


@asynccontextmanager
async def queueing(
    engine: ScriptedEngine, *, max_batch_tokens: int = 1024
) -> AsyncGenerator[Batcher, None]:
    """Run a batcher whose one worker is busy, until the engine is released, with a first batch."""
    engine.hold()
    async with running(engine, max_batch_tokens=max_batch_tokens) as batcher:
        batcher.submit(sentence(2, "first"), GREEDY, Priority.INTERACTIVE)
        await asyncio.to_thread(engine.wait_for_batch)
        yield batcher


async def finished(futures: Sequence[asyncio.Future[list[Hypothesis]]]) -> None:
    async with asyncio.timeout(30):
        await asyncio.wait(futures)


def names(sentences: Sequence[Tokens]) -> list[str]:
    return [tokens[0].strip("▁0") for tokens in sentences]


def fail_on_poison(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    if tokens[0].startswith("▁poison"):
        raise EngineError("poisoned")
    return echo(tokens, decoding)
