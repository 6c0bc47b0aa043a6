"""Runs workers on Ray Data: on this machine, or on a cluster. The only module that imports Ray."""

from __future__ import annotations

import json
import logging
import math
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tarjama_server.bulk.errors import BulkError, WorkerFault
from tarjama_server.bulk.plan import Shard
from tarjama_server.bulk.report import ShardRecord
from tarjama_server.bulk.worker import ShardWorker, WorkerTask
from tarjama_server.heaps import HEAPS_PER_WORKER, HEAPS_VARIABLE

# Only numbers of shards and their counts go through Ray, so the least that it takes is plenty.
_OBJECT_STORE_BYTES = 80 << 20

# They must be set before Ray is imported or its processes are started.
_ENVIRONMENT = {
    # Nothing is reported to anyone.
    "RAY_USAGE_STATS_ENABLED": "0",
    # Its C++ parts write to this process' stderr themselves; what ends the run is told by us.
    "RAY_BACKEND_LOG_LEVEL": "fatal",
}
_LOCAL_ENVIRONMENT = {
    # With it off, Ray takes 127.0.0.1 for this machine's address and listens there alone, on Linux
    # as elsewhere. Otherwise its ports are open to the network.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
}


# The Python work of a sentence takes a thirteenth of the engine's time (0.7 ms beside 9.3), so that
# of four workers a third of a process' interpreter lock. More would begin to wait for it.
_MOST_WORKERS = 4
# While one is written, the engine has the next one's sentences.
_SHARDS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Cluster:
    """What computes.

    Attributes:
        address: of a Ray cluster, as `ray.init` takes it; None for this machine alone.
        processes: with a model each; None for as many as there are cores or GPUs for.
        workers: batches at once in each of them; None for as many as a machine's cores, if those
            are few, and for 1 on GPUs.
        cores: of this machine, for a local run.
    """

    address: str | None
    processes: int | None
    workers: int | None
    cores: int


@dataclass(frozen=True, slots=True)
class RayExecutor:
    """Has shards translated by a pool of Ray actors."""

    cluster: Cluster

    def __call__(self, task: WorkerTask, shards: Sequence[Shard]) -> Iterator[ShardRecord]:
        """As `Execute`. Processes that were started are ended when the iterator is.

        Raises:
            WorkerFault: a shard could not be translated, or Ray not be started.
        """
        # Ray tells of workers that ended on stdout, where the report belongs.
        with redirect_stdout(sys.stderr), _ray(self.cluster, task):
            yield from _translate(self.cluster, _fitted(self.cluster, task), shards)


class _Actor:
    """What Ray Data makes in each of its workers."""

    def __init__(self, task: WorkerTask) -> None:
        self._worker = ShardWorker(task)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        """Translate the shards of a batch; failures are told, as Ray would tell them at length."""
        return {"result": [self._result(str(shard)) for shard in batch["shard"]]}

    def _result(self, shard: str) -> str:
        try:
            record = self._worker.process(Shard(**json.loads(shard)))
        except BulkError as error:
            return json.dumps({"failure": str(error)})
        return json.dumps({"record": record.as_json()})


def _translate(
    cluster: Cluster, task: WorkerTask, shards: Sequence[Shard]
) -> Iterator[ShardRecord]:
    import ray
    from ray.data import ActorPoolStrategy, DataContext

    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    rows = [{"shard": json.dumps(asdict(shard))} for shard in shards]
    # A block each, so that a worker that is lost loses one shard.
    results = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        _Actor,
        batch_size=1,
        fn_constructor_args=(task,),
        compute=ActorPoolStrategy(
            size=min(_process_count(cluster, task), len(rows)),
            max_concurrent_calls_per_actor=_SHARDS_AT_ONCE,
            enable_true_multi_threading=True,
            # A shard that waits for a busy process could be done by another.
            max_tasks_in_flight_per_actor=_SHARDS_AT_ONCE,
        ),
        num_cpus=_threads(task),
        num_gpus=task.gpus,
        runtime_env={"env_vars": {HEAPS_VARIABLE: str(HEAPS_PER_WORKER * task.settings.workers)}},
    )
    try:
        for row in results.iter_rows():
            result = json.loads(row["result"])
            if "failure" in result:
                raise WorkerFault(result["failure"])
            yield ShardRecord.from_json(result["record"])
    except ray.exceptions.RayError as error:
        raise WorkerFault(
            f"Ray gave up ({type(error).__name__}); finished shards stay, so start it again"
        ) from error


def _fitted(cluster: Cluster, task: WorkerTask) -> WorkerTask:
    """Have as many workers in a process as the smallest machine has cores, or evenly in several."""
    workers = cluster.workers
    if workers is None and task.gpus:
        workers = 1
    if workers is None:
        most = max(1, min(_node_cores(), default=1) // task.settings.threads_per_worker)
        workers = most // math.ceil(most / _MOST_WORKERS)
    return replace(task, settings=task.settings.model_copy(update={"workers": workers}))


def _process_count(cluster: Cluster, task: WorkerTask) -> int:
    import ray

    if cluster.processes is not None:
        return cluster.processes
    counts = [sum(cores // _threads(task) for cores in _node_cores())]
    if task.gpus:
        counts.append(int(ray.cluster_resources().get("GPU", 0) // task.gpus))
    return max(1, min(counts))


def _threads(task: WorkerTask) -> int:
    """Of a process, to compute with."""
    return task.settings.workers * task.settings.threads_per_worker


def _node_cores() -> list[int]:
    """How many cores the machines have that take work; a cluster's head may have none for it."""
    import ray

    cores = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    return [count for count in cores if count]


def _temporary_folder() -> str | None:
    """Where Ray keeps logs and sockets: the path of a socket has 107 bytes at most (unix(7))."""
    return os.environ.get("RAY_TMPDIR") or ("/tmp" if Path("/tmp").is_dir() else None)


@contextmanager
def _no_stderr() -> Iterator[None]:
    """Drop what C++ writes to stderr: that it was told to be silent it says aloud."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _ray(cluster: Cluster, task: WorkerTask) -> Iterator[None]:
    """Start Ray on this machine, or connect to a cluster, and end that again."""
    os.environ.update(_ENVIRONMENT)
    folder = None
    options: dict[str, Any] = {"address": cluster.address}
    if cluster.address is None:
        os.environ.update(_LOCAL_ENVIRONMENT, RAY_AUTH_TOKEN=secrets.token_hex(32))
        folder = tempfile.mkdtemp(prefix="tarjama-ray-", dir=_temporary_folder())
        asked = (cluster.processes or 1) * (cluster.workers or 1) * task.settings.threads_per_worker
        options = {
            "address": "local",
            "num_cpus": max(cluster.cores, asked),
            "object_store_memory": _OBJECT_STORE_BYTES,
            "include_dashboard": False,
            "_temp_dir": folder,
        }
    import ray
    import ray.data

    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        try:
            with _no_stderr():
                ray.init(log_to_driver=False, logging_level=logging.ERROR, **options)
        except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            where = cluster.address or "this machine"
            raise WorkerFault(f"Ray cannot be started on {where}: {error}") from error
        yield
    finally:
        ray.shutdown()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
