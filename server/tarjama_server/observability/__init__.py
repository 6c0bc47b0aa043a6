"""What the server tells of its work: logs, metrics, traces. Never what it translates."""

from tarjama_server.observability.logs import (
    LogFormat,
    LogLevel,
    configure_logging,
    describe_error,
    logger,
)

__all__ = ["LogFormat", "LogLevel", "configure_logging", "describe_error", "logger"]
