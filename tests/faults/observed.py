"""A server process whose metrics, memory and log a scenario reads."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.server.process.server_process import ServerProcess

MEBIBYTE = 1 << 20
_TIMEOUT_S = 30.0


class Samples:
    """One answer of a server's Prometheus endpoint."""

    def __init__(self, text: str) -> None:
        self._samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def total(self, name: str, **labels: str) -> float:
        """The sum of the samples of a name that have `labels`."""
        return sum(
            sample.value
            for sample in self._samples
            if sample.name == f"tarjama_{name}" and labels.items() <= sample.labels.items()
        )

    def by(self, name: str, label: str) -> dict[str, float]:
        """The samples of a name, summed by the value of a label."""
        sums: dict[str, float] = {}
        for sample in self._samples:
            if sample.name == f"tarjama_{name}":
                key = sample.labels[label]
                sums[key] = sums.get(key, 0.0) + sample.value
        return sums


class ObservedServer:
    """A running server without a cache, its log in JSON and its metrics served."""

    def __init__(self, process: ServerProcess) -> None:
        process.wait_until_ready()
        self.process = process
        self.address = process.address
        self.port = int(process.address.rpartition(":")[2])
        self._watched = psutil.Process(process.process.pid)
        (self._url,) = [entry["url"] for entry in self.log() if entry["event"] == "metrics"]

    @classmethod
    def start(cls, folder: Path, *args: str, port: int = 0) -> Self:
        """Start a server on `port` of this machine; 0 takes a free one."""
        process = ServerProcess(
            *("--listen", f"127.0.0.1:{port}", "--metrics-listen", "127.0.0.1:0"),
            *("--cache-bytes", "0", "--log-format", "json", *args),
            folder=folder,
        )
        try:
            return cls(process)
        except BaseException:
            process.kill()
            raise

    def samples(self) -> Samples:
        """What the server counts now."""
        with urllib.request.urlopen(self._url, timeout=_TIMEOUT_S) as response:
            return Samples(response.read().decode())

    @property
    def call_count(self) -> int:
        """Calls in progress."""
        return int(self.samples().total("calls_in_progress"))

    @property
    def pending_count(self) -> int:
        """Sentences that wait or are in the engine."""
        return int(self.samples().total("pending_sentences"))

    @property
    def rss_mib(self) -> float:
        """Resident memory."""
        return float(self._watched.memory_info().rss) / MEBIBYTE

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time used so far."""
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    def log(self) -> list[dict[str, Any]]:
        """The log so far. A line in the making is left out."""
        whole, _, _ = self.process.stderr.rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]


@contextmanager
def observed_server(folder: Path, *args: str, port: int = 0) -> Iterator[ObservedServer]:
    """A server that is gone when the context ends, whatever has become of it."""
    server = ObservedServer.start(folder, *args, port=port)
    try:
        yield server
    finally:
        server.process.kill()
