"""kill -9 of clients in mid-stream: the server forgets them and their work."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import grpc

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.faults.documents import HELLO, paragraphs
from tests.faults.findings import Findings, wait_until
from tests.faults.observed import ObservedServer, observed_server

# More than the server's windows hold, so that it is never through with what it was sent.
_PARAGRAPHS = 100
_TIMEOUT_S = 60.0
_WORKERS = 2


def kill_clients(folder: Path, *, client_count: int = 3, round_count: int = 1) -> Findings:
    """Kill `client_count` streaming commands at once, `round_count` times."""
    findings = Findings()
    delays_s, batch_counts = [], []
    with observed_server(folder, "--workers", str(_WORKERS)) as server:
        for _ in range(round_count):
            with ExitStack() as stack:
                clients = [
                    stack.enter_context(streaming_command(server.address))
                    for _ in range(client_count)
                ]
                in_progress = server.call_count
                for client in clients:
                    client.kill()
            findings.require(in_progress == client_count, "the clients were in mid-stream")
            delays_s.append(_forgotten_after_s(server))
            batch_counts.append(_batches_until_quiet(server))
        translated = server.samples().total("batch_sentences_sum")
    findings.note("clients killed", client_count * round_count)
    findings.note("longest time until no call or sentence of theirs was left, s", max(delays_s))
    findings.note("sentences that the engine translated, all rounds", int(translated))
    findings.note("most batches that ended after that", max(batch_counts))
    # A batch that the engine has begun cannot be taken back.
    findings.require(max(batch_counts) <= _WORKERS, "no batch was begun for those who left")
    return findings


def _forgotten_after_s(server: ObservedServer) -> float:
    return wait_until(
        lambda: server.call_count == 0 and server.pending_count == 0,
        "no call and no sentence left",
        _TIMEOUT_S,
    )


def _batches_until_quiet(server: ObservedServer) -> int:
    """Batches that end before the engine runs one for each call of one sentence, no more."""
    with grpc.insecure_channel(server.address) as channel:
        stub = pb_grpc.TranslationServiceStub(channel)
        first = before = _batch_count(server)
        calls = 0
        while True:
            stub.TranslateText(pb.TranslateTextRequest(texts=[HELLO]), timeout=_TIMEOUT_S)
            calls += 1
            after = _batch_count(server)
            if after == before + 1:
                return after - first - calls
            before = after


def _batch_count(server: ObservedServer) -> int:
    return int(server.samples().total("batch_compute_seconds_count"))


@contextmanager
def streaming_command(address: str) -> Iterator[subprocess.Popen[bytes]]:
    """`tarjama translate -` in the middle of a long document: some of it is answered."""
    command = [sys.executable, "-m", "tarjama", "translate", "-", "--quiet", "--server", address]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None and process.stdout is not None
        feeder = threading.Thread(target=_feed, args=(process.stdin,))
        feeder.start()
        try:
            assert process.stdout.read(1), "the command ended before it was killed"
            yield process
        finally:
            process.kill()
            feeder.join()


def _feed(pipe: IO[bytes]) -> None:
    numbered = paragraphs()
    with suppress(BrokenPipeError), pipe:
        for _ in range(_PARAGRAPHS):
            pipe.write(next(numbered).encode())
