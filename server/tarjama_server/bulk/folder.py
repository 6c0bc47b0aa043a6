"""The output folder: parts, lists of bad rows, and what is known of the job.

    OUT/part-00000.parquet         a shard's rows, for good once it is there
    OUT/_bad/part-00000.jsonl      its bad rows; only if there are any
    OUT/_tarjama/job.json          input, options, model and shards
    OUT/_tarjama/done/00000.json   that a shard is finished, and its counts
    OUT/_tarjama/report.json       the counts of all, once all are finished

Readers of such folders leave out names that begin with `_`. Every file is written under another
name, flushed to the disk and then renamed, the record of a shard last: so whenever a run is killed
a shard is either finished as a whole or is done again, and its files are put in place once more.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from tarjama_server.bulk.errors import FolderInUse, JobChanged
from tarjama_server.bulk.formats import OUTPUT_SUFFIXES, Format
from tarjama_server.bulk.report import ShardRecord

_STATE = "_tarjama"


class OutputFolder:
    """The folder of one job. Workers on any machine that sees it write into it."""

    def __init__(self, path: Path, format: Format) -> None:
        """Name the folder; nothing is made yet.

        Args:
            path: the same on all machines.
            format: of the parts.
        """
        self._path = path
        self._suffix = OUTPUT_SUFFIXES[format]
        self._state = path / _STATE
        self._records = self._state / "done"
        self._temporary = self._state / "unfinished"

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Make the folder and hold it alone; clear away what a killed run had not finished.

        Raises:
            FolderInUse: another run holds it, or there is something in it that is not ours.
            OSError: it cannot be made.
        """
        if self._path.exists() and not self._state.is_dir() and any(self._path.iterdir()):
            raise FolderInUse(
                f"{self._path} holds something already that is no output of this command: name an "
                "empty folder, or one that is not there"
            )
        self._records.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._state / "lock", timeout=0)
        try:
            with lock:
                shutil.rmtree(self._temporary, ignore_errors=True)
                self._temporary.mkdir(exist_ok=True)
                yield
        except Timeout as error:
            raise FolderInUse(f"another run works on {self._path}: wait for it to end") from error

    def read_job(self) -> dict[str, Any] | None:
        """What `write_job` was given; None if the folder is new.

        Raises:
            JobChanged: it cannot be understood.
        """
        path = self._state / "job.json"
        try:
            job: dict[str, Any] = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise JobChanged(f"{path} is damaged: name another output folder") from error
        return job

    def write_job(self, job: dict[str, Any]) -> None:
        """Note what this folder is for, before the first shard is begun."""
        self._write_json(self._state / "job.json", job)

    def record(self, number: int) -> ShardRecord | None:
        """The record of a finished shard; None while it, or its part, is not there."""
        try:
            record = ShardRecord.from_json(json.loads(self._record_path(number).read_bytes()))
            is_whole = self._part_path(number).stat().st_size == record.part_bytes
        except FileNotFoundError:
            return None
        return record if is_whole else None

    def forget(self, number: int) -> None:
        """Have a shard that is not whole done again."""
        self._record_path(number).unlink(missing_ok=True)

    def begin(self, number: int) -> int:
        """Note that a worker begins a shard.

        Returns:
            How often any has begun it in this run: over 1 if workers ended with it.
        """
        with (self._temporary / f"{number:05}.begun").open("ab") as file:
            file.write(b".")
            return file.tell()

    @contextmanager
    def part(self, number: int) -> Iterator[IO[bytes]]:
        """Write a shard's part, which is in its place when the `with` ends well."""
        with self._new_file(self._part_path(number)) as file:
            yield file

    def write_bad_rows(self, number: int, rows: Sequence[dict[str, Any]]) -> None:
        """List the bad rows of a shard, if it has any."""
        path = self._path / "_bad" / f"part-{number:05}.jsonl"
        if not rows:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(exist_ok=True)
        with self._new_file(path) as file:
            for row in rows:
                # Ids may be of types that JSON has not, such as dates.
                file.write(json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n")

    def finish(self, record: ShardRecord) -> None:
        """Note that a shard is finished: its files are in their places."""
        record_path = self._record_path(record.shard)
        self._write_json(record_path, record.as_json())

    def write_report(self, report: dict[str, Any]) -> None:
        """Keep the report of the whole job."""
        self._write_json(self._state / "report.json", report)

    def part_bytes(self, number: int) -> int:
        """The size of a part that is in its place."""
        return self._part_path(number).stat().st_size

    def _part_path(self, number: int) -> Path:
        return self._path / f"part-{number:05}{self._suffix}"

    def _record_path(self, number: int) -> Path:
        return self._records / f"{number:05}.json"

    def _write_json(self, path: Path, value: dict[str, Any]) -> None:
        with self._new_file(path) as file:
            file.write(json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n")

    @contextmanager
    def _new_file(self, path: Path) -> Iterator[IO[bytes]]:
        """Write a file that is whole or not there."""
        # A worker that was taken for dead may still write the same shard.
        unfinished = self._temporary / f"{path.name}.{uuid.uuid4().hex}"
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
