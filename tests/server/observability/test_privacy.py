"""Document text is in no metric and no span, whatever callers send and whatever goes wrong."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import grpc
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from tarjama_server.engine import Decoding
from tarjama_server.observability.otel import OpenTelemetryTracing
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.streams import TIMEOUT_S
from tests.server.in_process import InProcessServer, serve
from tests.server.process.test_privacy import (
    assert_silent,
    chained,
    noted,
    quoting,
    streams,
    unary_calls,
)
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo


async def call_everything(server: InProcessServer) -> None:
    for method, data in unary_calls():
        send: grpc.UnaryUnaryMultiCallable[bytes, bytes] = server.blocking_channel.unary_unary(
            f"/tarjama.v1.TranslationService/{method}"
        )
        with suppress(grpc.RpcError):
            await asyncio.to_thread(send, data, timeout=TIMEOUT_S)
    for sent in streams():
        stream: grpc.StreamStreamMultiCallable[bytes, bytes] = (
            server.blocking_channel.stream_stream(
                "/tarjama.v1.TranslationService/StreamingTranslateText"
            )
        )
        with suppress(grpc.RpcError):
            await asyncio.to_thread(list, stream(iter(sent), timeout=TIMEOUT_S))


@pytest.mark.parametrize("rule", [echo, quoting, chained, noted])
async def test_neither_metrics_nor_spans_hold_what_callers_sent(
    rule: Callable[[Tokens, Decoding], Sequence[str]], bundled_model: ServedModel
) -> None:
    exporter = InMemorySpanExporter()
    tracing = OpenTelemetryTracing(SimpleSpanProcessor(exporter))
    engine = ScriptedEngine(rule)
    async with serve(bundled_model, engine, tracing=tracing, cache_bytes=1 << 20) as server:
        await call_everything(server)
        metrics = generate_latest(server.instruments.metrics.registry).decode()
    spans = exporter.get_finished_spans()
    assert {span.name for span in spans} >= {"batch", "engine"}
    assert len(spans) > 60
    assert "tarjama_calls_total" in metrics
    assert_silent(metrics + "".join(span.to_json() for span in spans))
