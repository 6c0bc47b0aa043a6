import asyncio
from pathlib import Path

import pytest

from tarjama_server.model_store.store import ModelStore
from tests.bench.load import LoadError, run_closed_loop
from tests.bench.sentences import SentencesError, load_sentences


def no_cpu() -> float:
    return 0.0


@pytest.mark.parametrize("caller_count", [1, 3, 64])
async def test_answers_come_in_the_order_of_the_requests(caller_count: int) -> None:
    async def call(request: bytes) -> bytes:
        await asyncio.sleep(0)
        return request.upper()

    requests = [f"r{number}".encode() for number in range(20)]
    load = await run_closed_loop([call] * caller_count, requests, no_cpu)
    assert load.answers == [request.upper() for request in requests]
    # The first call of every caller is a lead, if there are more.
    assert len(load.latencies_s) == (20 - caller_count if caller_count < 20 else 20)
    assert load.rate > 0
    # All callers are busy until enough is answered, so that many may be under way by then.
    assert 20 <= load.done_count < 20 + caller_count + 1


async def test_callers_make_one_call_at_a_time() -> None:
    busy = 0
    most = 0

    async def call(request: bytes) -> bytes:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        return request

    await run_closed_loop([call] * 4, [b""] * 40, no_cpu)
    assert most == 4


async def test_a_failed_call_ends_the_measurement() -> None:
    async def call(request: bytes) -> bytes:
        if request == b"bad":
            raise LoadError("the server answered INTERNAL: no")
        await asyncio.sleep(0)
        return request

    with pytest.raises(LoadError, match="INTERNAL"):
        await run_closed_loop([call] * 3, [b"good", b"bad", b"good"], no_cpu)


def test_sentences_are_spread_evenly_over_the_lines(tmp_path: Path) -> None:
    model = ModelStore(tmp_path).find("ar-en-small")
    everything = load_sentences(None, model)
    some = load_sentences(None, model, limit=10)
    assert everything.line_count == 200
    assert len(everything.sentences) >= 200
    assert len(some.sentences) == 10
    assert some.sentences[0] == everything.sentences[0]
    assert set(some.sentences) < set(everything.sentences)
    assert some.token_count > some.word_count > 10


def test_missing_sentences_are_told_with_what_to_do(tmp_path: Path) -> None:
    model = ModelStore(tmp_path).find("ar-en-small")
    with pytest.raises(SentencesError, match=r"cannot read flores200_dev\.ar.*name their folder"):
        load_sentences(tmp_path, model)
