"""Ten times what the server can do, in waves: it goes on doing what it can, and says no at once."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
import psutil

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.faults.documents import HELLO
from tests.faults.findings import Findings, wait_until
from tests.faults.generator import Ended
from tests.faults.observed import ObservedServer, observed_server

_OVERLOAD = 10
# Two seconds of work may wait before a call. A document's last sentence is done later than that: it
# waits for others of its length.
_DEADLINE_S = 10.0
# What is asked for at once while the capacity is measured: as much as may wait, so that callers who
# get their answers together leave no pause. Of small calls no more than there may well be.
_CAPACITY_SENTENCES = 512
_CAPACITY_CALLERS = 32
_TIMEOUT_S = 60.0
_WARM_UP_S = 2.0
# Each of the engine's two threads keeps what its largest batches took, in pieces: up to 60 MiB.
_MOST_GROWTH_MIB = 100.0


@dataclass(frozen=True, slots=True)
class Demands:
    """What is asked of a server that has the machine to itself, and less on a busy one.

    Attributes:
        goodput: least calls answered within their deadline, as a share of the capacity; 0 for any.
        refusal_p50_s: most seconds that half of the refusals may take; None for any.
        refusal_p99_s: the same of 99 of 100.
        recovery_s: most seconds that a short call may take right after a wave.
    """

    goodput: float = 0.9
    refusal_p50_s: float | None = 0.05
    refusal_p99_s: float | None = 0.05
    recovery_s: float = 0.5


SHOWN_ONLY = Demands(goodput=0.0, refusal_p50_s=None, refusal_p99_s=None)
"""For calls so small that, ten times too many, making and refusing them takes a good part of the
cores, which the server shares with the generator: a refusal costs 1 ms, most of it in grpc.aio. How
many are answered and how soon the others are refused is shown; all else is demanded."""


@dataclass(frozen=True, slots=True)
class Wave:
    """What a run of the generator saw.

    Attributes:
        calls: how each ended.
        rate: calls answered a second, from the start to the last answer.
        server_cpu_s: processor time of the server meanwhile.
        generator_cpu_s: that of the generator.
        seconds: how long it took, the generator's start included.
    """

    calls: Sequence[Ended]
    rate: float
    server_cpu_s: float
    generator_cpu_s: float
    seconds: float

    @property
    def refusals(self) -> list[Ended]:
        return [call for call in self.calls if call.code == "RESOURCE_EXHAUSTED"]

    @property
    def codes(self) -> Counter[str]:
        return Counter(" ".join(filter(None, (call.code, call.reason))) for call in self.calls)


def overload(
    folder: Path,
    *,
    wave_count: int = 2,
    wave_s: float = 3.0,
    sentence_count: int = 50,
    demands: Demands | None = None,
) -> Findings:
    """Measure what the server can do, then ask ten times as much of it in waves."""
    findings = Findings()
    callers = str(min(_CAPACITY_CALLERS, math.ceil(_CAPACITY_SENTENCES / sentence_count)))
    with observed_server(folder) as server:
        sentences = ("--sentences", str(sentence_count))
        _generate(server, _WARM_UP_S, *sentences, "--callers", callers)
        before = _generate(server, wave_s, *sentences, "--callers", callers)
        waves, recoveries_s, memory_mib = [], [], [server.rss_mib]
        for _ in range(wave_count):
            rate = str(_OVERLOAD * before.rate)
            timeout = ("--timeout", str(_DEADLINE_S))
            waves.append(_generate(server, wave_s, *sentences, *timeout, "--rate", rate))
            recoveries_s.append(_answers_in_s(server))
            memory_mib.append(server.rss_mib)
            wait_until(lambda: server.call_count == server.pending_count == 0, "no call left")
        after = _generate(server, wave_s, *sentences, "--callers", callers)
    findings.note("sentences in a call", sentence_count)
    capacity = _capacity(findings, before, after)
    demands = demands or Demands()
    _check_goodput(findings, capacity, waves, demands)
    _check_refusals(findings, waves, demands)
    findings.note("a short call after each wave, ms", _listed(1e3 * each for each in recoveries_s))
    findings.note("server MiB before and after each wave", _listed(memory_mib))
    findings.require(
        max(recoveries_s) < demands.recovery_s, "the server answers at once after each wave"
    )
    findings.require(memory_mib[-1] - memory_mib[0] < _MOST_GROWTH_MIB, "memory is bounded")
    return findings


def _capacity(findings: Findings, before: Wave, after: Wave) -> float:
    """The larger one: what slows the machine down in the waves must not flatter the server."""
    rates = [before.rate, after.rate]
    cores = [wave.server_cpu_s / wave.seconds for wave in (before, after)]
    findings.note("capacity before and after the waves, calls/s", _listed(rates))
    findings.note("cores of the server meanwhile", _listed(cores))
    return max(rates)


def _check_goodput(
    findings: Findings, capacity: float, waves: Sequence[Wave], demands: Demands
) -> None:
    goodput = [wave.rate / capacity for wave in waves]
    codes = sum((wave.codes for wave in waves), Counter[str]())
    seconds = sum(wave.seconds for wave in waves)
    lags = [call.began - call.due for wave in waves for call in wave.calls]
    findings.note("goodput of each wave, share of the capacity", _listed(goodput))
    findings.note("calls by code", ", ".join(f"{code} {count}" for code, count in codes.items()))
    findings.note("latest start of a call, ms after it was due", 1e3 * max(lags))
    findings.note(
        "cores of the server in the waves", sum(wave.server_cpu_s for wave in waves) / seconds
    )
    findings.note(
        "cores of the generator in the waves", sum(wave.generator_cpu_s for wave in waves) / seconds
    )
    findings.require(
        statistics.median(goodput) >= demands.goodput,
        f"goodput is at least {demands.goodput:.0%} of the capacity",
    )
    others = {code for code in codes if code != "OK" and not code.startswith("RESOURCE_EXHAUSTED")}
    findings.require(not others, f"what is not answered is refused at once: {others}")


def _check_refusals(findings: Findings, waves: Sequence[Wave], demands: Demands) -> None:
    refusals = [call for wave in waves for call in wave.refusals]
    findings.require(bool(refusals), "calls are refused")
    if not refusals:
        return
    took_s = sorted(call.ended - call.began for call in refusals)
    p50_s, p99_s = took_s[len(took_s) // 2], took_s[int(len(took_s) * 0.99)]
    findings.note(
        "refusals, ms: median / 99th percentile", f"{1e3 * p50_s:.1f} / {1e3 * p99_s:.1f}"
    )
    if demands.refusal_p50_s is not None:
        findings.require(p50_s < demands.refusal_p50_s, "half of the refusals come at once")
    if demands.refusal_p99_s is not None:
        findings.require(p99_s < demands.refusal_p99_s, "99 of 100 refusals come at once")
    told = [call.retry_after_s for call in refusals if call.retry_after_s is not None]
    findings.require(len(told) == len(refusals), "each refusal says when to try again")
    if told:
        findings.note("told to wait, s: least / most", f"{min(told):.2f} / {max(told):.2f}")


def _generate(server: ObservedServer, seconds: float, *how: str) -> Wave:
    """Run the generator in a process of its own."""
    began, server_cpu_s = time.monotonic(), server.cpu_s
    command = [sys.executable, "-m", "tests.faults.generator", server.address, str(seconds), *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        watched = psutil.Process(process.pid)
        first = process.stdout.read(1)
        times = watched.cpu_times()
        calls = [Ended(**call) for call in json.loads(first + process.stdout.read())]
    ends = [call.ended for call in calls if call.code == "OK"]
    return Wave(
        calls,
        rate=len(ends) / max(ends, default=seconds),
        server_cpu_s=server.cpu_s - server_cpu_s,
        generator_cpu_s=times.user + times.system,
        seconds=time.monotonic() - began,
    )


def _answers_in_s(server: ObservedServer) -> float:
    """How long a call of one sentence takes now."""
    with grpc.insecure_channel(server.address) as channel:
        grpc.channel_ready_future(channel).result(_TIMEOUT_S)
        stub = pb_grpc.TranslationServiceStub(channel)
        began = time.monotonic()
        stub.TranslateText(pb.TranslateTextRequest(texts=[HELLO]), timeout=_TIMEOUT_S)
        return time.monotonic() - began


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)
