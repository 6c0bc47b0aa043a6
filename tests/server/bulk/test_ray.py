"""The command on Ray Data, with the bundled model: quiet, private, whole however it is ended."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tarjama_server.app import load_model
from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.job import Job
from tests.faults.findings import wait_until
from tests.server.bulk.corpus import Corpus

pytestmark = pytest.mark.ray

pytest.importorskip("ray")

SAMPLE = Path(__file__).parents[2] / "quality" / "data" / "tatoeba_sample.ar"
SHARDS = 20
SHARD_ROWS = 50
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
        wait_until(lambda: not _alive(started), "the end of Ray's processes", TIMEOUT_S)


def _alive(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
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


def _texts(count: int) -> list[str]:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    return [f"{lines[number % len(lines)]} {number}" for number in range(count)]


@pytest.fixture(scope="module")
def ray_folder() -> Iterator[Path]:
    """Where Ray keeps its sockets: the path of one has 107 bytes at most."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="tb-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory, ray_folder: Path) -> Iterator[Command]:
    """A job on objects with ids, of which one is bad."""
    folder = tmp_path_factory.mktemp("bulk")
    rows = [{"id": f"r{number}", "text": text} for number, text in enumerate(_texts(999))]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    source = folder / "in.jsonl"
    source.write_text("\n".join([*lines[:150], '{"id": "bad", "text": 5}', *lines[150:]]) + "\n")
    options = ("--id-column", "id", "--shard-rows", f"{SHARD_ROWS}", "--json")
    command = Command(folder, source, options, ray_folder)
    yield command
    command.end()


@dataclass(frozen=True)
class Undisturbed:
    """A run to which nothing happened, and what was seen of it."""

    parts: dict[str, bytes]
    report: dict[str, object]
    stderr: str
    listening: set[str]
    left_folders: list[Path]


@pytest.fixture(scope="module")
def undisturbed(command: Command) -> Undisturbed:
    run = command.start("undisturbed")
    run.wait_for_shards(1)
    processes = run.processes()
    listening = set[str]().union(*map(_listening, processes))
    report = json.loads(run.wait())
    wait_until(lambda: not _alive(processes), "the end of Ray's processes", TIMEOUT_S)
    folders = list(command.ray_folder.iterdir())
    return Undisturbed(_parts(run.out), report, run.stderr, listening, folders)


def _listening(process: psutil.Process) -> set[str]:
    try:
        connections = process.net_connections("inet")
    except psutil.Error:  # It has ended meanwhile.
        return set()
    return {each.laddr.ip for each in connections if each.status == psutil.CONN_LISTEN}


def _parts(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in (*out.glob("part-*"), *out.glob("_bad/*"))
    }


def test_all_rows_come_out_in_order_with_their_ids(
    command: Command, undisturbed: Undisturbed
) -> None:
    given = [json.loads(line) for line in command.source.read_text().splitlines()]
    rows = [
        json.loads(line)
        for name, part in sorted(undisturbed.parts.items())
        if name.startswith("part-")
        for line in part.splitlines()
    ]

    assert [(row["id"], row["text"]) for row in rows] == [(row["id"], row["text"]) for row in given]
    assert [row["id"] for row in rows if row["text_en"] is None] == ["bad"]
    assert undisturbed.report["rows"] == 1000
    assert undisturbed.report["shards"] == SHARDS
    assert undisturbed.report["bad_rows"] == {"not_a_string": 1}


def test_only_the_progress_is_on_stderr(undisturbed: Undisturbed) -> None:
    lines = undisturbed.stderr.splitlines()
    assert lines[0] == "0 of 1,000 rows"
    assert all(re.fullmatch(r"[\d,]+ of 1,000 rows(, .* rows/s, .* left)?", line) for line in lines)


def test_ray_listens_on_this_machine_alone_and_leaves_nothing(undisturbed: Undisturbed) -> None:
    assert undisturbed.listening
    assert {address.removeprefix("::ffff:") for address in undisturbed.listening} <= {
        "127.0.0.1",
        "::1",
    }
    assert undisturbed.left_folders == []


def test_a_run_that_is_killed_over_and_over_ends_as_one_that_is_not(
    command: Command, undisturbed: Undisturbed
) -> None:
    finished: dict[Path, int] = {}
    for count in (1, 6, 11):
        run = command.start("killed")
        run.wait_for_shards(count)
        run.kill()
        inodes = {path: path.stat().st_ino for path in run.out.glob("part-*")}
        done = [path.stem for path in run.out.glob("_tarjama/done/*.json")]
        assert {path: inodes[path] for path in finished} == finished
        finished = {run.out / f"part-{name}.jsonl": inodes[run.out / f"part-{name}.jsonl"]
                    for name in done}  # fmt: skip
        assert count <= len(finished) < SHARDS
    run = command.start("killed")
    report = json.loads(run.wait())

    assert report["shards_done_before"] == len(finished)
    assert {path: path.stat().st_ino for path in finished} == finished
    assert _parts(run.out) == undisturbed.parts
    assert {name: report[name] for name in ("rows", "words", "segments", "bad_rows", "flags")} == {
        name: undisturbed.report[name]
        for name in ("rows", "words", "segments", "bad_rows", "flags")
    }


def test_a_worker_that_is_killed_is_replaced_and_no_row_is_lost(
    tmp_path: Path, ray_folder: Path
) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "in").mkdir()
    table = pa.table({"text": _texts(800), "n": list(range(800))})
    pq.write_table(table, tmp_path / "in" / "a.parquet")
    job = Job(Format.PARQUET, Format.PARQUET, shard_rows=50, has_flags=True)
    in_process = Corpus(tmp_path, load_model, job, "in-process")
    options = ("--flags", "--shard-rows", "50", "--processes", "2", "--workers", "1", "--json")
    command = Command(tmp_path, tmp_path / "in", options, ray_folder)
    run = command.start("out")
    run.wait_for_shards(2)
    workers = [each for each in run.processes() if "MapWorker" in each.name()]
    try:
        workers[0].kill()
        report = json.loads(run.wait())
    finally:
        command.end()

    assert len(workers) == 2
    assert "A worker died" in run.stderr
    assert report["rows"] == 800
    in_process.run()
    assert _parts(run.out) == in_process.parts()
