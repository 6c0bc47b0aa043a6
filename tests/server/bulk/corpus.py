"""Runs bulk jobs in the test's process, without Ray."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tarjama_server.app import load_model
from tarjama_server.batching import Batcher
from tarjama_server.bulk.formats import Format, find_files
from tarjama_server.bulk.job import Job
from tarjama_server.bulk.plan import Shard
from tarjama_server.bulk.report import Report, ShardRecord
from tarjama_server.bulk.run import BulkRequest, Execute, Watcher, run_bulk
from tarjama_server.bulk.worker import LoadModel, ShardWorker, WorkerTask
from tarjama_server.config import Settings, load_settings
from tarjama_server.engine import Engine
from tarjama_server.model_store.store import InstalledModel, ModelStore
from tarjama_server.pipeline.model import ServedModel
from tests.server.scripted_engine import ScriptedEngine

ARABIC = (
    "مرحبا بالعالم.",
    "ذهب الولد إلى المدرسة صباحا.",
    "كتبت الرسالة أمس.",
    "أين المحطة؟",
    "لا أعرف.",
)


@functools.cache
def _bundled_model() -> ServedModel:
    store = ModelStore(Path("no models but the bundled one"))
    return load_model(store.find("ar-en-small"), load_settings(None, {"workers": 1}))


def with_engine(engine: Engine) -> LoadModel:
    """Load the bundled model, and have `engine` in its place translate."""

    def load(_: InstalledModel, settings: Settings) -> ServedModel:
        model = _bundled_model()
        batcher = Batcher(engine, worker_count=1, max_batch_tokens=settings.max_batch_tokens)
        return replace(model, batcher=batcher, engine=None)

    return load


def echo_engine(installed: InstalledModel, settings: Settings) -> ServedModel:
    """Load the bundled model with an engine that answers by rule."""
    return with_engine(ScriptedEngine())(installed, settings)


def here(task: WorkerTask, shards: Sequence[Shard]) -> Iterator[ShardRecord]:
    """Translate shards one after the other."""
    worker = ShardWorker(task)
    try:
        for shard in shards:
            yield worker.process(shard)
    finally:
        worker.close()


class Killed(BaseException):
    """Stands for the end of the process."""


def killed_after(count: int) -> Execute:
    """Translate so many shards, then be gone."""

    def execute(task: WorkerTask, shards: Sequence[Shard]) -> Iterator[ShardRecord]:
        for number, record in enumerate(here(task, shards)):
            if number == count:
                raise Killed
            yield record

    return execute


@dataclass
class Corpus:
    """A job and its folders."""

    folder: Path
    load: LoadModel
    job: Job = field(default_factory=lambda: Job(Format.TEXT, Format.TEXT, shard_rows=2))
    out_name: str = "out"

    @property
    def out(self) -> Path:
        return self.folder / self.out_name

    def run(
        self,
        execute: Execute = here,
        *,
        source: str | None = None,
        begun: Callable[[int, int], None] = lambda rows, done: None,
        **options: Any,  # noqa: ANN401
    ) -> Report:
        """Run the job, with other options if any are given."""
        job = replace(self.job, **options)
        store = ModelStore(self.folder / "models")
        request = BulkRequest(
            find_files(source or str(self.folder / "in"), job.input_format),
            self.out,
            job,
            store.find("ar-en-small"),
            load_settings(None, {"workers": 1, "models_dir": self.folder / "models"}),
            self.load,
        )
        return run_bulk(request, execute, Watcher(lambda name: None, begun, lambda rows: None))

    def parts(self) -> dict[str, bytes]:
        """The files of the output by name, without what is kept of the job."""
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in sorted(self.out.rglob("*"))
            if path.is_file() and "_tarjama" not in path.parts
        }

    def output(self) -> bytes:
        """All parts, one after the other."""
        return b"".join(path.read_bytes() for path in sorted(self.out.glob("part-*")))

    def objects(self) -> list[dict[str, Any]]:
        """The rows of all parts in JSON Lines."""
        return [json.loads(line) for line in self.output().splitlines()]

    def bad_rows(self) -> list[dict[str, Any]]:
        """What is listed of bad rows."""
        return [
            json.loads(line)
            for path in sorted((self.out / "_bad").glob("*"))
            for line in path.read_bytes().splitlines()
        ]
