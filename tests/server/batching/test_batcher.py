import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.batching import SHORT_POSITIONS, Batcher, Priority
from tarjama_server.engine import EngineError
from tests.server.batching.queueing import (
    BEAM,
    GREEDY,
    fail_on_poison,
    finished,
    names,
    queueing,
    running,
    sentence,
)
from tests.server.scripted_engine import ScriptedEngine, echo


async def test_each_sentence_gets_its_own_translation() -> None:
    async with running(ScriptedEngine(), worker_count=3) as batcher:
        sentences = [sentence(2 + number % 40, f"n{number}-") for number in range(200)]
        futures = [batcher.submit(each, BEAM, Priority.BULK) for each in sentences]
        results = await asyncio.gather(*futures)
    for tokens, (best,) in zip(sentences, results, strict=True):
        assert list(best.tokens) == echo(tuple(tokens), BEAM)


@given(
    lengths=st.lists(st.integers(2, 90), min_size=1, max_size=80), limit=st.sampled_from([64, 300])
)
def test_batches_keep_to_their_size_and_never_mix_short_and_long(
    lengths: list[int], limit: int
) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine()
        async with queueing(engine, max_batch_tokens=limit) as batcher:
            futures = [
                batcher.submit(sentence(length), GREEDY, Priority.BULK) for length in lengths
            ]
            engine.release()
            await finished(futures)
        for batch in engine.batches:
            assert len({length < SHORT_POSITIONS for length in batch.lengths}) == 1
            assert max(batch.lengths) * len(batch.lengths) <= limit or len(batch.lengths) == 1
        batched = sorted(length for batch in engine.batches[1:] for length in batch.lengths)
        assert batched == sorted(lengths)

    asyncio.run(scenario())


async def test_sentences_that_wait_together_share_a_batch() -> None:
    engine = ScriptedEngine()
    async with queueing(engine) as batcher:
        futures = [batcher.submit(sentence(10), GREEDY, Priority.BULK) for _ in range(20)]
        engine.release()
        await finished(futures)
    assert [len(batch.sentences) for batch in engine.batches] == [1, 20]


async def test_sentences_decoded_otherwise_share_no_batch() -> None:
    engine = ScriptedEngine()
    async with queueing(engine) as batcher:
        futures = [
            batcher.submit(sentence(10, "a" if decoding is BEAM else "b"), decoding, Priority.BULK)
            for decoding in (BEAM, GREEDY) * 5
        ]
        engine.release()
        await finished(futures)
    assert [(batch.decoding, set(names(batch.sentences))) for batch in engine.batches[1:]] == [
        (BEAM, {"a"}),
        (GREEDY, {"b"}),
    ]


async def test_the_oldest_sentence_goes_first_and_takes_its_like_along() -> None:
    engine = ScriptedEngine()
    async with queueing(engine, max_batch_tokens=64) as batcher:
        # Four of 16 positions fill a batch.
        order = [("old", 16), ("far", 30), ("near", 17), ("like", 16), ("alike", 16), ("same", 16)]
        futures = [
            batcher.submit(sentence(length, name), GREEDY, Priority.BULK) for name, length in order
        ]
        engine.release()
        await finished(futures)
    assert [names(batch.sentences) for batch in engine.batches[1:3]] == [
        ["old", "like", "alike", "same"],
        ["far", "near"],
    ]


async def test_short_and_long_sentences_take_turns_by_age() -> None:
    engine = ScriptedEngine()
    async with queueing(engine) as batcher:
        futures = [
            batcher.submit(sentence(length), GREEDY, Priority.BULK) for length in (40, 5, 41, 6)
        ]
        engine.release()
        await finished(futures)
    assert [batch.lengths for batch in engine.batches[1:]] == [[40, 41], [5, 6]]


async def test_interactive_sentences_go_before_bulk_ones_and_bulk_still_advances() -> None:
    engine = ScriptedEngine()
    # Each sentence fills a batch of its own.
    async with queueing(engine, max_batch_tokens=64) as batcher:
        bulk = [batcher.submit(sentence(60, "bulk"), GREEDY, Priority.BULK) for _ in range(4)]
        interactive = [
            batcher.submit(sentence(60, "someone"), GREEDY, Priority.INTERACTIVE) for _ in range(30)
        ]
        engine.release()
        await finished([*bulk, *interactive])
    order = names(engine.sentences)[1:]
    assert order[0] == "someone"
    turns = [place for place, name in enumerate(order) if name == "bulk"]
    assert len(turns) == 4
    # One in eight at least, as long as both wait.
    assert max(later - earlier for earlier, later in zip([-1, *turns], turns, strict=False)) <= 8
    assert turns[0] >= 1


async def test_a_caller_with_a_thousand_sentences_queued_does_not_delay_anothers_one() -> None:
    engine = ScriptedEngine()
    async with queueing(engine) as batcher:
        for number in range(1000):
            batcher.submit(sentence(16 + number % 50), GREEDY, Priority.INTERACTIVE, "greedy")
        late = batcher.submit(sentence(70, "late"), GREEDY, Priority.INTERACTIVE, "late")
        engine.release()
        await finished([late])
    # The first was in the engine before; one of the greedy caller may go, and one of bulk.
    assert "late" in names(engine.sentences[: sum(len(b.sentences) for b in engine.batches[:4])])


async def test_a_bulk_sentence_is_passed_over_for_seven_batches_for_each_caller_before_it() -> None:
    engine = ScriptedEngine()
    async with queueing(engine, max_batch_tokens=64) as batcher:
        for number in range(200):
            batcher.submit(sentence(60, "urgent"), GREEDY, Priority.INTERACTIVE, f"{number}")
            # Of both lengths that share no batch: none starves the other.
            batcher.submit(sentence(60, "greedy"), GREEDY, Priority.BULK, "greedy")
            batcher.submit(sentence(9, "greedy"), BEAM, Priority.BULK, "greedy")
        late = [batcher.submit(sentence(9, "late"), GREEDY, Priority.BULK, "late")]
        late.append(batcher.submit(sentence(60, "later"), GREEDY, Priority.BULK, "later"))
        engine.release()
        await finished(late)
    order = [names(batch.sentences) for batch in engine.batches]
    # At most the first sentence of the greedy caller goes before `late`, and that before `later`.
    assert order.index(["late"]) <= 2 * 8
    assert order.index(["later"]) <= 3 * 8


async def test_a_sentence_that_became_urgent_is_translated_once() -> None:
    engine = ScriptedEngine()
    async with queueing(engine) as batcher:
        # As the first of either queue.
        slow = batcher.submit(sentence(10, "slow"), GREEDY, Priority.BULK)
        batcher.hasten(slow, Priority.INTERACTIVE)
        assert batcher.share_count(Priority.INTERACTIVE) == 1
        engine.release()
        await finished([slow])
        last = batcher.submit(sentence(10, "last"), GREEDY, Priority.BULK)
        await finished([last])
        batcher.hasten(last, Priority.INTERACTIVE)
        assert batcher.pending_positions == 0
    assert names(engine.sentences) == ["first", "slow", "last"]


async def test_a_sentence_longer_than_a_batch_goes_alone() -> None:
    engine = ScriptedEngine()
    async with queueing(engine, max_batch_tokens=64) as batcher:
        futures = [
            batcher.submit(sentence(length), GREEDY, Priority.BULK) for length in (200, 20, 200)
        ]
        engine.release()
        await finished(futures)
    assert sorted(batch.lengths for batch in engine.batches[1:]) == [[20], [200], [200]]


async def test_sentences_taken_back_are_not_translated() -> None:
    engine = ScriptedEngine()
    async with queueing(engine) as batcher:
        kept = [batcher.submit(sentence(9, "kept"), GREEDY, Priority.BULK) for _ in range(3)]
        for _ in range(600):
            batcher.submit(sentence(10, "left"), GREEDY, Priority.BULK).cancel()
        kept.append(batcher.submit(sentence(11, "kept"), GREEDY, Priority.BULK))
        engine.release()
        await finished(kept)
        assert batcher.pending_positions == 0
    assert names(engine.sentences) == ["first", "kept", "kept", "kept", "kept"]


async def test_pending_positions_count_what_waits_and_what_is_in_flight() -> None:
    engine = ScriptedEngine()
    async with queueing(engine) as batcher:
        assert batcher.pending_positions == 2
        futures = [batcher.submit(sentence(30), GREEDY, Priority.BULK) for _ in range(3)]
        assert batcher.pending_positions == 92
        futures[0].cancel()
        engine.release()
        await finished(futures)
        assert batcher.pending_positions == 0


async def test_the_time_that_pending_work_takes_is_told_by_priority_and_share() -> None:
    engine = ScriptedEngine()
    async with running(engine) as batcher:
        assert batcher.estimate_s(30, BEAM) == 0
        engine.hold()
        futures = [batcher.submit(sentence(30), GREEDY, Priority.INTERACTIVE, "a")]
        await asyncio.to_thread(engine.wait_for_batch)
        assert batcher.pending_s(Priority.INTERACTIVE) == 0
        engine.release()
        await finished(futures)
        assert batcher.pending_s(Priority.BULK) == 0
        engine.hold()
        futures = [batcher.submit(sentence(30), BEAM, Priority.INTERACTIVE, "a")]
        await asyncio.to_thread(engine.wait_for_batch)
        futures += [batcher.submit(sentence(30), BEAM, Priority.BULK, "b") for _ in range(2)]
        assert batcher.pending_s(Priority.INTERACTIVE) == batcher.estimate_s(30, BEAM) > 0
        assert batcher.pending_s(Priority.BULK) == batcher.estimate_s(90, BEAM)
        assert batcher.pending_s(Priority.BULK, "b") == batcher.estimate_s(60, BEAM)
        assert batcher.pending_s(Priority.BULK, "a") == batcher.estimate_s(30, BEAM)
        assert batcher.pending_s(Priority.INTERACTIVE, "b") == 0
        assert [batcher.share_count(priority) for priority in Priority] == [1, 2]
        for future in futures[1:]:
            future.cancel()
        await asyncio.sleep(0)
        assert batcher.pending_s(Priority.BULK) == batcher.estimate_s(30, BEAM)
        assert [batcher.share_count(priority) for priority in Priority] == [1, 1]
        engine.release()
        await finished(futures)
        assert batcher.pending_s(Priority.BULK) == 0
        assert batcher.share_count(Priority.BULK) == 0


async def test_more_work_takes_longer_and_more_workers_take_less() -> None:
    engine = ScriptedEngine()
    async with running(engine, worker_count=2) as batcher:
        await finished([batcher.submit(sentence(30), BEAM, Priority.BULK)])
        times = [batcher.estimate_s(count, BEAM) for count in (1, 30, 1024, 1500, 2048, 20480)]
        # Estimates of equal work taken in other steps may differ in the last bit.
        assert times == pytest.approx(sorted(times))
        # Two batches at once take as long as one; then the workers are busy.
        assert times[4] == pytest.approx(times[2])
        assert times[5] == pytest.approx(10 * times[4])
        assert batcher.estimate_s(30, GREEDY) < times[1]


async def test_a_sentence_that_fails_fails_alone_and_the_worker_lives_on() -> None:
    engine = ScriptedEngine(fail_on_poison)
    async with queueing(engine) as batcher:
        futures = {
            name: batcher.submit(sentence(10, name), GREEDY, Priority.BULK)
            for name in ("a", "poison", "b")
        }
        engine.release()
        await finished(list(futures.values()))
        assert isinstance(futures["poison"].exception(), EngineError)
        for name in ("a", "b"):
            assert list(futures[name].result()[0].tokens) == echo(tuple(sentence(10, name)), GREEDY)
        (again,) = await asyncio.wait_for(batcher.submit(sentence(10), GREEDY, Priority.BULK), 30)
        assert again.tokens


async def test_what_waits_when_the_batcher_stops_is_cancelled_and_what_runs_ends() -> None:
    engine = ScriptedEngine()
    engine.hold()
    batcher = Batcher(engine, worker_count=1, max_batch_tokens=64)
    batcher.start()
    batcher.submit(sentence(40), GREEDY, Priority.BULK)
    await asyncio.to_thread(engine.wait_for_batch)
    waiting = batcher.submit(sentence(40), GREEDY, Priority.BULK)
    stopping = asyncio.create_task(batcher.stop())
    await finished([waiting])
    assert waiting.cancelled()
    engine.release()
    await asyncio.wait_for(stopping, 30)
    assert len(engine.batches) == 1
