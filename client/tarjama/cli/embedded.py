"""A server of one's own, for as long as the command runs."""

import importlib.util
import os
import queue
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tarjama import Client, Health, TarjamaError
from tarjama.cli.call_thread import CallThread
from tarjama.cli.errors import EmbeddedServerFailed

# Loading and warming up a model of 300 MB takes seconds; this is for slow disks and busy machines.
_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 5.0
_HEALTH_PAUSE_S = 0.05
_KEPT_LOG_LINES = 10

# A socket's path may have 103 bytes on macOS and 107 on Linux.
_MAX_SOCKET_PATH_BYTES = 103

# Read by the server as the token to ask for. On a command line everyone could read it.
_TOKEN_VARIABLE = "TARJAMA_SERVER_TOKEN"
_READY = "ready "


def is_installed() -> bool:
    """Whether the `[server]` extra is there. Imports nothing.

    The wheel holds the server's own modules in any case, so what it needs is looked for too.
    """
    return all(
        importlib.util.find_spec(module) is not None
        for module in ("tarjama_server", "ctranslate2", "sentencepiece")
    )


class EmbeddedServer:
    """A server in a process of its own, which ends with this one. A context manager.

    It listens on a socket in a folder that only the user may enter or, where there are no
    Unix sockets, on a port of 127.0.0.1, and in either case asks for a token that only the two
    processes know. The server watches its standard input, which is a pipe from here: it closes
    when this process ends, however it ends.

    Attributes:
        address: Where it listens. Set on entering.
        token: The token it asks for.
    """

    def __init__(
        self,
        *,
        model: str = "",
        command: Sequence[str] = (sys.executable, "-P", "-m", "tarjama_server"),
        loopback: bool = sys.platform == "win32",
        start_timeout_s: float = _START_TIMEOUT_S,
        stop_timeout_s: float = _STOP_TIMEOUT_S,
    ) -> None:
        """Prepares a server; entering starts it.

        Args:
            model: The model to serve. Empty for what the server's own settings say.
            command: What starts the server. `-P` keeps the working directory, which may
                hold anything, out of its import path.
            loopback: Whether to listen on 127.0.0.1 instead of a socket.
            start_timeout_s: Seconds it may take to be ready.
            stop_timeout_s: Seconds it may take to end by itself before it is killed.
        """
        self.address = ""
        self.token = secrets.token_urlsafe(32)
        self._loopback = loopback
        self._model = model
        self._command = command
        self._start_timeout_s = start_timeout_s
        self._stop_timeout_s = stop_timeout_s
        self._folder: Path | None = None
        self._process: subprocess.Popen[str] | None = None
        self._first_line: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._log: deque[str] = deque(maxlen=_KEPT_LOG_LINES)
        self._readers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        """Starts the server and waits until it serves.

        Raises:
            EmbeddedServerFailed: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + self._start_timeout_s
        try:
            self._start()
            self.address = self._await_ready_line(deadline)
            self._await_serving(deadline)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def ending(self) -> str:
        """Says how the server ended, with the last of its log; empty while it runs."""
        if self._process is None or self._process.poll() is None:
            return ""
        for reader in self._readers:
            reader.join(self._stop_timeout_s)
        lines = [
            f"The embedded server ended with exit code {self._process.returncode}.",
            *self._log,
        ]
        return "\n  ".join(lines)

    def _start(self) -> None:
        process = subprocess.Popen(
            [*self._command, *self._arguments()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, _TOKEN_VARIABLE: self.token},
            encoding="utf-8",
            errors="replace",
            # Ctrl-C is for this process, which then ends the server in its own time.
            start_new_session=sys.platform != "win32",
            creationflags=_own_process_group(),
        )
        self._process = process
        assert process.stdout is not None and process.stderr is not None
        self._follow(partial(_pass_on_first_line, process.stdout, self._first_line))
        self._follow(partial(_keep_last_lines, process.stderr, self._log))

    def _arguments(self) -> list[str]:
        if self._loopback:
            listen = "127.0.0.1:0"
        else:
            self._folder = _private_folder()
            listen = f"unix:{self._folder / 'tarjama.sock'}"
        arguments = ["serve", "--listen", listen, "--exit-on-stdin-eof", "--log-level", "warning"]
        return [*arguments, "--models", self._model] if self._model else arguments

    def _follow(self, reader: Callable[[], None]) -> None:
        thread = threading.Thread(target=reader, daemon=True)
        thread.start()
        self._readers.append(thread)

    def _await_ready_line(self, deadline: float) -> str:
        try:
            line = self._first_line.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise self._not_ready() from None
        if not line:
            self._has_ended(self._stop_timeout_s)
            raise EmbeddedServerFailed(self.ending() or "The embedded server is not ready.")
        if not line.startswith(_READY):
            raise EmbeddedServerFailed(
                "The embedded server is of another version: it did not say that it is ready."
            )
        return line.removeprefix(_READY).strip()

    def _await_serving(self, deadline: float) -> None:
        client = Client(self.address, token=self.token)
        with CallThread() as calls, CallThread() as closing, ExitStack() as opened:
            opened.callback(closing.run, client.close)
            while (remaining_s := deadline - time.monotonic()) > 0:
                try:
                    health = calls.run(partial(client.health, timeout_s=remaining_s))
                except TarjamaError as error:
                    self._has_ended(_HEALTH_PAUSE_S)
                    reason = self.ending() or f"The embedded server does not answer: {error}"
                    raise EmbeddedServerFailed(reason) from error
                if health is Health.SERVING:
                    return
                if self._has_ended(_HEALTH_PAUSE_S):
                    raise EmbeddedServerFailed(self.ending())
        raise self._not_ready()

    def _has_ended(self, within_s: float) -> bool:
        assert self._process is not None
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _not_ready(self) -> EmbeddedServerFailed:
        lines = [f"The embedded server was not ready in {self._start_timeout_s:g} s.", *self._log]
        return EmbeddedServerFailed("\n  ".join(lines))

    def _stop(self) -> None:
        try:
            if self._process is not None:
                self._end_process(self._process)
                self._process = None
        finally:
            # Ctrl-C may cut short the wait above; the server ends in its own time then.
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _end_process(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(self._stop_timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for reader in self._readers:
            reader.join(self._stop_timeout_s)


def _own_process_group() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP
    return 0  # Asked for by `start_new_session`.


def _private_folder() -> Path:
    """Makes a folder with mode 0700 whose path leaves room for a socket's name."""
    folder = Path(tempfile.mkdtemp(prefix="tarjama-"))
    if len(os.fsencode(folder / "tarjama.sock")) > _MAX_SOCKET_PATH_BYTES:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="tarjama-", dir="/tmp"))
    return folder


def _pass_on_first_line(stream: IO[str], lines: "queue.SimpleQueue[str]") -> None:
    """Passes on the first line, or an empty one at the end, and reads on so that no pipe fills."""
    with stream:
        lines.put(stream.readline())
        for _ in stream:
            pass


def _keep_last_lines(stream: IO[str], lines: deque[str]) -> None:
    with stream:
        lines.extend(line.rstrip() for line in stream)
