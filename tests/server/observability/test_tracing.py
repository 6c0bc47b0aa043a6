"""Spans of calls, batches and the engine's work, as OpenTelemetry's own exporter has them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import grpc
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind, StatusCode

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.engine import Decoding, EngineError
from tarjama_server.observability.otel import OpenTelemetryTracing
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.streams import TIMEOUT_S, requests
from tests.server.in_process import serve
from tests.server.scripted_engine import ScriptedEngine, Tokens

HELLO = "مرحبا بالعالم."
CALL = "tarjama.v1.TranslationService/TranslateText"
STREAM = "tarjama.v1.TranslationService/StreamingTranslateText"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Traced:
    """Tracing into memory."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracing = OpenTelemetryTracing(SimpleSpanProcessor(self._exporter))

    def spans(self, name: str) -> list[ReadableSpan]:
        """Those of a name, in the order in which they ended."""
        return [span for span in self._exporter.get_finished_spans() if span.name == name]


@pytest.fixture
def traced() -> Traced:
    return Traced()


def context_of(span: ReadableSpan) -> SpanContext:
    context = span.context
    assert isinstance(context, SpanContext)
    return context


def parent_id(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


async def test_a_lone_call_is_one_trace_down_to_the_engine(
    traced: Traced, bundled_model: ServedModel
) -> None:
    async with serve(bundled_model, ScriptedEngine(), tracing=traced.tracing) as server:
        await server.stub.TranslateText(
            pb.TranslateTextRequest(texts=[HELLO]),
            metadata=(("x-request-id", "given"),),
            timeout=TIMEOUT_S,
        )
    (call,), (batch,), (engine,) = map(traced.spans, (CALL, "batch", "engine"))
    assert call.parent is None
    assert call.kind is SpanKind.SERVER
    assert parent_id(batch) == context_of(call).span_id
    assert parent_id(engine) == context_of(batch).span_id
    assert len({context_of(span).trace_id for span in (call, batch, engine)}) == 1
    assert [link.context.span_id for link in batch.links] == [context_of(call).span_id]
    assert dict(call.attributes or {}) == {
        "rpc.system": "grpc",
        "rpc.service": "tarjama.v1.TranslationService",
        "rpc.method": "TranslateText",
        "rpc.grpc.status_code": 0,
        "tarjama.request_id": "given",
        "tarjama.model": "ar-en-small",
        "tarjama.texts": 1,
        "tarjama.characters": len(HELLO),
        "tarjama.segments": 1,
    }
    counts = dict(batch.attributes or {})
    assert counts["tarjama.sentences"] == 1
    assert set(counts) == {"tarjama.sentences", "tarjama.source_tokens", "tarjama.beam_size"}
    assert call.resource.attributes["service.name"] == "tarjama-server"


@pytest.mark.parametrize("flags", ["01", "00"])
async def test_a_call_is_part_of_its_caller_s_trace(
    flags: str, traced: Traced, bundled_model: ServedModel
) -> None:
    metadata = (("traceparent", f"00-{TRACE}-{PARENT}-{flags}"),)
    async with serve(bundled_model, ScriptedEngine(), tracing=traced.tracing) as server:
        await server.stub.TranslateText(
            pb.TranslateTextRequest(texts=[HELLO]), metadata=metadata, timeout=TIMEOUT_S
        )
        stream = server.blocking_stub.StreamingTranslateText(
            requests([HELLO.encode(), b"\n", HELLO.encode()]), metadata=metadata, timeout=TIMEOUT_S
        )
        await asyncio.to_thread(list, stream)
    calls = traced.spans(CALL) + traced.spans(STREAM)
    if flags == "00":
        # The caller chose not to be traced.
        assert not calls and not traced.spans("batch") and not traced.spans("engine")
        return
    assert [format(parent_id(call) or 0, "016x") for call in calls] == [PARENT] * 2
    spans = [*calls, *traced.spans("batch"), *traced.spans("engine")]
    assert {format(context_of(span).trace_id, "032x") for span in spans} == {TRACE}


async def test_a_traceparent_that_is_none_begins_a_trace(
    traced: Traced, bundled_model: ServedModel
) -> None:
    async with serve(bundled_model, ScriptedEngine(), tracing=traced.tracing) as server:
        await server.stub.GetModel(
            pb.GetModelRequest(), metadata=(("traceparent", "00-nothing-01"),), timeout=TIMEOUT_S
        )
    (span,) = traced.spans("tarjama.v1.TranslationService/GetModel")
    assert span.parent is None


async def test_a_batch_of_several_callers_is_linked_to_each_once(
    traced: Traced, bundled_model: ServedModel
) -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with serve(bundled_model, engine, tracing=traced.tracing) as server:

        async def translate(*texts: str) -> None:
            await server.stub.TranslateText(pb.TranslateTextRequest(texts=texts), timeout=TIMEOUT_S)

        calls = [asyncio.create_task(translate("هذا كتاب."))]
        await server.batcher.wait_for_submissions(1)
        await asyncio.to_thread(engine.wait_for_batch)
        calls.append(asyncio.create_task(translate("هذا بيت.", "هذا باب.")))
        await server.batcher.wait_for_submissions(3)
        calls.append(asyncio.create_task(translate("هذا ولد.")))
        await server.batcher.wait_for_submissions(4)
        engine.release()
        await asyncio.wait_for(asyncio.gather(*calls), TIMEOUT_S)
    _, second = traced.spans("batch")
    texts = {
        context_of(span).span_id: (span.attributes or {})["tarjama.texts"]
        for span in traced.spans(CALL)
    }
    assert [texts[link.context.span_id] for link in second.links] == [2, 1]
    assert parent_id(second) == second.links[0].context.span_id


async def test_failures_show_as_codes_and_kinds_and_never_as_messages(
    traced: Traced, bundled_model: ServedModel
) -> None:
    def failing(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        raise EngineError(f"cannot translate {tokens}")

    async with serve(bundled_model, ScriptedEngine(failing), tracing=traced.tracing) as server:
        for texts in ([HELLO], []):
            with suppress(grpc.RpcError):
                await server.stub.TranslateText(
                    pb.TranslateTextRequest(texts=texts), timeout=TIMEOUT_S
                )
    bug, refusal = traced.spans(CALL)
    (batch,) = traced.spans("batch")
    (engine,) = traced.spans("engine")
    for span, code, description in (
        (bug, 13, "INTERNAL"),
        (refusal, 3, "INVALID_ARGUMENT"),
        (batch, None, "EngineError"),
    ):
        assert span.status.status_code is StatusCode.ERROR
        assert span.status.description == description
        assert (span.attributes or {}).get("rpc.grpc.status_code") == code
    assert (refusal.attributes or {})["tarjama.reason"] == "NO_TEXTS"
    assert not any(span.events for span in (bug, refusal, batch, engine))


async def test_a_call_that_was_left_has_a_span(traced: Traced, bundled_model: ServedModel) -> None:
    engine = ScriptedEngine()
    engine.hold()
    async with serve(bundled_model, engine, tracing=traced.tracing) as server:
        call = server.stub.TranslateText(pb.TranslateTextRequest(texts=[HELLO]))
        await server.batcher.wait_for_submissions(1)
        call.cancel()
        await asyncio.wait(server.batcher.submitted, timeout=30)
        async with asyncio.timeout(30):
            while not traced.spans(CALL):
                await asyncio.sleep(0)
        engine.release()
    (span,) = traced.spans(CALL)
    assert span.status.description == "CANCELLED"
