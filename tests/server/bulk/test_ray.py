"""The command on Ray Data, with the bundled model: quiet, private, whole however it is ended."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tarjama_server.app import load_model
from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.job import Job
from tests.faults.findings import wait_until
from tests.server.bulk.corpus import Corpus
from tests.server.bulk.ray_command import TIMEOUT_S, Command, alive, parts, texts

pytestmark = pytest.mark.ray

pytest.importorskip("ray")

SHARDS = 20
SHARD_ROWS = 50


@pytest.fixture(scope="module")
def ray_folder() -> Iterator[Path]:
    """Where Ray keeps its sockets: the path of one has 107 bytes at most."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="tb-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory, ray_folder: Path) -> Iterator[Command]:
    """A job on objects with ids, of which one is bad."""
    folder = tmp_path_factory.mktemp("bulk")
    rows = [{"id": f"r{number}", "text": text} for number, text in enumerate(texts(999))]
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
    wait_until(lambda: not alive(processes), "the end of Ray's processes", TIMEOUT_S)
    folders = list(command.ray_folder.iterdir())
    return Undisturbed(parts(run.out), report, run.stderr, listening, folders)


def _listening(process: psutil.Process) -> set[str]:
    try:
        connections = process.net_connections("inet")
    except psutil.Error:  # It has ended meanwhile.
        return set()
    return {each.laddr.ip for each in connections if each.status == psutil.CONN_LISTEN}


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
    assert parts(run.out) == undisturbed.parts
    assert {name: report[name] for name in ("rows", "words", "segments", "bad_rows", "flags")} == {
        name: undisturbed.report[name]
        for name in ("rows", "words", "segments", "bad_rows", "flags")
    }


def test_a_worker_that_is_killed_is_replaced_and_no_row_is_lost(
    tmp_path: Path, ray_folder: Path
) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "in").mkdir()
    table = pa.table({"text": texts(800), "n": list(range(800))})
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
    assert parts(run.out) == in_process.parts()
