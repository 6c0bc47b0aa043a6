"""A bulk job from its beginning, or from where a run was killed, to its report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tarjama_server.bulk.errors import InputFault, JobChanged
from tarjama_server.bulk.folder import OutputFolder
from tarjama_server.bulk.formats import FoundFiles
from tarjama_server.bulk.job import Job
from tarjama_server.bulk.plan import InputFile, Shard, fingerprint, plan_shards
from tarjama_server.bulk.report import Report, ShardRecord
from tarjama_server.bulk.worker import LoadModel, WorkerTask
from tarjama_server.config import Settings
from tarjama_server.model_store import InstalledModel

Execute = Callable[[WorkerTask, Sequence[Shard]], Iterator[ShardRecord]]
"""Has shards translated; gives their records as they are finished, in any order."""


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """What is asked for.

    Attributes:
        found: the input.
        out: the output folder; made if it is not there.
        job: what to do to each row.
        model: what translates, as it is on this machine.
        settings: how workers compute, and where they find the model.
        load: loads models.
        gpus: that each worker has.
    """

    found: FoundFiles
    out: Path
    job: Job
    model: InstalledModel
    settings: Settings
    load: LoadModel
    gpus: float = 0.0


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how far a run is.

    Attributes:
        reading: called with the name of each input file, before it is hashed.
        begun: called with all rows, and those of shards that were done before.
        done: called with the rows of each shard that is finished.
    """

    reading: Callable[[str], None]
    begun: Callable[[int, int], None]
    done: Callable[[int], None]


def run_bulk(request: BulkRequest, execute: Execute, watcher: Watcher) -> Report:
    """Translate what is not translated yet, and sum up.

    Args:
        request: what is asked for.
        execute: has shards translated.
        watcher: who is told how far it is.

    Raises:
        InputFault: the input cannot be read, or lies around the output.
        JobChanged: the output folder was begun with something else.
        FolderInUse: another run works on it, or it holds something else.
        WorkerFault: a shard could not be translated. A later run goes on with it.
        OSError: the output folder cannot be written.
    """
    began = time.monotonic()
    out = request.out.absolute()
    if out.resolve().is_relative_to(request.found.folder.resolve()) and request.found.is_folder:
        raise InputFault(
            f"the output {request.out} lies in the input: it would be read as such. Name a folder "
            "beside it"
        )
    folder = OutputFolder(out, request.job.output_format)
    with folder.hold():
        shards = _begin(folder, request, fingerprint(request.found, watcher.reading))
        records = {shard.number: folder.record(shard.number) for shard in shards}
        done = {number: record for number, record in records.items() if record is not None}
        done_before = len(done)
        watcher.begun(
            sum(shard.row_count for shard in shards),
            sum(record.counts.rows for record in done.values()),
        )
        waiting = [shard for shard in shards if shard.number not in done]
        for shard in waiting:
            folder.forget(shard.number)
        if waiting:
            for record in execute(_task(request, out), waiting):
                done[record.shard] = record
                watcher.done(record.counts.rows)
        report = Report.of(
            [done[shard.number] for shard in shards],
            done_before=done_before,
            wall_s=time.monotonic() - began,
        )
        folder.write_report(report.as_json())
        return report


def _begin(
    folder: OutputFolder, request: BulkRequest, files: tuple[InputFile, ...]
) -> tuple[Shard, ...]:
    """Plan the job, or take up what was planned when the folder was begun."""
    wanted = _identity(request, files)
    kept = folder.read_job()
    if kept is None:
        shards = plan_shards(request.found, request.job)
        folder.write_job({**wanted, "shards": [list(asdict(shard).values()) for shard in shards]})
        return shards
    changes = list(_changes(kept, wanted))
    if changes:
        raise JobChanged(
            f"{request.out} was begun otherwise: {'; '.join(changes)}. Go on with what it was "
            "begun with, or name another output folder"
        )
    return tuple(Shard(*values) for values in kept["shards"])


def _identity(request: BulkRequest, files: tuple[InputFile, ...]) -> dict[str, Any]:
    """All that the output depends on."""
    manifest = request.model.manifest
    settings = request.settings
    return {
        "software": version("tarjama"),
        "model": {"name": manifest.name, "checksum": manifest.checksum},
        "compute": {"device": settings.device, "compute_type": settings.compute_type},
        "options": request.job.as_json(),
        "input": {file.name: [file.byte_count, file.sha256] for file in files},
    }


def _changes(kept: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    """Say what is not as it was, without values that may be long or texts."""
    if kept.get("software") != wanted["software"]:
        yield f"by tarjama {kept.get('software')}, not {wanted['software']}"
    for part, told in (("model", "model"), ("compute", "setting"), ("options", "option")):
        before = kept.get(part, {})
        for name, value in wanted[part].items():
            if before.get(name) != value:
                yield f"another {told} {name}" if name != "name" else f"another {told}"
    before = kept.get("input", {})
    for verb, names in (
        ("has changed", [each for each in wanted["input"] if each in before]),
        ("is new", [each for each in wanted["input"] if each not in before]),
        ("is gone", [each for each in before if each not in wanted["input"]]),
    ):
        differing = [each for each in names if wanted["input"].get(each) != before.get(each)]
        if differing:
            others = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
            yield f"the input file {differing[0]}{others} {verb}"


def _task(request: BulkRequest, out: Path) -> WorkerTask:
    return WorkerTask(
        request.job,
        request.found.folder,
        request.found.names,
        out,
        request.settings,
        request.model.manifest.checksum,
        request.load,
        request.gpus,
    )
