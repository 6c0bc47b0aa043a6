"""Traces through OpenTelemetry. Imported only when tracing is on.

Exporter, service name and sampler are set as OpenTelemetry says, by `OTEL_…` in the environment.
No global provider is set. What an exception says is in no span: it may quote the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from tarjama_server.observability.tracing import (
    Attributes,
    Metadata,
    Span,
    SpanReference,
    Tracing,
)

_SERVICE = "tarjama.v1.TranslationService"


class OpenTelemetryTracing(Tracing):
    """Tells OpenTelemetry."""

    def __init__(self, processor: SpanProcessor) -> None:
        """Give ended spans to `processor`."""
        named = Resource({SERVICE_NAME: "tarjama-server"}).merge(OTELResourceDetector().detect())
        # The server closes it; at exit it would be too late to send anything.
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("tarjama_server")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def call(self, method: str, *, request_id: str, metadata: Metadata) -> Iterator[Span]:
        """See `Tracing.call`."""
        parent = self._propagator.extract(
            {key: value for key, value in metadata if isinstance(value, str)}, context.Context()
        )
        span = self._tracer.start_span(
            f"{_SERVICE}/{method}",
            context=parent,
            kind=trace.SpanKind.SERVER,
            attributes={
                "rpc.system": "grpc",
                "rpc.service": _SERVICE,
                "rpc.method": method,
                "tarjama.request_id": request_id,
            },
        )
        # Not detached at the end: every call has a task of its own, whose context ends with it,
        # and an abandoned stream's end may run in another.
        context.attach(trace.set_span_in_context(span))
        try:
            yield _OpenTelemetrySpan(span)
        finally:
            span.end()

    def current(self) -> SpanReference | None:
        """See `Tracing.current`."""
        span_context = trace.get_current_span().get_span_context()
        return span_context if span_context.is_valid else None

    @contextmanager
    def batch(self, callers: Sequence[SpanReference], attributes: Attributes) -> Iterator[Span]:
        """See `Tracing.batch`."""
        spans = (cast(trace.SpanContext, caller) for caller in callers)
        contexts = list({span.span_id: span for span in spans}.values())
        parent = context.Context()
        if contexts:
            # The parent decides on sampling: the first caller who is sampled.
            first = next((each for each in contexts if each.trace_flags.sampled), contexts[0])
            parent = trace.set_span_in_context(trace.NonRecordingSpan(first), parent)
        span = self._tracer.start_span(
            "batch",
            context=parent,
            links=[trace.Link(each) for each in contexts],
            attributes=_prefixed(attributes),
        )
        try:
            yield _OpenTelemetrySpan(span)
        finally:
            span.end()

    @contextmanager
    def compute(self, batch: Span) -> Iterator[Span]:
        """See `Tracing.compute`."""
        parent = trace.set_span_in_context(cast(_OpenTelemetrySpan, batch).span, context.Context())
        span = self._tracer.start_span("engine", context=parent)
        try:
            yield _OpenTelemetrySpan(span)
        finally:
            span.end()

    def close(self) -> None:
        """See `Tracing.close`."""
        self._provider.shutdown()


def otlp_tracing() -> OpenTelemetryTracing:
    """Traces sent over OTLP to `OTEL_EXPORTER_OTLP_ENDPOINT`, by default localhost:4317."""
    return OpenTelemetryTracing(BatchSpanProcessor(OTLPSpanExporter()))


class _OpenTelemetrySpan:
    def __init__(self, span: trace.Span) -> None:
        self.span = span

    def set_attributes(self, attributes: Attributes) -> None:
        self.span.set_attributes(_prefixed(attributes))

    def fail(self, description: str) -> None:
        self.span.set_status(trace.StatusCode.ERROR, description)


def _prefixed(attributes: Attributes) -> dict[str, int | float | str]:
    """Names of the semantic conventions have a dot; those of the server's own get its prefix."""
    return {name if "." in name else f"tarjama.{name}": value for name, value in attributes.items()}
