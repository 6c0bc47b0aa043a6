import asyncio
import tracemalloc
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.batching import Batcher, Priority
from tarjama_server.cache import TranslationCache
from tarjama_server.engine import Attention, Decoding, EngineError, Hypothesis
from tarjama_server.observability.metrics import Metrics
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

GREEDY = Decoding(beam_size=1)
BEAM = Decoding(beam_size=4, hypothesis_count=3)
LARGE = 1 << 20
CHECKSUM = "c" * 64


@dataclass(frozen=True)
class Cached:
    """A cache before a running batcher, and what it counted."""

    cache: TranslationCache
    batcher: Batcher
    metrics: Metrics

    def submit(
        self,
        tokens: Sequence[str],
        decoding: Decoding = GREEDY,
        priority: Priority = Priority.INTERACTIVE,
        checksum: str = CHECKSUM,
    ) -> asyncio.Future[list[Hypothesis]]:
        return self.cache.submit(self.batcher, checksum, tokens, decoding, priority)

    async def translate(self, tokens: Sequence[str], **options: object) -> list[Hypothesis]:
        return await asyncio.wait_for(self.submit(tokens, **options), 30)  # type: ignore[arg-type]

    def value(self, name: str) -> float:
        value = self.metrics.registry.get_sample_value(f"tarjama_cache_{name}")
        assert value is not None
        return value

    @property
    def lookups(self) -> tuple[int, ...]:
        """Hits, joined, misses."""
        values = (
            self.metrics.registry.get_sample_value(
                "tarjama_cache_lookups_total", {"outcome": outcome}
            )
            for outcome in ("hit", "joined", "miss")
        )
        return tuple(int(value or 0) for value in values)


@asynccontextmanager
async def running(
    engine: ScriptedEngine, *, max_bytes: int = LARGE
) -> AsyncGenerator[Cached, None]:
    metrics = Metrics()
    batcher = Batcher(engine, worker_count=1, max_batch_tokens=1024)
    batcher.start()
    try:
        yield Cached(TranslationCache(max_bytes, metrics.cache), batcher, metrics)
    finally:
        engine.release()
        await batcher.stop()


@asynccontextmanager
async def occupied(engine: ScriptedEngine) -> AsyncGenerator[Cached, None]:
    """Run a batcher whose one worker is busy until the engine is released."""
    engine.hold()
    async with running(engine) as cached:
        cached.batcher.submit(["▁busy"], GREEDY, Priority.INTERACTIVE)
        await asyncio.to_thread(engine.wait_for_batch)
        yield cached


async def test_a_sentence_that_comes_again_is_not_translated_again() -> None:
    engine = ScriptedEngine()
    async with running(engine) as cached:
        first = await cached.translate(["▁a", "b"], decoding=BEAM)
        again = await cached.translate(["▁a", "b"], decoding=BEAM)
        assert first == again
        assert cached.lookups == (1, 0, 1)
        assert cached.value("entries") == 1
    assert len(engine.sentences) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"tokens": ["▁ab"]},
        {"tokens": ["▁a", "b", "c"]},
        {"checksum": "d" * 64},
        {"decoding": replace(GREEDY, beam_size=2)},
        {"decoding": replace(GREEDY, with_alignment=True)},
        {"decoding": replace(GREEDY, max_target_tokens=64)},
    ],
)
async def test_what_the_engine_would_answer_otherwise_is_kept_apart(
    other: dict[str, object],
) -> None:
    engine = ScriptedEngine()
    async with running(engine) as cached:
        same: dict[str, object] = {"tokens": ["▁a", "b"], "checksum": CHECKSUM, "decoding": GREEDY}
        await cached.translate(**same)  # type: ignore[arg-type]
        await cached.translate(**{**same, **other})  # type: ignore[arg-type]
        assert cached.lookups == (0, 0, 2)


async def test_priority_does_not_part_sentences() -> None:
    async with running(ScriptedEngine()) as cached:
        await cached.translate(["▁a"], priority=Priority.BULK)
        await cached.translate(["▁a"], priority=Priority.INTERACTIVE)
        assert cached.lookups == (1, 0, 1)


words = st.lists(st.sampled_from(["▁a", "b", "", "\0", " ", "▁ب", "😀"]), min_size=1, max_size=4)


@given(
    sentences=st.lists(words, min_size=1, max_size=30),
    outputs=st.dictionaries(st.text("ab", min_size=0), st.lists(st.text("x\0 ▁"), max_size=4)),
    max_bytes=st.sampled_from([0, 1500, LARGE]),
)
def test_an_answer_is_what_the_engine_says(
    sentences: list[list[str]], outputs: dict[str, list[str]], max_bytes: int
) -> None:
    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return outputs.get("".join(tokens).strip("▁"), tokens)

    async def scenario() -> None:
        async with running(ScriptedEngine(rule), max_bytes=max_bytes) as cached:
            for tokens in sentences:
                answer = await cached.translate(tokens, decoding=BEAM)
                assert [each.tokens for each in answer] == [tuple(rule(tuple(tokens), BEAM))] * 3
                assert [each.score for each in answer] == [-0.125, -0.375, -0.625]
                assert cached.value("bytes") <= max_bytes

    asyncio.run(scenario())


async def test_attention_and_scores_are_kept() -> None:
    hypothesis = Hypothesis(("▁x", "y"), -0.123456789, Attention.of([[0.25, 0.75], [1, 0]]))

    class Aligning:
        def translate(
            self, batch: Sequence[Sequence[str]], decoding: Decoding
        ) -> list[list[Hypothesis]]:
            return [[hypothesis] for _ in batch]

    batcher = Batcher(Aligning(), worker_count=1, max_batch_tokens=64)
    batcher.start()
    cached = Cached(TranslationCache(LARGE, (metrics := Metrics()).cache), batcher, metrics)
    assert await cached.translate(["▁a"]) == [hypothesis]
    assert await cached.translate(["▁a"]) == [hypothesis]
    assert cached.lookups == (1, 0, 1)
    await batcher.stop()


async def test_a_sentence_that_several_wait_for_is_translated_once() -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        waiters = [cached.submit(["▁a"]) for _ in range(5)]
        engine.release()
        results = await asyncio.wait_for(asyncio.gather(*waiters), 30)
        assert all(result == results[0] for result in results)
        assert results[0][0].tokens == tuple(echo(("▁a",), GREEDY))
        assert cached.lookups == (0, 4, 1)
    assert engine.sentences == [("▁busy",), ("▁a",)]


@pytest.mark.parametrize("leaver", [0, 1, 2])
async def test_a_caller_who_leaves_takes_nothing_from_the_others(leaver: int) -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        waiters = [cached.submit(["▁a"]) for _ in range(3)]
        waiters[leaver].cancel()
        engine.release()
        stayers = [waiter for waiter in waiters if waiter is not waiters[leaver]]
        for result in await asyncio.wait_for(asyncio.gather(*stayers), 30):
            assert result[0].tokens == tuple(echo(("▁a",), GREEDY))
        assert waiters[leaver].cancelled()


async def test_a_sentence_that_all_gave_up_is_not_translated() -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        for waiter in [cached.submit(["▁a"]) for _ in range(3)]:
            waiter.cancel()
        engine.release()
        await cached.translate(["▁behind"])
        assert cached.batcher.pending_positions == 0
    assert ("▁a",) not in engine.sentences


async def test_who_comes_right_after_all_gave_up_gets_a_translation() -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        cached.submit(["▁a"]).cancel()
        late = cached.submit(["▁a"])
        # The cancellation of the first is told only now.
        await asyncio.sleep(0)
        later = cached.submit(["▁a"])
        engine.release()
        results = await asyncio.wait_for(asyncio.gather(late, later), 30)
        assert results[0] == results[1]
    assert engine.sentences.count(("▁a",)) == 1


async def test_a_sentence_gets_the_priority_of_the_most_urgent_who_waits() -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        # Of two lengths that do not share a batch, so that there is an order.
        long = [cached.submit(["▁l"] * 20 + [str(n)], priority=Priority.BULK) for n in range(2)]
        slow = cached.submit(["▁a"], priority=Priority.BULK)
        urgent = cached.submit(["▁a"], priority=Priority.INTERACTIVE)
        also = cached.submit(["▁a"], priority=Priority.BULK)
        engine.release()
        await asyncio.wait_for(asyncio.gather(*long, slow, urgent, also), 30)
    assert engine.batches[1].sentences == (("▁a",),)
    assert engine.sentences.count(("▁a",)) == 1


async def test_a_sentence_is_part_of_the_share_of_the_first_who_asked() -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        waiters = [
            cached.cache.submit(cached.batcher, CHECKSUM, tokens, GREEDY, Priority.BULK, share)
            for tokens, share in ((["▁a"], "first"), (["▁a"], "second"), (["\0"], "third"))
        ]
        # With the share of the one in the engine.
        assert cached.batcher.share_count(Priority.BULK) == 3
        waiters[0].cancel()
        engine.release()
        await asyncio.wait_for(asyncio.gather(*waiters[1:]), 30)
    assert engine.sentences.count(("▁a",)) == 1


async def test_a_sentence_in_the_engine_is_not_given_to_it_again_for_an_urgent_caller() -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with running(engine) as cached:
        slow = cached.submit(["▁a"], priority=Priority.BULK)
        await asyncio.to_thread(engine.wait_for_batch)
        urgent = cached.submit(["▁a"], priority=Priority.INTERACTIVE)
        engine.release()
        await asyncio.wait_for(asyncio.gather(slow, urgent), 30)
    assert engine.sentences == [("▁a",)]


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    faults = [EngineError("no memory")]

    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        if tokens == ("▁a",) and faults:
            raise faults.pop()
        return echo(tokens, decoding)

    engine = ScriptedEngine(rule)
    async with occupied(engine) as cached:
        waiters = [cached.submit(["▁a"]) for _ in range(3)]
        engine.release()
        outcomes = await asyncio.gather(*waiters, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [EngineError] * 3
        assert await cached.translate(["▁a"])
        assert cached.value("entries") == 1


async def test_who_waits_when_the_batcher_stops_is_told() -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        waiters = [cached.submit(["▁a"]) for _ in range(2)]
        stopping = asyncio.create_task(cached.batcher.stop())
        done, _ = await asyncio.wait({stopping}, timeout=0)
        assert not done
        engine.release()
        await asyncio.wait_for(stopping, 30)
        await asyncio.wait(waiters, timeout=30)
        assert all(waiter.cancelled() for waiter in waiters)


async def test_what_was_not_asked_for_the_longest_makes_room() -> None:
    engine = ScriptedEngine()
    async with running(engine) as probe:
        await probe.translate(["▁0"])
        entry_bytes = int(probe.value("bytes"))
    async with running(engine, max_bytes=3 * entry_bytes + 1) as cached:
        assert cached.value("limit_bytes") == 3 * entry_bytes + 1
        for name in "0120":
            await cached.translate([f"▁{name}"])
        await cached.translate(["▁3"])
        assert cached.lookups == (1, 0, 4)
        assert cached.value("evictions_total") == 1
        assert cached.value("entries") == 3
        assert cached.value("bytes") == 3 * entry_bytes
        await cached.translate(["▁0"])
        assert cached.lookups == (2, 0, 4)
        await cached.translate(["▁1"])
        assert cached.lookups == (2, 0, 5)


async def test_a_translation_larger_than_the_cache_is_given_and_not_kept() -> None:
    async with running(ScriptedEngine(), max_bytes=2000) as cached:
        await cached.translate(["▁a"])
        tokens = [f"▁{number}" for number in range(400)]
        assert len((await cached.translate(tokens))[0].tokens) == 400
        assert cached.value("evictions_total") == 0
        assert cached.value("entries") == 1


@pytest.mark.parametrize("length", [3, 30, 200])
async def test_the_cache_takes_as_much_memory_as_it_says(length: int) -> None:
    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return [f"▁{tokens[0]}", *echo(tokens, decoding)[1:]]

    engine = ScriptedEngine(rule)
    async with running(engine, max_bytes=1 << 26) as cached:
        sentences = [[f"{number}", *["▁كلمة"] * (length - 1)] for number in range(200)]
        # The tables of an empty cache, and what the batcher needs once.
        await cached.translate(["▁first"])
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        said_before = cached.value("bytes")
        for tokens in sentences:
            # As the pipeline does, each with a decoding of its own.
            await cached.translate(tokens, decoding=replace(BEAM))
            engine.batches.clear()
        taken = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        said = cached.value("bytes") - said_before
    assert 0.8 < said / taken < 1.25


async def test_a_sentence_on_its_way_through_one_batcher_is_not_awaited_from_another() -> None:
    engine = ScriptedEngine()
    async with occupied(engine) as cached:
        left = cached.submit(("▁a",))
        other = Batcher(ScriptedEngine(), worker_count=1, max_batch_tokens=1024)
        other.start()
        waiter = cached.cache.submit(other, CHECKSUM, ("▁a",), GREEDY, Priority.INTERACTIVE)
        assert (await asyncio.wait_for(waiter, 30))[0].tokens
        assert not left.done()
        await other.stop()
        engine.release()
        assert await asyncio.wait_for(left, 30) == await waiter
        assert cached.lookups[1] == 0
