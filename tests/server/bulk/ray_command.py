"""Runs the command in processes of its own, as users do, to be watched and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.faults.findings import wait_until

SAMPLE = Path(__file__).parents[2] / "quality" / "data" / "tatoeba_sample.ar"
TIMEOUT_S = 100


@dataclass
class BulkRun:
    """A run of the command in a process group of its own."""

    process: subprocess.Popen[str]
    out: Path
    stderr_path: Path

    def wait(self) -> str:
        """Wait for it to end well; give what it printed."""
        stdout, _ = self.process.communicate(timeout=TIMEOUT_S)
        assert self.process.returncode == 0, self.stderr
        return stdout

    @property
    def stderr(self) -> str:
        return self.stderr_path.read_text()

    def wait_for_shards(self, count: int) -> None:
        """Wait until so many more shards are finished than when the run began."""
        wait_until(
            lambda: self.finished() >= count or self.process.poll() is not None,
            f"{count} finished shards",
            TIMEOUT_S,
        )
        assert self.process.poll() is None, self.stderr

    def finished(self) -> int:
        return len(list(self.out.glob("_tarjama/done/*.json")))

    def processes(self) -> list[psutil.Process]:
        """Those that it started, and they in turn."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        """End it as a loss of power would, and wait until nothing of it is left."""
        started = self.processes()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=TIMEOUT_S)
        wait_until(lambda: not alive(started), "the end of Ray's processes", TIMEOUT_S)


def alive(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those of `processes` that have not ended."""
    # What nobody waited for is a zombie until init does, which in a container may be never.
    return [each for each in processes if each.is_running() and _status(each) != "zombie"]


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.NoSuchProcess:
        return "zombie"


@dataclass
class Command:
    """Starts runs of one job."""

    folder: Path
    source: Path
    options: tuple[str, ...]
    ray_folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    runs: list[BulkRun] = field(default_factory=list)

    def start(self, out: str) -> BulkRun:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TARJAMA_", "RAY_"))
        }
        stderr_path = self.folder / f"{out}.stderr.txt"
        with stderr_path.open("a") as stderr:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tarjama_server", "bulk"),
                    *(str(self.source), str(self.folder / out), *self.options),
                ],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={
                    **environment,
                    "XDG_DATA_HOME": str(self.folder / "data"),
                    "RAY_TMPDIR": str(self.ray_folder),
                    **self.environment,
                },
                start_new_session=True,
            )
        self.runs.append(BulkRun(process, self.folder / out, stderr_path))
        return self.runs[-1]

    def end(self) -> None:
        """Leave nothing running, whatever became of the tests."""
        for run in self.runs:
            if run.process.poll() is None:
                run.kill()


def texts(count: int) -> list[str]:
    """Make rows of real sentences, no two alike."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    return [f"{lines[number % len(lines)]} {number}" for number in range(count)]


def parts(out: Path) -> dict[str, bytes]:
    """The files of rows, good and bad, by name."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in (*out.glob("part-*"), *out.glob("_bad/*"))
    }
