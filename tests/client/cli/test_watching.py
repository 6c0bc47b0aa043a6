"""Folders that are watched."""

import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tarjama.cli.jobs import Source
from tarjama.cli.watching import Watch
from tests.client.cli.conftest import TIMEOUT_S, Run, started
from tests.client.cli.scripted_server import Script


class EnoughError(Exception):
    """Ends a watch."""


def watched(*steps: Callable[[], object]) -> list[set[str]]:
    """Looks at this folder, with a step after each look; gives what appeared, batch by batch."""
    waiting = list(steps)
    batches: list[set[str]] = []

    def find() -> list[Source]:
        return [Source(path, Path()) for path in sorted(Path().glob("*.txt"))]

    def pause() -> None:
        if not waiting:
            raise EnoughError
        waiting.pop(0)()

    with suppress(EnoughError):
        for _, batch in Watch(find, pause).batches():
            batches.append({path.name for path in batch})
    return batches


def written(name: str, text: str) -> Callable[[], object]:
    return lambda: Path(name).write_text(text)


def nothing() -> None:
    """Happens between two looks."""


def test_what_is_there_and_what_appears_comes_once() -> None:
    Path("a.txt").write_text("x")
    assert watched(nothing, written("b.txt", "x"), nothing, nothing) == [{"a.txt"}, {"b.txt"}]


def test_a_document_that_is_being_written_is_waited_for() -> None:
    grows = [written("a.txt", "x" * length) for length in range(1, 5)]
    assert watched(*grows) == []
    assert watched(*grows, nothing) == [{"a.txt"}]


def test_an_empty_document_is_waited_for() -> None:
    Path("a.txt").write_text("")
    assert watched(nothing, nothing, written("a.txt", "x"), nothing) == [{"a.txt"}]


def test_a_document_that_changes_comes_again() -> None:
    Path("a.txt").write_text("x")
    assert watched(nothing, written("a.txt", "xx"), nothing, nothing) == [{"a.txt"}] * 2


def test_a_document_that_goes_is_forgotten() -> None:
    Path("a.txt").write_text("x")
    assert watched(Path("a.txt").unlink, nothing) == []


@pytest.mark.parametrize("arguments", [["a.txt"], ["--dry-run"], ["--json"]])
def test_options_that_a_watch_cannot_follow_are_misuse(
    translate: Run, arguments: list[str]
) -> None:
    assert translate("--watch", ".", *arguments).code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")
def test_a_watch_translates_what_appears_until_ctrl_c(script: Script) -> None:
    Path("inbox").mkdir()
    Path("inbox/a.txt").write_text("نعم\n")
    with started("translate", "--server", script.address, "--watch", "inbox") as process:
        assert process.stderr is not None
        said = iter(process.stderr.readline, b"")
        assert any(b"a.en.txt" in line for line in said)
        Path("inbox/b.html").write_text("<p>نعم</p>")
        assert any(b"b.en.html" in line for line in said)
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_S) == 130
    assert {path.name for path in Path("inbox").iterdir()} == {
        "a.txt",
        "a.en.txt",
        "b.html",
        "b.en.html",
    }
