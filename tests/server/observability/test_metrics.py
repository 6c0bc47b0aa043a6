"""Counts are exact: a scripted run gives the numbers that it must."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Decoding, EngineError
from tarjama_server.observability.metrics import Metrics
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.streams import TIMEOUT_S, requests
from tests.server.in_process import InProcessServer, serve
from tests.server.observability.samples import family, value
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

GREEDY = Decoding(beam_size=1)
BEAM = Decoding(beam_size=2, hypothesis_count=2)
HELLO = "مرحبا بالعالم."
POISON = "كارثة"
# What the scripted engine's first output does with a sentence that holds the word.
LOOPS, LOOPS_TWICE, LOOPS_ALWAYS = "كتاب", "بيت", "ولد"
LONG = "قال المسؤول إن الحكومة سوف تعمل على تحسين الطرق والمدارس في جميع المدن"


def scripted(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    text = "".join(tokens).replace("▁", " ")
    strict = decoding.no_repeat_ngram_size > 0
    if POISON in text:
        raise EngineError("no memory")
    if (
        LOOPS_ALWAYS in text
        or (LOOPS in text and not strict)
        or (LOOPS_TWICE in text and len(tokens) > 16)
    ):
        return ["▁again"] * max(2 * len(tokens), 12)
    return echo(tokens, decoding)


async def translate(
    server: InProcessServer, *texts: str, model: str = ""
) -> pb.TranslateTextResponse | None:
    request = pb.TranslateTextRequest(texts=texts, options=pb.TranslationOptions(model=model))
    with suppress(grpc.RpcError):
        return await server.stub.TranslateText(request, timeout=TIMEOUT_S)
    return None


async def stream(
    server: InProcessServer, *chunks: bytes
) -> Sequence[pb.StreamingTranslateTextResponse]:
    call = server.blocking_stub.StreamingTranslateText(requests(chunks), timeout=TIMEOUT_S)
    with suppress(grpc.RpcError):
        return await asyncio.to_thread(list, call)
    return []


async def test_calls_are_counted_by_what_became_of_them(bundled_model: ServedModel) -> None:
    async with serve(bundled_model, ScriptedEngine(scripted)) as server:
        for _ in range(3):
            await translate(server, HELLO)
        for _ in range(2):
            await translate(server)
        await translate(server, HELLO, model="other")
        await translate(server, f"حدثت {POISON}.")
        for _ in range(4):
            await stream(server, HELLO.encode())
        await stream(server, HELLO.encode(), b"\xff")
        for _ in range(5):
            await server.stub.ListModels(pb.ListModelsRequest(), timeout=TIMEOUT_S)
        registry = server.instruments.metrics.registry
        streaming = "StreamingTranslateText"
        assert family(registry, "calls_total") == {
            ("OK", "TranslateText"): 3,
            ("INVALID_ARGUMENT", "TranslateText"): 2,
            ("NOT_FOUND", "TranslateText"): 1,
            ("INTERNAL", "TranslateText"): 1,
            ("OK", streaming): 4,
            ("INVALID_ARGUMENT", streaming): 1,
            ("OK", "ListModels"): 5,
        }
        assert family(registry, "call_failures_total") == {
            ("TranslateText", "NO_TEXTS"): 2,
            ("TranslateText", "MODEL_NOT_FOUND"): 1,
            ("TranslateText", "INTERNAL_ERROR"): 1,
            (streaming, "INVALID_UTF8"): 1,
        }
        counts = {("TranslateText",): 7, (streaming,): 5, ("ListModels",): 5}
        assert family(registry, "call_duration_seconds_count") == counts
        assert family(registry, "calls_in_progress") == dict.fromkeys(counts, 0)
        assert value(registry, "failed_batches_total", model="ar-en-small") == 1


@pytest.mark.parametrize(
    ("refuse", "code", "reason"),
    [
        ({"max_calls": 0}, "RESOURCE_EXHAUSTED", "QUEUE_FULL"),
        ({"max_queue_s": 0.0}, "RESOURCE_EXHAUSTED", "QUEUE_FULL"),
        ({"token": "secret"}, "UNAUTHENTICATED", "CREDENTIALS_MISSING"),
    ],
)
async def test_refusals_are_counted_by_reason(
    refuse: dict[str, object], code: str, reason: str, bundled_model: ServedModel
) -> None:
    engine = ScriptedEngine()
    async with serve(bundled_model, engine, **refuse) as server:  # type: ignore[arg-type]
        await translate(server, HELLO)
        await translate(server, HELLO)
        registry = server.instruments.metrics.registry
        assert family(registry, "calls_total") == {(code, "TranslateText"): 2}
        assert family(registry, "call_failures_total") == {("TranslateText", reason): 2}
    assert not engine.batches


async def test_a_draining_server_s_refusals_are_counted(bundled_model: ServedModel) -> None:
    async with serve(bundled_model, ScriptedEngine()) as server:
        server.state.is_draining = True
        await translate(server, HELLO)
        registry = server.instruments.metrics.registry
        assert family(registry, "call_failures_total") == {("TranslateText", "DRAINING"): 1}


async def test_a_call_in_progress_and_one_that_was_left_are_counted(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with serve(bundled_model, engine) as server:
        registry = server.instruments.metrics.registry
        call = server.stub.TranslateText(pb.TranslateTextRequest(texts=[HELLO]))
        await server.batcher.wait_for_submissions(1)
        assert family(registry, "calls_in_progress") == {("TranslateText",): 1}
        assert (
            value(registry, "pending_sentences", model="ar-en-small", priority="interactive") == 1
        )
        call.cancel()
        async with asyncio.timeout(30):
            while family(registry, "calls_in_progress") != {("TranslateText",): 0}:
                await asyncio.sleep(0)
        assert family(registry, "calls_total") == {("CANCELLED", "TranslateText"): 1}
        assert family(registry, "call_failures_total") == {}
        assert (
            value(registry, "pending_sentences", model="ar-en-small", priority="interactive") == 0
        )
        engine.release()


async def test_batches_are_counted_to_the_token() -> None:
    metrics = Metrics()
    engine = ScriptedEngine()
    batcher = Batcher(
        engine,
        worker_count=1,
        max_batch_tokens=1024,
        metrics=metrics.add_model("m", version="1", checksum="c"),
    )
    registry = metrics.registry

    def pending(name: str) -> dict[tuple[str, ...], float]:
        return family(registry, f"pending_{name}")

    engine.hold()
    batcher.start()
    first = batcher.submit(["▁a"], GREEDY, Priority.INTERACTIVE)
    await asyncio.to_thread(engine.wait_for_batch)
    waiting = [batcher.submit(["▁a"] * length, BEAM, Priority.BULK) for length in (3, 5, 5)]
    left = batcher.submit(["▁b"] * 7, GREEDY, Priority.BULK)
    assert pending("sentences") == {("m", "interactive"): 1, ("m", "bulk"): 4}
    assert pending("tokens") == {("m", "interactive"): 2, ("m", "bulk"): 4 + 6 + 6 + 8}
    left.cancel()
    engine.release()
    await asyncio.wait_for(asyncio.gather(first, *waiting), 30)
    await asyncio.sleep(0)
    assert pending("sentences") == {("m", "interactive"): 0, ("m", "bulk"): 0}
    assert pending("tokens") == {("m", "interactive"): 0, ("m", "bulk"): 0}
    assert value(registry, "batch_sentences_count", model="m") == 2
    assert value(registry, "batch_sentences_sum", model="m") == 4
    assert value(registry, "batch_source_tokens_sum", model="m") == 2 + 4 + 6 + 6
    assert value(registry, "padding_tokens_total", model="m") == 2
    assert value(registry, "target_tokens_total", model="m") == 2 + 4 + 6 + 6
    assert value(registry, "batch_compute_seconds_count", model="m") == 2
    assert family(registry, "queue_wait_seconds_count") == {
        ("m", "interactive"): 1,
        ("m", "bulk"): 3,
    }
    assert value(registry, "failed_batches_total", model="m") == 0
    await batcher.stop()


async def test_a_batch_that_failed_is_counted_and_so_are_its_sentences_alone() -> None:
    metrics = Metrics()
    engine = ScriptedEngine(scripted)
    batcher = Batcher(
        engine,
        worker_count=1,
        max_batch_tokens=1024,
        metrics=metrics.add_model("m", version="1", checksum="c"),
    )
    futures = [batcher.submit([f"▁{word}"], GREEDY, Priority.BULK) for word in ("a", POISON, "c")]
    batcher.start()
    await asyncio.wait(futures, timeout=30)
    assert value(metrics.registry, "failed_batches_total", model="m") == 2
    assert value(metrics.registry, "batch_sentences_count", model="m") == 2
    assert value(metrics.registry, "batch_source_tokens_sum", model="m") == 4
    waits = {"model": "m", "priority": "bulk"}
    assert value(metrics.registry, "queue_wait_seconds_count", **waits) == 3
    await batcher.stop()


async def test_segments_flags_and_repairs_are_those_of_the_answers(
    bundled_model: ServedModel,
) -> None:
    texts = [
        f"{LONG}.\n\n123 456\n\n😀 {HELLO}",
        f"{LONG} {LOOPS}.",
        f"{LONG} {LOOPS}.",
        f"{LONG} {LOOPS_TWICE}.",
        f"{LONG} {LOOPS_ALWAYS}.",
        "زوروا https://example.org/a?b=1 الآن.",
    ]
    async with serve(bundled_model, ScriptedEngine(scripted)) as server:
        response = await translate(server, *texts)
        assert response is not None
        streamed = await stream(server, "\n\n".join(texts).encode())
        registry = server.instruments.metrics.registry
        segments = [
            *(segment for part in response.translations for segment in part.segments),
            *(segment for part in streamed for segment in part.segments),
        ]
        flags = Counter(
            (pb.SegmentFlag.Name(flag).removeprefix("SEGMENT_FLAG_"), "ar-en-small")
            for segment in segments
            for flag in segment.flags
        )
        assert value(registry, "segments_total", model="ar-en-small") == len(segments)
        assert family(registry, "segment_flags_total") == flags
        assert {"REPAIRED", "DEGENERATE"} <= {flag for flag, _ in flags}
        assert family(registry, "degenerate_outputs_total") == {("loop", "ar-en-small"): 8}
        repairs = family(registry, "repairs_total")
        assert repairs[("strict_decoding", "ar-en-small")] == 4
        assert repairs[("halves", "ar-en-small")] == 2
        assert repairs[("none", "ar-en-small")] == 2


async def test_labels_are_none_that_a_caller_chose(bundled_model: ServedModel) -> None:
    async with serve(bundled_model, ScriptedEngine()) as server:
        before = len(list(server.instruments.metrics.registry.collect()))
        for number in range(20):
            await translate(server, HELLO, model=f"m{number}")
            with suppress(grpc.RpcError):
                await server.stub.GetModel(pb.GetModelRequest(name=f"n{number}"))
        registry = server.instruments.metrics.registry
        assert len(family(registry, "calls_total")) == 2
        assert len(family(registry, "call_failures_total")) == 2
        assert len(list(registry.collect())) == before


async def test_the_cache_is_counted_through_calls(bundled_model: ServedModel) -> None:
    engine = ScriptedEngine()
    async with serve(bundled_model, engine, cache_bytes=1 << 20) as server:
        first = await translate(server, HELLO, LONG, HELLO)
        again = await translate(server, HELLO, LONG)
        assert first is not None and again is not None
        assert again.translations == first.translations[:2]
        registry = server.instruments.metrics.registry
        assert family(registry, "cache_lookups_total") == {
            ("hit",): 2,
            ("joined",): 1,
            ("miss",): 2,
        }
        assert value(registry, "cache_entries") == 2
    assert len(engine.sentences) == 2


def test_a_model_that_takes_another_s_place_goes_on_with_its_counts() -> None:
    metrics = Metrics()
    metrics.add_model("m", version="1", checksum="old").segment_answered(["SPLIT"])
    metrics.add_model("n", version="1", checksum="n")
    metrics.add_model("m", version="2", checksum="new").segment_answered([])
    assert family(metrics.registry, "model_info") == {("new", "m", "2"): 1, ("n", "n", "1"): 1}
    assert value(metrics.registry, "segments_total", model="m") == 2


def test_servers_of_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.cache.hits.inc()
    assert value(other.registry, "cache_lookups_total", outcome="hit") == 0
