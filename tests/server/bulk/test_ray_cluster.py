"""The command on a cluster: three nodes of Ray on this machine, of which the head has no cores."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tarjama_server.app import load_model
from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.job import Job
from tests.faults.findings import wait_until
from tests.server.bulk.corpus import Corpus
from tests.server.bulk.ray_command import TIMEOUT_S, Command, parts, texts

pytestmark = pytest.mark.ray

pytest.importorskip("ray")

ROWS = 600
SHARD_ROWS = 30
# Nodes of a cluster listen on the network.
ENVIRONMENT = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
STARTED = b"Ray runtime started"


@dataclass
class Cluster:
    """Nodes of Ray, each started as on a machine of its own."""

    folder: Path
    address: str = ""
    nodes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, cores: int, *options: str) -> bytes:
        """Start a node, wait until it takes part, and give what it said."""
        ray = Path(sys.executable).with_name("ray")
        log = self.folder / f"node{len(self.nodes)}.txt"
        with log.open("wb") as file:
            node = subprocess.Popen(
                [ray, "start", *options, "--num-cpus", f"{cores}",
                 "--object-store-memory", f"{80 << 20}", "--disable-usage-stats", "--block"],
                stdout=file,
                stderr=file,
                env={**os.environ, **ENVIRONMENT, "RAY_TMPDIR": str(self.folder)},
                start_new_session=True,
            )  # fmt: skip
        self.nodes.append(node)
        wait_until(lambda: STARTED in log.read_bytes(), "a node", TIMEOUT_S)
        return log.read_bytes()

    def lose(self) -> None:
        """End the last node as a loss of power would."""
        node = self.nodes.pop()
        for each in [*psutil.Process(node.pid).children(recursive=True), psutil.Process(node.pid)]:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        node.wait(TIMEOUT_S)

    def translating(self) -> list[psutil.Process]:
        """The processes with a model."""
        started = [
            child
            for node in self.nodes
            for child in psutil.Process(node.pid).children(recursive=True)
        ]
        return [each for each in started if "MapWorker" in each.name()]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # The path of a socket has 107 bytes at most.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="tb-", ignore_cleanup_errors=True) as name:
        port = _free_port()
        cluster = Cluster(Path(name))
        try:
            told = cluster.start(0, "--head", "--port", f"{port}", "--include-dashboard", "false")
            found = re.search(rb"Local node IP: (\S+)", told)
            assert found
            cluster.address = f"{found[1].decode()}:{port}"
            for _ in range(2):
                cluster.start(1, "--address", cluster.address)
            yield cluster
        finally:
            while cluster.nodes:
                cluster.lose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_machine_that_is_lost_is_done_without(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("\n".join(texts(ROWS)) + "\n")
    options = ("--shard-rows", f"{SHARD_ROWS}", "--json", "--ray-address", cluster.address)
    command = Command(tmp_path, tmp_path / "in", options, cluster.folder, ENVIRONMENT)
    run = command.start("out")
    try:
        run.wait_for_shards(3)
        machines = Counter(each.ppid() for each in cluster.translating())
        cluster.lose()
        assert run.finished() < ROWS / SHARD_ROWS
        report = json.loads(run.wait())
    finally:
        command.end()

    # Each machine had as many as it has cores.
    assert list(machines.values()) == [1, 1]
    assert report["rows"] == ROWS
    job = Job(Format.TEXT, Format.TEXT, shard_rows=SHARD_ROWS)
    in_process = Corpus(tmp_path, load_model, job, "in-process")
    in_process.run()
    assert parts(run.out) == in_process.parts()
