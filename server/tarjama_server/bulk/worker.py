"""Translates shards in one process, with one warmed model."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar

from tarjama_server.bulk.errors import BulkError, InputFault, WorkerFault
from tarjama_server.bulk.folder import OutputFolder
from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.job import Job
from tarjama_server.bulk.lines import read_lines
from tarjama_server.bulk.plan import Shard
from tarjama_server.bulk.report import ShardRecord
from tarjama_server.bulk.rows import Row, ShardRows
from tarjama_server.bulk.translating import RowTranslator
from tarjama_server.config import Settings
from tarjama_server.engine import EngineError
from tarjama_server.model_store import InstalledModel, ModelStore, ModelStoreError
from tarjama_server.model_store.store import default_user_dir
from tarjama_server.observability import describe_error
from tarjama_server.pipeline.model import ServedModel

# A shard with which so many workers ended would end all that try it.
_MOST_ATTEMPTS = 5

_Result = TypeVar("_Result")

LoadModel = Callable[[InstalledModel, Settings], ServedModel]


@dataclass(frozen=True, slots=True)
class WorkerTask:
    """All that a worker needs to know, on whatever machine it is.

    Attributes:
        job: what to do to each row.
        folder: of the input, the same on all machines.
        names: of the input files, relative to it.
        out: the output folder, the same on all machines.
        settings: which model, where it is, and how to compute.
        checksum: of the model; a machine with another one must not take part.
        load: loads models; workers find it by its name.
        gpus: that each worker has; 0 for none.
    """

    job: Job
    folder: Path
    names: tuple[str, ...]
    out: Path
    settings: Settings
    checksum: str
    load: LoadModel
    gpus: float = 0.0


class ShardWorker:
    """Translates shards in one process, with one model, which is loaded for the first of them.

    Threads may have one translated each: while a shard's last sentences are translated and it is
    written, the next is read and begun, and the engine does not stand still in between.
    """

    def __init__(self, task: WorkerTask) -> None:
        """Prepare; nothing is loaded yet."""
        self._task = task
        self._folder = OutputFolder(task.out, task.job.output_format)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="translate", daemon=True)
        self._thread.start()
        self._lock = Lock()
        self._translator: RowTranslator | None = None
        self._last_ended = time.perf_counter()

    def process(self, shard: Shard) -> ShardRecord:
        """Translate a shard and write its files, unless that is done already.

        Raises:
            InputFault: the shard cannot be read, or is not what it was when it was planned.
            WorkerFault: the model cannot be loaded here, or failed; or a file cannot be written.
        """
        try:
            record = self._folder.record(shard.number)
            return self._process(shard) if record is None else record
        except (EngineError, ModelStoreError) as error:
            raise WorkerFault(f"shard {shard.number}: {error}") from error
        except OSError as error:
            raise WorkerFault(f"shard {shard.number}: {error.strerror or error}") from error
        except BulkError:
            raise
        except Exception as error:
            # Its message may quote a row.
            what = describe_error(error)
            raise WorkerFault(
                f"shard {shard.number}: internal error, please report it: {what['error']} at "
                f"{what['stack']}"
            ) from error

    def close(self) -> None:
        """Free the model."""
        if self._translator is not None:
            self._run(self._translator.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _process(self, shard: Shard) -> ShardRecord:
        if self._folder.begin(shard.number) > _MOST_ATTEMPTS:
            raise WorkerFault(
                f"shard {shard.number}: {_MOST_ATTEMPTS} workers ended while they had it, as when "
                "memory runs out. Try with fewer --processes or --shard-rows"
            )
        with self._lock:
            if self._translator is None:
                self._translator = self._load()
        began = time.perf_counter()
        source = self._read(shard)
        rows = source.rows
        if len(rows) != shard.row_count:
            raise InputFault(f"{self._task.names[shard.file_index]} has changed since the start")
        translated = self._run(self._translator.translate(rows))
        with self._folder.part(shard.number) as file:
            source.write(file, translated.outcomes)
        self._folder.write_bad_rows(shard.number, list(self._bad_rows(shard, rows)))
        record = ShardRecord(
            shard.number,
            translated.counts,
            self._folder.part_bytes(shard.number),
            self._busy_s(began),
            self._task.settings.workers * self._task.settings.threads_per_worker,
            self._task.gpus,
        )
        self._folder.finish(record)
        return record

    def _run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _busy_s(self, began: float) -> float:
        """How long a shard took that ends now, without what the one before it took at once."""
        with self._lock:
            before, self._last_ended = self._last_ended, time.perf_counter()
            return self._last_ended - max(began, before)

    def _load(self) -> RowTranslator:
        settings = self._task.settings
        store = ModelStore(settings.models_dir or default_user_dir())
        installed = store.verify(settings.models[0])
        if installed.manifest.checksum != self._task.checksum:
            raise WorkerFault(
                f"the model {settings.models[0]!r} of a worker's machine is another than that of "
                "the machine where the job was begun: give all machines the same models"
            )
        model = self._task.load(installed, settings)
        translator = RowTranslator(model, self._task.job, cache_bytes=settings.cache_bytes)
        self._run(translator.start())
        # What lives as long as the process, Ray's modules too, is not looked through again by each
        # full collection of garbage: with it the engine stood still for 0.1 s at a time.
        gc.collect()
        gc.freeze()
        return translator

    def _read(self, shard: Shard) -> ShardRows:
        task = self._task
        path = task.folder / task.names[shard.file_index]
        if task.job.input_format is Format.PARQUET:
            # It imports pyarrow, which only the extra `ray` brings.
            from tarjama_server.bulk.parquet import read_parquet

            return read_parquet(path, shard.first_row, shard.row_count, task.job)
        return read_lines(path, shard.start, shard.row_count, task.job)

    def _bad_rows(self, shard: Shard, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
        for number, row in enumerate(rows, start=shard.first_row + 1):
            if row.fault is not None:
                yield {
                    "file": self._task.names[shard.file_index],
                    "row": number,
                    "id": row.id,
                    "reason": row.fault.kind.value,
                    "detail": row.fault.detail,
                }
