import asyncio
from contextlib import ExitStack

import pytest

from tarjama_server.admission import Admission, QueueFull
from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Decoding
from tests.server.scripted_engine import ScriptedEngine

GREEDY = Decoding(beam_size=1)


def idle_batcher() -> Batcher:
    return Batcher(ScriptedEngine(), worker_count=1, max_batch_tokens=1024)


def test_calls_are_admitted_up_to_the_limit_and_again_when_one_ends() -> None:
    admission = Admission(max_calls=2, max_pending_tokens=1000)
    batcher = idle_batcher()
    with ExitStack() as calls:
        for _ in range(2):
            calls.enter_context(admission.admit(batcher))
        assert admission.call_count == 2
        with pytest.raises(QueueFull, match=r"2 calls .* limit is 2"), admission.admit(batcher):
            pass
        assert admission.call_count == 2
    with admission.admit(batcher):
        assert admission.call_count == 1


def test_a_call_that_fails_is_counted_out() -> None:
    admission = Admission(max_calls=1, max_pending_tokens=1000)
    with pytest.raises(RuntimeError), admission.admit(idle_batcher()):
        raise RuntimeError
    assert admission.call_count == 0


async def test_a_full_queue_refuses_calls_with_a_pause_that_fits_its_length() -> None:
    admission = Admission(max_calls=10, max_pending_tokens=100)
    engine = ScriptedEngine()
    batcher = Batcher(engine, worker_count=1, max_batch_tokens=1024)
    batcher.start()
    await asyncio.wait_for(batcher.submit(["▁a"], GREEDY, Priority.BULK), 30)
    engine.hold()
    waiting = batcher.submit(["▁a"] * 99, GREEDY, Priority.BULK)
    rate = batcher.positions_per_s
    with (
        pytest.raises(QueueFull, match=r"100 tokens .* limit is 100") as refused,
        admission.admit(batcher),
    ):
        pass
    assert refused.value.retry_after_s == min(max(100 / rate, 0.1), 30)
    engine.release()
    await asyncio.wait_for(waiting, 30)
    await batcher.stop()
    with admission.admit(batcher):
        pass


@pytest.mark.parametrize(
    ("pending", "rate", "expected_s"),
    [(0, 0.0, 3.0), (10, 1000.0, 0.1), (200, 100.0, 2.0), (9999, 1.0, 30.0)],
)
def test_the_pause_is_as_long_as_the_work_that_waits_within_bounds(
    pending: int, rate: float, expected_s: float
) -> None:
    batcher = idle_batcher()
    batcher.pending_positions, batcher.positions_per_s = pending, rate
    admission = Admission(max_calls=0, max_pending_tokens=1)
    with pytest.raises(QueueFull) as refused, admission.admit(batcher):
        pass
    assert refused.value.retry_after_s == expected_s
