"""kill -9 of the server in mid-document: a new one goes on at the last safe point."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from tarjama import Client, RetryPolicy, Segment, TranslationOptions
from tests.client.library.drivers import Stream, TaskDriver, ThreadDriver
from tests.faults.documents import paragraphs
from tests.faults.findings import Findings
from tests.faults.observed import ObservedServer

GREEDY = TranslationOptions(beam_size=1)
"""Fast; nothing here depends on how well a sentence is translated."""

# Attempts for as long as it takes a server to start on a busy machine.
PATIENT = RetryPolicy(max_attempts=100, max_backoff_s=1.0, budget_tokens=1000)
_TIMEOUT_S = 120.0
_PARAGRAPHS_PER_PART = 2

Read = Callable[[str, "Interrupted"], str]


class MortalServer:
    """A server that is killed and started anew on its port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._start_count = 0
        self.current = self._start(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.current.process.kill()

    @property
    def address(self) -> str:
        return self.current.address

    def kill(self) -> None:
        """Kill it without a word."""
        self.current.process.kill()

    def start_anew(self) -> None:
        """Start another on the same port."""
        self.current = self._start(self.current.port)

    def _start(self, port: int) -> ObservedServer:
        self._start_count += 1
        return ObservedServer.start(self._folder / str(self._start_count), port=port)


class Interrupted:
    """A document whose server is killed while each of its parts but the last is translated.

    A part is given out when the server that was killed during the one before runs again: the
    document cannot be through before all kills have happened.
    """

    def __init__(self, server: MortalServer, kill_count: int) -> None:
        numbered = paragraphs()
        self._parts = [
            "".join(next(numbered) for _ in range(_PARAGRAPHS_PER_PART))
            for _ in range(kill_count + 1)
        ]
        self._server = server
        self._running = threading.Semaphore(1)
        self.kill_count = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def pieces(self) -> Iterator[bytes]:
        """The document as it is fed."""
        for part in self._parts:
            if not self._running.acquire(timeout=_TIMEOUT_S):
                raise TimeoutError("no server to send the next part to")
            yield part.encode()

    def answered(self, paragraph_count: int) -> None:
        """Kill the server if it has begun with the next part: so many paragraphs are through."""
        is_last = self.kill_count == len(self._parts) - 1
        if is_last or paragraph_count <= self.kill_count * _PARAGRAPHS_PER_PART:
            return
        self.kill_count += 1
        self._server.kill()
        threading.Thread(target=self._revive).start()

    def _revive(self) -> None:
        self._server.start_anew()
        self._running.release()


def kill_server(folder: Path, *, kill_count: int = 1) -> Findings:
    """Kill the server `kill_count` times under each kind of client."""
    findings = Findings()
    readers: dict[str, Read] = {
        "Client": _read_by_thread,
        "AsyncClient": _read_by_task,
        "command": _read_by_command,
    }
    for name, read in readers.items():
        with MortalServer(folder / name) as server:
            document = Interrupted(server, kill_count)
            with Client(server.address) as client:
                undisturbed = client.stream(document.text, options=GREEDY).read()
            total = len(undisturbed.segments)
            disturbed = read(server.address, document)
            last_count = server.current.samples().total("segments_total")
        findings.note(f"{name}: kills", document.kill_count)
        findings.note(f"{name}: segments of the document", total)
        findings.note(f"{name}: segments that the last server translated", int(last_count))
        findings.require(document.kill_count == kill_count, f"{name}: every kill happened")
        findings.require(disturbed == undisturbed.text, f"{name}: the output is as undisturbed")
        findings.require(0 < last_count < total, f"{name}: the document was not begun anew")
    return findings


def _read_by_thread(address: str, document: Interrupted) -> str:
    return _read(ThreadDriver(address, retry=PATIENT), document)


def _read_by_task(address: str, document: Interrupted) -> str:
    return _read(TaskDriver(address, retry=PATIENT), document)


def _read(driver: ThreadDriver | TaskDriver, document: Interrupted) -> str:
    translation = ""

    def take(_: Stream, segment: Segment) -> None:
        nonlocal translation
        translation += segment.translation
        document.answered(translation.count("\n\n"))

    try:
        driver.take(document.pieces(), take, options=GREEDY, timeout_s=_TIMEOUT_S)
    finally:
        driver.close()
    return translation


def _read_by_command(address: str, document: Interrupted) -> str:
    command = [sys.executable, "-m", "tarjama", "translate", "-", "--quiet", "--beam-size", "1"]
    pipe = subprocess.PIPE
    with ExitStack() as stack:
        ended = stack.enter_context(
            subprocess.Popen([*command, "--server", address], stdin=pipe, stdout=pipe)
        )
        stack.callback(ended.kill)
        stdin, stdout = ended.stdin, ended.stdout
        assert stdin is not None and stdout is not None

        def feed() -> None:
            with stdin:
                for piece in document.pieces():
                    stdin.write(piece)
                    stdin.flush()

        feeder = threading.Thread(target=feed)
        feeder.start()
        stack.callback(feeder.join)
        output = b""
        while chunk := os.read(stdout.fileno(), 65536):
            output += chunk
            document.answered(output.count(b"\n\n"))
        if ended.wait(_TIMEOUT_S) != 0:
            raise AssertionError(f"the command ended with {ended.returncode}")
        return output.decode()
