"""Every other way a call fails, with the details that say so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.engine import Decoding, EngineError
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S, requests
from tests.server.in_process import InProcessServer, serve
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

HELLO = "مرحبا بالعالم."
POISON = "كارثة"
METHODS = ["TranslateText", "StreamingTranslateText", "ListModels", "GetModel"]


async def call(
    server: InProcessServer,
    method: str,
    text: str = HELLO,
    *,
    metadata: tuple[tuple[str, str], ...] = (),
) -> object:
    """Make a call of any method, whole."""
    stub, timeout_s = server.stub, TIMEOUT_S
    if method == "StreamingTranslateText":
        stream = server.blocking_stub.StreamingTranslateText(
            requests([text.encode()]), timeout=timeout_s, metadata=metadata
        )
        return await asyncio.to_thread(list, stream)
    if method == "TranslateText":
        return await stub.TranslateText(
            pb.TranslateTextRequest(texts=[text]), timeout=timeout_s, metadata=metadata
        )
    if method == "ListModels":
        return await stub.ListModels(pb.ListModelsRequest(), timeout=timeout_s, metadata=metadata)
    return await stub.GetModel(pb.GetModelRequest(), timeout=timeout_s, metadata=metadata)


# A message whose first field is a string of one byte that is no UTF-8.
BAD_STRING = b"\x0a\x01\xff"
# The same in the model's name, inside the options.
BAD_MODEL = b"\x12" + bytes([len(BAD_STRING)]) + BAD_STRING
BAD_CONFIG = (
    b"\x0a" + bytes([len(BAD_STRING) + 2]) + b"\x0a" + bytes([len(BAD_STRING)]) + BAD_STRING
)
SURROGATE = b"\x0a\x03\xed\xa0\x80"


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("TranslateText", BAD_STRING),
        ("TranslateText", BAD_MODEL),
        ("TranslateText", SURROGATE),
        ("TranslateText", b"\x0a\x05ab"),
        ("TranslateText", b"\xff\xff\xff"),
        ("ListModels", b"\x12\x01\xff"),
        ("GetModel", BAD_STRING),
    ],
)
def test_a_message_that_cannot_be_read_is_refused(
    method: str, data: bytes, channel: grpc.Channel
) -> None:
    send: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
        f"/tarjama.v1.TranslationService/{method}"
    )
    with fails() as failure:
        send(data, timeout=TIMEOUT_S)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "MALFORMED_MESSAGE"
    assert failure.field == "request"


@pytest.mark.parametrize(
    "sent", [[BAD_CONFIG], [b"\x0a\x00", BAD_CONFIG], [b"\x0a\x00", b"\x12\x05ab"], [b"\xff"]]
)
def test_a_message_that_cannot_be_read_ends_a_stream(
    sent: Sequence[bytes], channel: grpc.Channel
) -> None:
    send: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(
        "/tarjama.v1.TranslationService/StreamingTranslateText"
    )
    with fails() as failure:
        list(send(iter(sent), timeout=TIMEOUT_S))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "MALFORMED_MESSAGE"


@pytest.mark.parametrize("method", METHODS)
async def test_a_server_that_is_loading_says_so(method: str, bundled_model: ServedModel) -> None:
    async with serve(bundled_model, ScriptedEngine()) as server:
        server.state.is_warm = False
        with fails() as failure:
            await call(server, method)
        assert failure.code is grpc.StatusCode.UNAVAILABLE
        assert failure.reason == "NOT_READY"
        assert failure.retry_after_s > 0
        server.state.is_warm = True
        assert await call(server, method)


@pytest.mark.parametrize("method", METHODS)
async def test_a_server_that_is_ending_says_so(method: str, bundled_model: ServedModel) -> None:
    async with serve(bundled_model, ScriptedEngine()) as server:
        server.state.is_draining = True
        with fails() as failure:
            await call(server, method)
    assert failure.code is grpc.StatusCode.UNAVAILABLE
    assert failure.reason == "DRAINING"
    assert failure.retry_after_s > 0


@pytest.mark.parametrize("method", METHODS[:2])
async def test_alignment_is_refused_on_a_model_that_was_not_trained_to_align(
    method: str, bundled_model: ServedModel
) -> None:
    model = replace(bundled_model, manifest=replace(bundled_model.manifest, alignment="none"))
    options = pb.TranslationOptions(alignment=True)
    async with serve(model, ScriptedEngine()) as server:
        with fails() as failure:
            if method == "TranslateText":
                await server.stub.TranslateText(
                    pb.TranslateTextRequest(texts=[HELLO], options=options)
                )
            else:
                stream = server.blocking_stub.StreamingTranslateText(requests([], options))
                await asyncio.to_thread(list, stream)
    assert failure.code is grpc.StatusCode.FAILED_PRECONDITION
    assert failure.reason == "ALIGNMENT_NOT_TRAINED"
    assert bundled_model.manifest.name in failure.message


@pytest.mark.parametrize("method", METHODS[:2])
@pytest.mark.parametrize(
    ("max_calls", "max_queue_s", "limit"),
    [(1, 1e9, "the limit is 1;"), (1000, 1e-9, "the limit is 1e-09 s;")],
    ids=["calls", "seconds"],
)
async def test_a_full_server_refuses_at_once_and_recovers(
    method: str, max_calls: int, max_queue_s: float, limit: str, bundled_model: ServedModel
) -> None:
    engine = ScriptedEngine()
    async with serve(
        bundled_model,
        engine,
        max_calls=max_calls,
        max_queue_s=max_queue_s,
        max_bulk_queue_s=max_queue_s,
    ) as server:
        # From this one the server knows how long sentences take.
        assert await call(server, "TranslateText")
        engine.hold()
        first = asyncio.ensure_future(call(server, "TranslateText"))
        await server.batcher.wait_for_submissions(2)
        with fails() as failure:
            await asyncio.wait_for(call(server, method), 10)
        assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert failure.reason == "QUEUE_FULL"
        assert 0.1 <= failure.retry_after_s <= 60
        assert limit in failure.message
        assert not first.done()
        engine.release()
        assert await first
        assert await call(server, method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ((), "CREDENTIALS_MISSING"),
        ((("authorization", "Basic c2VjcmV0"),), "CREDENTIALS_MISSING"),
        ((("authorization", "Bearer other"),), "CREDENTIALS_INVALID"),
        ((("authorization", "Bearer "),), "CREDENTIALS_INVALID"),
        ((("authorization", "Bearer secret"),), None),
        ((("authorization", "bearer secret"),), None),
    ],
)
async def test_a_server_with_a_token_asks_for_it(
    method: str,
    metadata: tuple[tuple[str, str], ...],
    reason: str | None,
    bundled_model: ServedModel,
) -> None:
    async with serve(bundled_model, ScriptedEngine(), token="secret") as server:
        if reason is None:
            assert await call(server, method, metadata=metadata)
            return
        with fails() as failure:
            await call(server, method, metadata=metadata)
    assert failure.code is grpc.StatusCode.UNAUTHENTICATED
    assert failure.reason == reason
    assert "secret" not in failure.message


def failing(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    """Fail on sentences that hold the word, with a message that quotes them."""
    if POISON in "".join(tokens).replace("▁", " "):
        raise EngineError(f"cannot translate {tokens}")
    return echo(tokens, decoding)


@pytest.mark.parametrize("method", METHODS[:2])
async def test_a_failure_of_the_engine_is_internal_with_an_id_that_is_in_the_log(
    method: str, bundled_model: ServedModel, capfd: pytest.CaptureFixture[str]
) -> None:
    async with serve(bundled_model, ScriptedEngine(failing)) as server:
        with fails() as failure:
            await call(server, method, f"حدثت {POISON} كبيرة.")
    assert failure.code is grpc.StatusCode.INTERNAL
    assert failure.reason == "INTERNAL_ERROR"
    assert re.fullmatch("[0-9a-f]{16}", failure.request_id)
    assert failure.request_id in failure.message
    log = "".join(capfd.readouterr())
    assert failure.request_id in log
    assert "EngineError" in log
    assert POISON not in log
    assert POISON not in failure.message


async def test_a_sentence_that_fails_fails_no_other_callers_sentence(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine(failing)
    engine.hold()
    async with serve(bundled_model, engine) as server:
        # One sentence keeps the engine while those of four callers gather in the queue.
        first = asyncio.ensure_future(call(server, "TranslateText"))
        await server.batcher.wait_for_submissions(1)
        texts = ["هذا كتاب جديد.", f"حدثت {POISON} كبيرة.", "هذا بيت قديم.", "هذا ولد صغير."]
        calls = [asyncio.ensure_future(call(server, "TranslateText", text)) for text in texts]
        await server.batcher.wait_for_submissions(5)
        engine.release()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert await first
        assert isinstance(results[1], grpc.aio.AioRpcError)
        assert [isinstance(result, pb.TranslateTextResponse) for result in results] == [
            True,
            False,
            True,
            True,
        ]
        alone = await call(server, "TranslateText", texts[0])
        assert results[0] == alone
    # They did share a batch.
    assert [len(batch.sentences) for batch in engine.batches[:2]] == [1, 4]


async def test_segments_before_a_failure_are_streamed(bundled_model: ServedModel) -> None:
    async with serve(bundled_model, ScriptedEngine(failing)) as server:
        text = f"هذا كتاب.\n\nهذا بيت.\n\nحدثت {POISON}.\n\nهذا ولد."
        received: list[pb.Segment] = []
        with fails() as failure:
            async for response in server.stub.StreamingTranslateText(requests([text.encode()])):
                received += response.segments
    assert failure.code is grpc.StatusCode.INTERNAL
    assert len(received) == 2


async def occupy(server: InProcessServer, engine: ScriptedEngine) -> asyncio.Future[object]:
    """Keep the one worker busy with a sentence of its own until the engine is released."""
    engine.hold()
    call_in_progress = asyncio.ensure_future(call(server, "TranslateText"))
    await server.batcher.wait_for_submissions(1)
    await asyncio.to_thread(engine.wait_for_batch)
    return call_in_progress


@pytest.mark.parametrize("how", ["cancelled", "deadline passed"])
@pytest.mark.parametrize("method", METHODS[:2])
async def test_sentences_of_a_caller_who_left_are_not_translated(
    how: str, method: str, bundled_model: ServedModel
) -> None:
    engine = ScriptedEngine()
    async with serve(bundled_model, engine) as server:
        first = await occupy(server, engine)
        text = "هذا كتاب جديد.\n" * 20
        timeout_s = TIMEOUT_S if how == "cancelled" else 0.2
        left: grpc.aio.UnaryUnaryCall | grpc.aio.StreamStreamCall  # type: ignore[type-arg]
        if method == "TranslateText":
            left = server.stub.TranslateText(
                pb.TranslateTextRequest(texts=[text]), timeout=timeout_s
            )
        else:
            left = server.stub.StreamingTranslateText(requests([text.encode()]), timeout=timeout_s)
        await server.batcher.wait_for_submissions(21)
        if how == "cancelled":
            left.cancel()
        async with asyncio.timeout(30):
            await asyncio.wait(server.batcher.submitted[1:])
        engine.release()
        await first
        assert await call(server, "TranslateText")
        assert (await left.code()).name == (
            "CANCELLED" if how == "cancelled" else "DEADLINE_EXCEEDED"
        )
        assert server.admission.call_count == 0
        assert server.batcher.pending_positions == 0
    # That of the call before it and that of the call after.
    assert len(engine.sentences) == 2
