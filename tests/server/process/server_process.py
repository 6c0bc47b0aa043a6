"""`tarjama-server serve` as a process of its own."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

# Generous: the machine that runs the tests may be doing several other things.
TIMEOUT_S = 60


class ServerProcess:
    """A running server. Its standard error goes to a file, its standard output is kept."""

    def __init__(
        self,
        *args: str,
        folder: Path,
        env: Mapping[str, str] | None = None,
        program: Sequence[str] = ("tarjama_server", "serve"),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("TARJAMA_")
        }
        self._stderr_path = folder / "stderr.txt"
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.stdout = ""
        self.addresses: list[str] = []
        with self._stderr_path.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *program, *args],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                # What a killed process leaves behind is the test's.
                env={
                    **inherited,
                    "XDG_DATA_HOME": str(folder),
                    "TMPDIR": str(folder),
                    **(env or {}),
                },
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def address(self) -> str:
        return self.addresses[0]

    @property
    def stderr(self) -> str:
        return self._stderr_path.read_text(encoding="utf-8")

    def wait_until_ready(self, address_count: int = 1) -> None:
        while len(self.addresses) < address_count:
            line = self._lines.get(timeout=TIMEOUT_S)
            assert line is not None, f"the server ended before it was ready:\n{self.stderr}"
            if line.startswith("ready "):
                self.addresses.append(line.removeprefix("ready ").strip())

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def close_stdin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self) -> int:
        """Wait for the process to end by itself; give its exit code."""
        code = self.process.wait(TIMEOUT_S)
        self._reader.join(TIMEOUT_S)
        return code

    def kill(self) -> None:
        """Leave nothing behind, whatever state the process is in."""
        self.process.kill()
        self.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            text = line.decode()
            self.stdout += text
            self._lines.put(text)
        self._lines.put(None)
