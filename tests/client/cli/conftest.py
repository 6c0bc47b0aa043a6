"""The command line under test, run in this process or in one of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tarjama.cli.application import run
from tests.client.cli.scripted_server import Script, serving

TIMEOUT_S = 60

Stream = int | IO[bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def no_ambient_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("TARJAMA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def script() -> Iterator[Script]:
    """A server that follows a script."""
    with serving(Script()) as script:
        yield script


@pytest.fixture
def tarjama(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line in this process."""

    def run_here(*arguments: object, stdin: bytes = b"") -> Outcome:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            code = run([str(argument) for argument in arguments])
        out, err = capsysbinary.readouterr()
        return Outcome(code, out, err.decode())

    return run_here


@pytest.fixture
def translate(tarjama: Run, script: Script) -> Run:
    """Runs `tarjama translate` with the scripted server."""
    return lambda *arguments, stdin=b"": tarjama(
        "translate", "--server", script.address, *arguments, stdin=stdin
    )


def started(
    *arguments: object,
    stdin: Stream = subprocess.PIPE,
    stdout: Stream = subprocess.PIPE,
    stderr: Stream = subprocess.PIPE,
    redirection: str = "",
) -> "subprocess.Popen[bytes]":
    """Starts the command line in a process of its own, through a shell if that redirects."""
    command = [sys.executable, "-m", "tarjama", *map(str, arguments)]
    if redirection:
        command = ["sh", "-c", f'exec "$@" {redirection}', "sh", *command]
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr)
