"""SIGTERM under load: what was accepted is answered, and what cannot be is resumed elsewhere."""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from tarjama import Client, RetryPolicy, TranslationOptions
from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.faults.documents import HELLO, document
from tests.faults.findings import Findings, wait_until
from tests.faults.observed import ObservedServer, observed_server

_GREEDY = TranslationOptions(beam_size=1)
# As many as find the other server on a busy machine.
_PATIENT = RetryPolicy(max_attempts=50, max_backoff_s=1.0, budget_tokens=1000)
_TIMEOUT_S = 120.0
_GRACE_S = 1.0
# What the server gives streams to reach a safe point when the grace has ended.
_STREAM_END_S = 5.0


@dataclass(slots=True)
class Answers:
    """How the calls of some callers ended, by their ids."""

    codes: dict[str, grpc.StatusCode] = field(default_factory=dict)

    def ids(self, code: grpc.StatusCode) -> set[str]:
        return {request_id for request_id, ended in self.codes.items() if ended is code}


def stop_under_load(folder: Path, *, caller_count: int = 16, stream_count: int = 6) -> Findings:
    """Stop one of two servers that short calls and streams keep busy."""
    findings = Findings()
    with (
        observed_server(folder / "a", "--drain-grace-s", str(_GRACE_S)) as ending,
        observed_server(folder / "b") as other,
        ThreadPoolExecutor(caller_count + stream_count) as pool,
    ):
        texts = [document(3), document(2)]
        with Client(other.address) as client:
            undisturbed = client.stream("".join(texts), options=_GREEDY).read().text
        gate = threading.Event()
        answers = Answers()
        callers = [
            pool.submit(_call_until_refused, ending.address, f"caller-{number}", answers)
            for number in range(caller_count)
        ]
        both = f"ipv4:{ending.address},{other.address}"
        with Client(both, retry=_PATIENT, options=_GREEDY, timeout_s=_TIMEOUT_S) as client:
            _reach_both(client, (ending, other))
            streams = [pool.submit(_stream, client, texts, gate) for _ in range(stream_count)]
            wait_until(
                lambda: (
                    other.call_count + ending.call_count >= stream_count
                    and len(answers.codes) > 2 * caller_count
                ),
                "calls and streams in progress",
            )
            in_progress = ending.call_count
            ending.process.signal(signal.SIGTERM)
            took_s = wait_until(lambda: ending.process.process.poll() is not None, "its end")
            gate.set()
            translations = [stream.result(_TIMEOUT_S) for stream in streams]
        for caller in callers:
            caller.result(_TIMEOUT_S)
        exit_code = ending.process.wait()
    findings.note("calls in progress at SIGTERM", in_progress)
    _check_end(findings, exit_code, took_s)
    _check_calls(findings, ending, answers)
    _check_streams(findings, ending, translations, undisturbed)
    return findings


def _check_end(findings: Findings, exit_code: int, took_s: float) -> None:
    findings.note("from SIGTERM to the end, s", took_s)
    findings.require(exit_code == 0, f"the exit code is 0, not {exit_code}")
    findings.require(took_s < _GRACE_S + _STREAM_END_S + 1, "it ends within the grace")


def _check_calls(findings: Findings, server: ObservedServer, answers: Answers) -> None:
    """Hold what callers saw against what the server says it did."""
    calls = [entry for entry in server.log() if entry.get("method") == "TranslateText"]
    named = [entry for entry in calls if entry["request_id"] in answers.codes]
    answered = {entry["request_id"] for entry in named if entry["code"] == "OK"}
    refused = {entry["request_id"] for entry in named if entry.get("reason") == "DRAINING"}
    ok = answers.ids(grpc.StatusCode.OK)
    findings.note("short calls answered", len(ok))
    findings.note("short calls refused with UNAVAILABLE", len(answers.codes) - len(ok))
    findings.require(ok == answered, "every call that was accepted is answered")
    findings.require(len(named) == len(answered | refused), "what is not answered was refused")
    others = set(answers.codes.values()) - {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
    findings.require(not others, f"no call ends otherwise: {others}")


def _check_streams(
    findings: Findings, server: ObservedServer, translations: list[str], undisturbed: str
) -> None:
    streams = [entry for entry in server.log() if entry.get("method") == "StreamingTranslateText"]
    cut = [entry for entry in streams if entry.get("reason") == "DRAINING"]
    findings.note("streams", len(translations))
    findings.note("streams that the end cut off at a safe point", len(cut))
    findings.require(len(cut) > 0, "some streams outlast the grace")
    findings.require(
        all(entry["code"] in ("OK", "UNAVAILABLE") for entry in streams),
        "streams end well or can be resumed",
    )
    findings.require(
        all(translation == undisturbed for translation in translations),
        "each stream's output is as undisturbed",
    )


def _call_until_refused(address: str, name: str, answers: Answers) -> None:
    with grpc.insecure_channel(address) as channel:
        stub = pb_grpc.TranslationServiceStub(channel)
        for number in itertools.count():
            request_id = f"{name}-{number}"
            call = stub.TranslateText.future(
                pb.TranslateTextRequest(texts=[HELLO]),
                timeout=_TIMEOUT_S,
                metadata=(("x-request-id", request_id),),
            )
            answers.codes[request_id] = call.code()
            if call.code() is not grpc.StatusCode.OK:
                return


def _reach_both(client: Client, servers: tuple[ObservedServer, ...]) -> None:
    """Call until each server has answered, so that streams will be spread."""

    def answered() -> bool:
        client.translate(HELLO)
        return all(server.samples().total("calls_total", code="OK") > 0 for server in servers)

    wait_until(answered, "an answer of each server")


def _stream(client: Client, texts: list[str], gate: threading.Event) -> str:
    """Translate a document whose end comes when the gate opens."""

    def pieces() -> Iterator[str]:
        yield texts[0]
        if not gate.wait(_TIMEOUT_S):
            raise TimeoutError("the gate stayed shut")
        yield texts[1]

    return client.stream(pieces()).read().text
