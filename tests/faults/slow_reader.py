"""A caller that sends and does not read: the server stops reading, and memory stays flat."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import psutil

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.faults.findings import Findings, wait_until
from tests.faults.observed import MEBIBYTE, ObservedServer, observed_server

_TIMEOUT_S = 600.0
_CHUNK_BYTES = 16 * 1024
# Passed through, and almost all of it white space: read and answered at 1.5 MiB/s and more.
_PARAGRAPH = "{number}. No Arabic letter here." + "\n" * 1000
# The client's window at its smallest, so that it is soon full.
_CHANNEL_OPTIONS = (("grpc.http2.bdp_probe", 0),)
# gRPC's window on the server grows to 4 MiB, which our code has not read; the 256 segments of the
# server's own window and its look-ahead come to 0.3 MiB of this document.
_MOST_TAKEN_MIB = 5.0
_MOST_GROWTH_MIB = 16.0


class CountedDocument:
    """A document that knows how much of it was taken, and when last."""

    def __init__(self, size_bytes: int) -> None:
        self.text = _text(size_bytes)
        self._data = self.text.encode()
        self.taken_bytes = 0
        self._taken_at: float | None = None

    def requests(self) -> Iterator[pb.StreamingTranslateTextRequest]:
        yield pb.StreamingTranslateTextRequest(config=pb.StreamConfig())
        for start in range(0, len(self._data), _CHUNK_BYTES):
            chunk = self._data[start : start + _CHUNK_BYTES]
            self.taken_bytes += len(chunk)
            self._taken_at = time.monotonic()
            yield pb.StreamingTranslateTextRequest(chunk=chunk)

    def untouched_s(self) -> float:
        """Seconds since the last chunk was taken; 0 before the first."""
        return 0.0 if self._taken_at is None else time.monotonic() - self._taken_at


def read_slowly(folder: Path, *, stall_s: float = 2.0, size_mib: float = 8.0) -> Findings:
    """Send `size_mib` of a document, read nothing for `stall_s` once nothing is taken any more."""
    findings = Findings()
    document = CountedDocument(int(size_mib * MEBIBYTE))
    with (
        observed_server(folder) as server,
        grpc.insecure_channel(server.address, _CHANNEL_OPTIONS) as channel,
    ):
        _warm_up(channel)
        before = _memory(server)
        call = pb_grpc.TranslationServiceStub(channel).StreamingTranslateText(
            document.requests(), timeout=_TIMEOUT_S
        )
        wait_until(lambda: document.untouched_s() > 1.0, "a pause in what is taken")
        taken_bytes, stalled, cpu_s = document.taken_bytes, _memory(server), server.cpu_s
        wait_until(lambda: document.untouched_s() > 1.0 + stall_s, "a longer pause", _TIMEOUT_S)
        is_still = document.taken_bytes == taken_bytes
        later = _memory(server)
        busy = (server.cpu_s - cpu_s) / stall_s
        translation = "".join(
            segment.translation for response in call for segment in response.segments
        )
        code = call.code()
    for side, index in (("server", 0), ("client", 1)):
        findings.note(f"{side} MiB before", before[index])
        findings.note(f"{side} MiB as it stalls", stalled[index])
        findings.note(f"{side} MiB {stall_s:g} s later", later[index])
        growth = later[index] - before[index]
        findings.require(growth < _MOST_GROWTH_MIB, f"the {side}'s memory is bounded")
    findings.note("server's processor time per second of the pause, s", busy)
    findings.note("document, MiB", size_mib)
    findings.note("taken when it stalled, MiB", taken_bytes / MEBIBYTE)
    findings.require(is_still, "nothing is taken while none reads")
    findings.require(taken_bytes < _MOST_TAKEN_MIB * MEBIBYTE, "the server stops reading")
    findings.require(code is grpc.StatusCode.OK, "the stream goes on and ends well")
    findings.require(translation == document.text, "the whole document is answered")
    return findings


def _text(size_bytes: int) -> str:
    paragraphs = []
    number = size = 0
    while size < size_bytes:
        paragraphs.append(_PARAGRAPH.format(number=number))
        size += len(paragraphs[-1])
        number += 1
    return "".join(paragraphs)


def _warm_up(channel: grpc.Channel) -> None:
    """Have both sides allocate what any stream needs."""
    request = CountedDocument(MEBIBYTE // 8).requests()
    for _ in pb_grpc.TranslationServiceStub(channel).StreamingTranslateText(request):
        pass


def _memory(server: ObservedServer) -> tuple[float, float]:
    own = psutil.Process().memory_info().rss / MEBIBYTE
    return server.rss_mib, own
