"""Fuzzing of every method: whatever comes, the server answers with a code of the contract."""

from __future__ import annotations

from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import hypothesis
from grpc_health.v1 import health_pb2

from tests.faults.findings import Findings, wait_until
from tests.faults.fuzz_inputs import CALLS, HEALTH_CHECK, REFLECTION, Call
from tests.faults.observed import ObservedServer, observed_server
from tests.server.process.test_privacy import assert_silent

_AT_ONCE = 16
_TIMEOUT_S = 60.0
# Each of the engine's two threads keeps what its largest batches took, in pieces: up to 60 MiB.
_MOST_GROWTH_MIB = 100.0
_KEPT_FAILURES = 10

_ALLOWED = frozenset(
    {
        grpc.StatusCode.OK,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)
# gRPC's own services answer a message that is none with UNKNOWN, before any code of ours runs.
_ALLOWED_OF_GRPC = _ALLOWED | {grpc.StatusCode.UNKNOWN}


@dataclass(slots=True)
class Tally:
    """How calls ended.

    Attributes:
        codes: calls by method and code.
        failures: the first calls that ended as none may, in words.
    """

    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def count(self, call: Call, code: grpc.StatusCode, details: str) -> None:
        """Count a call that ended."""
        self.codes[call.method, code.name] += 1
        of_grpc = call.method in (HEALTH_CHECK, REFLECTION)
        allowed = _ALLOWED_OF_GRPC if of_grpc else _ALLOWED
        if code not in allowed and len(self.failures) < _KEPT_FAILURES:
            sent = " ".join(message.hex() or "(empty)" for message in call.messages)
            self.failures.append(f"{call.method} {code.name} ({details}): {sent}")


def fuzz(folder: Path, *, count: int, seed: int = 1) -> tuple[Findings, Tally]:
    """Make about `count` calls of a server of its own, 16 at a time."""
    with observed_server(folder) as server:
        return fuzz_server(server, count=count, seed=seed)


def fuzz_server(server: ObservedServer, *, count: int, seed: int) -> tuple[Findings, Tally]:
    """Make about `count` calls of a running server, 16 at a time, and look it over."""
    findings, tally = Findings(), Tally()
    with grpc.insecure_channel(server.address) as channel:
        caller = _Caller(channel, tally)
        first_count = count // 10
        caller.make_calls(first_count, seed)
        before_mib = server.rss_mib
        caller.make_calls(count - first_count, seed + 1)
        wait_until(lambda: server.call_count == server.pending_count == 0, "no call in progress")
        check: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(HEALTH_CHECK)
        health = health_pb2.HealthCheckResponse.FromString(check(b"", timeout=_TIMEOUT_S))
    after_mib = server.rss_mib
    findings.note("calls", tally.codes.total())
    findings.note(f"server MiB after {first_count} calls", before_mib)
    findings.note("server MiB at the end", after_mib)
    findings.require(health.status == health_pb2.HealthCheckResponse.SERVING, "it still serves")
    findings.require(after_mib - before_mib < _MOST_GROWTH_MIB, "memory is bounded")
    findings.broken += tally.failures
    try:
        assert_silent(server.process.stderr)
    except AssertionError:
        findings.broken.append("the log holds no text of a document")
    return findings, tally


class _Caller:
    """Keeps 16 calls going, and counts how they end."""

    def __init__(self, channel: grpc.Channel, tally: Tally) -> None:
        self._channel = channel
        self._tally = tally
        self._going: deque[tuple[Call, Any]] = deque()

    def make_calls(self, count: int, seed: int) -> None:
        """Make `count` calls, and wait for the last."""

        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(CALLS)
        def make(call: Call) -> None:
            self._going.append((call, self._begin(call)))
            if len(self._going) == _AT_ONCE:
                self._end_oldest()

        make()
        while self._going:
            self._end_oldest()

    def _begin(self, call: Call) -> object:
        if call.is_stream:
            stream: grpc.StreamStreamMultiCallable[bytes, bytes]
            stream = self._channel.stream_stream(call.method)
            return stream(iter(call.messages), timeout=_TIMEOUT_S)
        unary: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(call.method)
        return unary.future(call.messages[0], timeout=_TIMEOUT_S)

    def _end_oldest(self) -> None:
        call, going = self._going.popleft()
        if call.is_stream:
            with suppress(grpc.RpcError):
                for _ in going:
                    pass
        self._tally.count(call, going.code(), going.details() or "")
