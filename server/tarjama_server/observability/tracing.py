"""What the rooms tell a tracer, and the tracer that is not there.

Nothing of OpenTelemetry is imported here: `otel` is, when tracing is on. Attributes are counts and
names of the server's own, never text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Metadata = Iterable[tuple[str, str | bytes]]
Attributes = Mapping[str, int | float | str]


class Span(Protocol):
    """A piece of work that a tracer times."""

    def set_attributes(self, attributes: Attributes) -> None:
        """Say more of it. Counts, never text."""

    def fail(self, description: str) -> None:
        """It failed. `description` is a canonical code or the name of a class of errors."""


class SpanReference(Protocol):
    """Names a span to others, in this server or another."""


class Tracing:
    """Tells no one."""

    def call(
        self, method: str, *, request_id: str, metadata: Metadata
    ) -> AbstractContextManager[Span]:
        """The span of a call of `method`; part of the caller's trace if `metadata` names one."""
        return nullcontext(_NoSpan())

    def current(self) -> SpanReference | None:
        """The call that the running task works for."""
        return None

    def batch(
        self, callers: Sequence[SpanReference], attributes: Attributes
    ) -> AbstractContextManager[Span]:
        """The span of a batch from the queue on: part of the first caller's trace, linked to all.

        Args:
            callers: whose sentences are in it, oldest first.
            attributes: its counts.
        """
        return nullcontext(_NoSpan())

    def compute(self, batch: Span) -> AbstractContextManager[Span]:
        """The span of the engine's work on `batch`. Entered on the worker's thread."""
        return nullcontext(_NoSpan())

    def close(self) -> None:
        """Send what has not been sent yet. Blocks: `OTEL_EXPORTER_OTLP_TIMEOUT`, 10 s, at most."""


class _NoSpan:
    def set_attributes(self, attributes: Attributes) -> None:
        pass

    def fail(self, description: str) -> None:
        pass
