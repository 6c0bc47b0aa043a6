"""The metrics and traces of one server, from its start to its end."""

from __future__ import annotations

from tarjama_server.observability.logs import logger
from tarjama_server.observability.metrics import Metrics, MetricsEndpoint
from tarjama_server.observability.tracing import Tracing


class CannotObserve(Exception):
    """Metrics or traces cannot be given as asked. The message says why in one line."""


class Instruments:
    """What a server is watched with. Counting goes on whether or not anyone reads."""

    def __init__(self, *, has_traces: bool = False) -> None:
        """Count from now on, and trace if `has_traces`.

        Raises:
            CannotObserve: traces need packages that are not installed.
        """
        self.metrics = Metrics()
        self.tracing = _otlp_tracing() if has_traces else Tracing()
        self._endpoint: MetricsEndpoint | None = None

    def serve_metrics(self, address: str) -> None:
        """Answer Prometheus at `address`, HOST:PORT, until `close`.

        Raises:
            CannotObserve: it is taken or no address.
        """
        host, _, port = address.rpartition(":")
        if not (host and port.isascii() and port.isdigit() and int(port) <= 65535):
            raise CannotObserve(f"cannot serve metrics on {address}: an address is HOST:PORT")
        try:
            self._endpoint = MetricsEndpoint(self.metrics, host.strip("[]"), int(port))
        except OSError as error:
            raise CannotObserve(f"cannot serve metrics on {address}: {error.strerror}") from error
        logger().info("metrics", url=f"http://{host}:{self._endpoint.port}/metrics")

    def close(self) -> None:
        """Stop answering and send the last traces. Blocks as `Tracing.close` does."""
        if self._endpoint is not None:
            self._endpoint.close()
        self.tracing.close()


def _otlp_tracing() -> Tracing:
    try:
        from tarjama_server.observability.otel import otlp_tracing
    except ModuleNotFoundError as error:
        raise CannotObserve(
            f"tracing needs {error.name}: install tarjama[otel], or leave tracing off"
        ) from error
    return otlp_tracing()
