"""Logs of what the server does, never of what it translates."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from typing import Literal

import structlog

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


def configure_logging(log_format: LogFormat, level: LogLevel) -> None:
    """Send structured logs to stderr: as text for people, as JSON lines for machines."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # What asyncio and grpc log of a failed task holds its exception's message, which may quote the
    # document. Our own log says where it was raised.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    logging.getLogger("grpc").setLevel(logging.CRITICAL)


def logger() -> structlog.typing.FilteringBoundLogger:
    """The server's log."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger("tarjama_server")
    return log


def describe_error(error: BaseException) -> dict[str, str]:
    """Fields that say what was raised and where, without its message.

    Messages quote values (a `KeyError` its key, a `UnicodeError` its object), and values may be
    document text.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__qualname__,
        "stack": " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames),
    }
