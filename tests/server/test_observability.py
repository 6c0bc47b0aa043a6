import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tarjama_server.observability import configure_logging, describe_error, logger


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Undo what `configure_logging` does to the process."""
    levels = {name: logging.getLogger(name).level for name in ("asyncio", "grpc")}
    yield
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_json_logs_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "info")
    logger().info("first", text="several\nlines", number=1)
    logger().warning("second")
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = map(json.loads, captured.err.splitlines())
    assert (first["event"], first["level"], first["text"]) == ("first", "info", "several\nlines")
    assert (second["event"], second["level"]) == ("second", "warning")


def test_text_logs_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("text", "info")
    logger().info("something happened", count=3)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "something happened" in captured.err
    assert "count=3" in captured.err
    assert "\x1b" not in captured.err


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_what_is_less_serious_than_the_level_is_left_out(
    level: str, seen: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("json", level)  # type: ignore[arg-type]
    for name in ("debug", "info", "warning", "error"):
        getattr(logger(), name)("event")
    lines = capsys.readouterr().err.splitlines()
    assert [json.loads(line)["level"] for line in lines] == seen


def test_an_error_is_described_without_its_message() -> None:
    try:
        raise KeyError("the document")
    except KeyError as error:
        described = describe_error(error)
    assert described["error"] == "KeyError"
    assert described["stack"].startswith("test_observability.py:")
    assert "document" not in str(described)
