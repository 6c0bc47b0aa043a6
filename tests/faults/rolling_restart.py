"""Two servers behind the client's round_robin, restarted one after the other under load."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tarjama import Client, TarjamaError
from tests.faults.documents import HELLO
from tests.faults.findings import Findings, wait_until
from tests.faults.observed import ObservedServer

_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Callers:
    """Calls one after another, many at once, until told to stop."""

    client: Client
    stopping: threading.Event = field(default_factory=threading.Event)
    durations_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Be one of the callers."""
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                self.client.translate(HELLO, timeout_s=_TIMEOUT_S)
            except TarjamaError as error:
                self.failures.append(" ".join([str(error), *getattr(error, "__notes__", ())]))
            else:
                self.durations_s.append(time.monotonic() - began)


def restart_in_turn(folder: Path, *, caller_count: int = 64, round_count: int = 1) -> Findings:
    """Restart each of two servers `round_count` times while `caller_count` callers go on."""
    findings = Findings()
    servers = [ObservedServer.start(folder / str(number)) for number in range(2)]
    try:
        address = "ipv4:" + ",".join(server.address for server in servers)
        with Client(address) as client, ThreadPoolExecutor(caller_count) as pool:
            callers = Callers(client)
            running = [pool.submit(callers.run) for _ in range(caller_count)]
            try:
                codes = [
                    _restart(servers, index, folder / f"{index}-{turn}")
                    for turn in range(round_count)
                    for index in range(len(servers))
                ]
            finally:
                callers.stopping.set()
            for caller in running:
                caller.result(_TIMEOUT_S)
    finally:
        for server in servers:
            server.process.kill()
    durations_s = sorted(callers.durations_s)
    findings.note("callers", caller_count)
    findings.note("restarts", len(codes))
    findings.note("calls answered", len(durations_s))
    findings.note("calls failed", len(callers.failures))
    findings.note("median call, ms", 1e3 * durations_s[len(durations_s) // 2])
    findings.note("longest call, ms", 1e3 * durations_s[-1])
    findings.require(set(codes) == {0}, f"each server ended with exit code 0: {codes}")
    failure = callers.failures[0] if callers.failures else ""
    findings.require(not callers.failures, f"no call fails; the first did so: {failure}")
    return findings


def _restart(servers: list[ObservedServer], index: int, folder: Path) -> int:
    """Wait until both servers answer, then stop one and start it anew; give its exit code."""
    for server in servers:
        _wait_for_calls(server)
    ending = servers[index]
    ending.process.signal(signal.SIGTERM)
    code = ending.process.wait()
    ending.process.kill()
    servers[index] = ObservedServer.start(folder, port=ending.port)
    _wait_for_calls(servers[index])
    return code


def _wait_for_calls(server: ObservedServer) -> None:
    wait_until(lambda: server.samples().total("calls_total", code="OK") > 0, "calls on the server")
