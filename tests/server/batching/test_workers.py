import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from tarjama_server.batching import Batcher, Priority
from tarjama_server.batching.cost import CostModel
from tarjama_server.engine import Decoding, Hypothesis
from tests.server.batching.queueing import (
    BEAM,
    GREEDY,
    fail_on_poison,
    finished,
    running,
    sentence,
)
from tests.server.scripted_engine import ScriptedEngine


async def test_batches_in_flight_can_be_seen_from_another_thread() -> None:
    engine = ScriptedEngine()
    async with running(engine, worker_count=2, max_batch_tokens=64) as batcher:
        assert batcher.in_flight() == []
        engine.hold()
        futures = [batcher.submit(sentence(30), GREEDY, Priority.BULK) for _ in range(3)]
        for _ in range(2):
            await asyncio.to_thread(engine.wait_for_batch)
        flights = await asyncio.to_thread(batcher.in_flight)
        assert sorted(flight.sentence_count for flight in flights) == [1, 2]
        assert all(flight.estimate_s is None for flight in flights)
        assert all(flight.began <= time.monotonic() for flight in flights)
        engine.release()
        await finished(futures)
        assert batcher.in_flight() == []
        engine.hold()
        futures = [batcher.submit(sentence(30), GREEDY, Priority.BULK)]
        await asyncio.to_thread(engine.wait_for_batch)
        (flight,) = batcher.in_flight()
        assert flight.estimate_s == batcher.estimate_s(30, GREEDY)
        engine.release()
        await finished(futures)


@pytest.mark.parametrize(
    ("priority", "ready_priority", "count", "ready"),
    [
        (Priority.INTERACTIVE, Priority.INTERACTIVE, 6, [2]),
        (Priority.BULK, Priority.BULK, 6, [2]),
        # It would go before what comes next.
        (Priority.BULK, Priority.INTERACTIVE, 6, []),
        # What comes next would make it fuller.
        (Priority.INTERACTIVE, Priority.INTERACTIVE, 1, []),
    ],
)
async def test_while_workers_are_busy_one_full_batch_is_ready(
    priority: Priority, ready_priority: Priority, count: int, ready: list[int]
) -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with running(engine, max_batch_tokens=64, ready_priority=ready_priority) as batcher:
        first = batcher.submit(sentence(60, "first"), GREEDY, Priority.INTERACTIVE)
        await asyncio.to_thread(engine.wait_for_batch)
        futures = [batcher.submit(sentence(30), GREEDY, priority) for _ in range(count)]
        if ready:
            await asyncio.to_thread(engine.wait_for_batch)
        await asyncio.sleep(0.05)
        assert [len(batch.sentences) for batch in engine.batches[1:]] == ready
        (flight,) = batcher.in_flight()
        assert flight.sentence_count == 1
        engine.release()
        await finished([first, *futures])
        assert batcher.in_flight() == []


async def test_a_ready_batch_may_end_before_those_before_it() -> None:
    go = threading.Event()

    class Overtaking(ScriptedEngine):
        def translate(
            self, batch: Sequence[Sequence[str]], decoding: Decoding
        ) -> list[list[Hypothesis]]:
            results = super().translate(batch, decoding)
            if batch[0][0].startswith("▁first"):
                assert go.wait(30)
            return results

    async with running(Overtaking(), max_batch_tokens=64) as batcher:
        first = batcher.submit(sentence(64, "first"), GREEDY, Priority.INTERACTIVE)
        await asyncio.sleep(0)
        ready = [batcher.submit(sentence(64), GREEDY, Priority.INTERACTIVE) for _ in range(2)]
        async with asyncio.timeout(30):
            assert [len(await each) for each in ready] == [1, 1]
        assert not first.done()
        assert len(batcher.in_flight()) == 1
        go.set()
        await finished([first])
        assert batcher.estimate_s(60, GREEDY) > 0


async def test_idle_workers_part_what_waits_evenly() -> None:
    engine = ScriptedEngine()
    engine.hold()  # One that has ended already would take a part again.
    cost = CostModel()
    # All of it grows with the work: as on a CPU.
    for work in (100_000, 10_000) * 10:
        cost.observe(work, work * 1e-4)
    batcher = Batcher(engine, worker_count=4, max_batch_tokens=1024, cost=cost)
    batcher.start()
    futures = [batcher.submit(sentence(30), BEAM, Priority.BULK) for _ in range(10)]
    for _ in range(4):
        await asyncio.to_thread(engine.wait_for_batch)
    engine.release()
    await finished(futures)
    await batcher.stop()
    assert sorted(len(batch.sentences) for batch in engine.batches) == [2, 2, 3, 3]


async def test_a_batch_that_fails_is_in_flight_no_longer() -> None:
    engine = ScriptedEngine(fail_on_poison)
    async with running(engine) as batcher:
        await finished([batcher.submit(sentence(10, "poison"), GREEDY, Priority.BULK)])
        assert batcher.in_flight() == []


async def test_workers_run_as_many_batches_at_once_as_there_are_workers() -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with running(engine, worker_count=3, max_batch_tokens=64) as batcher:
        futures = [batcher.submit(sentence(40), GREEDY, Priority.BULK) for _ in range(5)]
        for _ in range(3):
            await asyncio.to_thread(engine.wait_for_batch)
        assert len(engine.batches) == 3
        with pytest.raises(AssertionError):
            await asyncio.to_thread(engine.wait_for_batch, 0.05)
        engine.release()
        await finished(futures)
    assert len(engine.batches) == 5
