"""Who is refused when, as callers see it."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tokens_file import TokensFile
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S, requests
from tests.server.in_process import InProcessServer, serve
from tests.server.observability.samples import family
from tests.server.scripted_engine import ScriptedEngine

HELLO = "مرحبا بالعالم."

Metadata = tuple[tuple[str, str], ...]


def bearer(token: str) -> Metadata:
    return (("authorization", f"Bearer {token}"),)


async def translate(
    server: InProcessServer,
    *texts: str,
    metadata: Metadata = (),
    timeout_s: float = TIMEOUT_S,
    priority: pb.Priority.ValueType = pb.PRIORITY_UNSPECIFIED,
) -> pb.TranslateTextResponse:
    request = pb.TranslateTextRequest(
        texts=texts or [HELLO], options=pb.TranslationOptions(priority=priority)
    )
    return await server.stub.TranslateText(request, timeout=timeout_s, metadata=metadata)


async def stream(
    server: InProcessServer,
    chunks: Iterator[bytes],
    *,
    metadata: Metadata = (),
    timeout_s: float = TIMEOUT_S,
) -> list[pb.StreamingTranslateTextResponse]:
    call = server.blocking_stub.StreamingTranslateText(
        requests(chunks), timeout=timeout_s, metadata=metadata
    )
    return await asyncio.to_thread(list, call)


async def occupy(
    server: InProcessServer, engine: ScriptedEngine, *, metadata: Metadata = ()
) -> asyncio.Task[pb.TranslateTextResponse]:
    """Have the server learn how long a sentence takes, and hold the next one in the engine."""
    await translate(server, metadata=metadata)
    await asyncio.to_thread(engine.wait_for_batch)
    engine.hold()
    held = asyncio.create_task(translate(server, metadata=metadata))
    await asyncio.to_thread(engine.wait_for_batch)
    return held


async def test_a_greedy_caller_does_not_shut_out_another(
    bundled_model: ServedModel, tmp_path: Path
) -> None:
    file = TokensFile(tmp_path / "tokens.json")
    greedy, modest = bearer(file.add("greedy")), bearer(file.add("modest"))
    engine = ScriptedEngine()
    tokens = KnownTokens(file)
    async with serve(bundled_model, engine, tokens=tokens, max_queue_s=1e-9) as server:
        held = await occupy(server, engine, metadata=greedy)
        with fails() as failure:
            await translate(server, metadata=greedy)
        assert failure.reason == "QUEUE_FULL"
        other = asyncio.create_task(translate(server, metadata=modest))
        await server.batcher.wait_for_submissions(3)
        # It has its part now, like the first.
        with fails() as failure:
            await translate(server, metadata=modest)
        assert failure.reason == "QUEUE_FULL"
        engine.release()
        assert await other == await held


@pytest.mark.parametrize("method", ["TranslateText", "StreamingTranslateText"])
async def test_a_call_that_would_wait_past_its_deadline_is_refused_at_once(
    method: str, bundled_model: ServedModel
) -> None:
    engine = ScriptedEngine()
    async with serve(bundled_model, engine) as server:
        held = await occupy(server, engine)
        server.batcher.slowness = 1e9
        with fails() as failure:
            if method == "TranslateText":
                await translate(server)
            else:
                await stream(server, iter([HELLO.encode()]))
        assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert failure.reason == "DEADLINE_UNMEETABLE"
        assert failure.retry_after_s == 60
        assert "the call was not begun" in failure.message
        # One without a deadline waits.
        patient = asyncio.create_task(translate(server, timeout_s=None))  # type: ignore[arg-type]
        await server.batcher.wait_for_submissions(3)
        engine.release()
        assert await patient == await held
    assert len(engine.sentences) == 3


async def test_an_idle_server_that_takes_itself_for_slow_tries(
    bundled_model: ServedModel,
) -> None:
    async with serve(bundled_model, ScriptedEngine()) as server:
        await translate(server)
        server.batcher.slowness = 1e9
        for _ in range(3):
            assert (await translate(server)).translations[0].translation


async def test_two_thousand_calls_at_once_cost_the_engine_those_that_are_let_in(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with serve(bundled_model, engine, max_calls=4) as server:
        calls = [asyncio.ensure_future(translate(server)) for _ in range(2000)]
        pending = set(calls)
        async with asyncio.timeout(60):
            # Refusals do not wait for the engine, which does nothing yet.
            while len(pending) > 4:
                _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        assert server.admission.call_count == 4
        engine.release()
        await asyncio.wait(calls)
        codes = Counter(
            error.code().name if isinstance(error := call.exception(), grpc.RpcError) else "OK"
            for call in calls
        )
        assert codes == {"OK": 4, "RESOURCE_EXHAUSTED": 1996}
        registry = server.instruments.metrics.registry
        assert family(registry, "call_failures_total") == {("TranslateText", "QUEUE_FULL"): 1996}
        assert server.admission.call_count == 0
    assert len(engine.sentences) == 4


async def test_a_burst_of_calls_is_let_in_up_to_the_bound_in_seconds(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine()
    async with serve(bundled_model, engine, max_queue_s=1.0) as server:
        await translate(server)
        # Twenty calls like this one are a second's work.
        server.batcher.slowness = 1 / server.batcher.estimate_s(100, engine.batches[0].decoding)
        engine.hold()
        calls = [asyncio.ensure_future(translate(server)) for _ in range(100)]
        async with asyncio.timeout(60):
            while server.admission.call_count + sum(call.done() for call in calls) < 100:
                await asyncio.sleep(0)
        waiting = [call for call in calls if not call.done()]
        assert 10 <= len(waiting) <= 30
        engine.release()
        assert all([await call for call in waiting])
        await asyncio.wait(calls)
        assert [call.exception() for call in calls].count(None) == len(waiting)


async def test_a_stream_that_sends_no_config_is_counted_and_ended(
    bundled_model: ServedModel,
) -> None:
    done = threading.Event()

    def nothing() -> Iterator[pb.StreamingTranslateTextRequest]:
        done.wait(30)
        yield from ()

    async with serve(bundled_model, ScriptedEngine(), max_calls=1, config_timeout_s=0.5) as server:
        call = server.blocking_stub.StreamingTranslateText(nothing(), timeout=TIMEOUT_S)
        ended = asyncio.create_task(asyncio.to_thread(list, call))
        async with asyncio.timeout(30):
            while server.admission.call_count == 0:
                await asyncio.sleep(0)
        with fails() as failure:
            await translate(server)
        assert failure.reason == "QUEUE_FULL"
        with fails() as failure:
            await ended
        done.set()
        assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
        assert failure.reason == "CONFIG_MISSING"
        assert "within 0.5 s" in failure.message
        assert await translate(server)


async def test_a_token_s_quota_of_calls_holds_for_all_methods_that_translate(
    bundled_model: ServedModel, tmp_path: Path
) -> None:
    file = TokensFile(tmp_path / "tokens.json")
    limited, free = bearer(file.add("limited", max_calls=1)), bearer(file.add("free"))
    engine = ScriptedEngine()
    async with serve(bundled_model, engine, tokens=KnownTokens(file)) as server:
        held = await occupy(server, engine, metadata=limited)
        for refused in (
            translate(server, metadata=limited),
            stream(server, iter([HELLO.encode()]), metadata=limited),
        ):
            with fails() as failure:
                await refused
            assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert failure.reason == "QUOTA_EXCEEDED"
            assert failure.retry_after_s == 1
        assert await server.stub.ListModels(pb.ListModelsRequest(), metadata=limited)
        engine.release()
        assert await held
        assert await translate(server, metadata=free)
        assert await translate(server, metadata=limited)


async def test_a_token_s_quota_of_characters_holds_for_unary_calls(
    bundled_model: ServedModel, tmp_path: Path
) -> None:
    file = TokensFile(tmp_path / "tokens.json")
    size = len(HELLO)
    limited = bearer(file.add("limited", characters_per_minute=2 * size))
    async with serve(bundled_model, ScriptedEngine(), tokens=KnownTokens(file)) as server:
        await translate(server, HELLO, HELLO, metadata=limited)
        with fails() as failure:
            await translate(server, HELLO, metadata=limited)
        assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert failure.reason == "QUOTA_EXCEEDED"
        # Half a minute's worth, less what has come back since.
        assert 1 < failure.retry_after_s <= 30
        with fails() as failure:
            await translate(server, *[HELLO] * 3, metadata=limited)
        assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
        assert failure.reason == "TEXT_TOO_LONG"
        assert failure.field == "texts"
        assert f"{3 * size} characters" in failure.message
        assert f"quota is {2 * size} a minute" in failure.message


class TwoChunks:
    """Sends a few sentences, and one more when it is asked for more."""

    first = f"{HELLO}\n\n".encode() * 3

    def __init__(self) -> None:
        self.is_exhausted = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        yield HELLO.encode()
        self.is_exhausted.set()


@pytest.mark.parametrize("how", ["cancelled", "draining"])
async def test_a_stream_above_its_quota_is_read_no_further_until_there_is_room(
    how: str, bundled_model: ServedModel, tmp_path: Path
) -> None:
    file = TokensFile(tmp_path / "tokens.json")
    # Hours of debt after the first chunk.
    slow = bearer(file.add("slow", characters_per_minute=1))
    chunks = TwoChunks()
    async with serve(bundled_model, ScriptedEngine(), tokens=KnownTokens(file)) as server:
        call = server.blocking_stub.StreamingTranslateText(
            requests(iter(chunks)), timeout=TIMEOUT_S, metadata=slow
        )
        # Where it begins, and its first sentence. The second chunk was sent and is not read.
        responses = [await asyncio.to_thread(next, call) for _ in range(2)]
        assert await asyncio.to_thread(chunks.is_exhausted.wait, 30)
        assert responses[1].progress.received_bytes == len(chunks.first)
        if how == "draining":
            server.state.must_end_streams.set()
            with fails() as failure:
                await asyncio.to_thread(list, call)
            assert failure.reason == "DRAINING"
        else:
            call.cancel()
        async with asyncio.timeout(30):
            while server.admission.call_count:
                await asyncio.sleep(0)


async def test_a_stream_within_its_quota_is_read_whole(
    bundled_model: ServedModel, tmp_path: Path
) -> None:
    file = TokensFile(tmp_path / "tokens.json")
    quick = bearer(file.add("quick", characters_per_minute=6000))
    # Twenty characters above a minute's, at a hundred a second, and nothing to translate.
    text = "1234567 9\n" * 602
    chunks = iter([text[start : start + 1000].encode() for start in range(0, len(text), 1000)])
    async with serve(bundled_model, ScriptedEngine(), tokens=KnownTokens(file)) as server:
        responses = await stream(server, chunks, metadata=quick)
        assert responses[-1].progress.received_bytes == len(text.encode())
        registry = server.instruments.metrics.registry
        assert family(registry, "caller_characters_total") == {("quick",): len(text)}
