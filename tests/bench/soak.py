"""Mixed load on one server for minutes or hours: does its memory stay flat?

    python -m tests.bench.soak [--minutes 20]

Short calls, streamed documents, callers who leave, wrong input and readers that take their time,
all at once. Prints the server's memory each minute and its slope with a 95 % interval, and calls
by kind and code. Flat means that the slope is not surely above 0, or below 6 MiB an hour.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import grpc

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.faults.documents import article
from tests.faults.findings import wait_until
from tests.faults.observed import ObservedServer, observed_server

_TIMEOUT_S = 120.0
_SAMPLE_S = 2.0
# Small enough to be full, and to evict, within the first minutes.
_CACHE_BYTES = 2 << 20
# What the server has reached by then it needs: the cache, the allocator's arenas.
_SETTLING_SHARE = 0.25
_FLAT_MIB_PER_MINUTE = 0.1

_FORBIDDEN = {"INTERNAL", "UNKNOWN", "UNAVAILABLE"}
# grpc's classes are generic only to type checkers.
_Stream: TypeAlias = "grpc._CallIterator[pb.StreamingTranslateTextResponse]"


@dataclass(slots=True)
class Load:
    """Callers of several kinds, until told to stop."""

    address: str
    seed: int
    stopping: threading.Event = field(default_factory=threading.Event)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, pool: ThreadPoolExecutor) -> list[Future[None]]:
        """Set all callers to work."""
        kinds: list[tuple[str, Callable[[Caller], str]]] = [
            *[("short call", Caller.call)] * 3,
            *[("stream", Caller.stream)] * 2,
            ("call given up", Caller.give_up),
            ("stream left", Caller.leave),
            ("wrong input", Caller.err),
            ("slow reader", Caller.read_slowly),
        ]
        return [
            pool.submit(self._repeat, kind, act, self.seed + number)
            for number, (kind, act) in enumerate(kinds)
        ]

    def _repeat(self, kind: str, act: Callable[[Caller], str], seed: int) -> None:
        with grpc.insecure_channel(self.address) as channel:
            caller = Caller(pb_grpc.TranslationServiceStub(channel), random.Random(seed))
            while not self.stopping.is_set():
                code = act(caller)
                with self._lock:
                    self.codes[kind, code] += 1


class Caller:
    """Makes calls of one kind, each with a text of its own."""

    def __init__(self, stub: pb_grpc.TranslationServiceStub, choice: random.Random) -> None:
        self._stub = stub
        self._random = choice
        self._words = article().split()

    def call(self) -> str:
        """A call of one to five texts."""
        texts = [self._text(30) for _ in range(self._random.randint(1, 5))]
        call = self._stub.TranslateText.future(
            pb.TranslateTextRequest(texts=texts), timeout=_TIMEOUT_S
        )
        return call.code().name

    def stream(self) -> str:
        """A document of up to 2,000 words."""
        return self._read(self._open(self._text(2000)), pause_s=0.0)

    def give_up(self) -> str:
        """A call with less time than it takes."""
        call = self._stub.TranslateText.future(
            pb.TranslateTextRequest(texts=[self._text(500)]),
            timeout=self._random.uniform(0.001, 0.3),
        )
        return call.code().name

    def leave(self) -> str:
        """A stream that is cancelled at some segment."""
        call = self._open(self._text(2000))
        with suppress(grpc.RpcError):
            for _ in range(self._random.randint(0, 30)):
                next(call, None)
        call.cancel()
        return str(call.code().name)

    def err(self) -> str:
        """A call that is refused for what it asks, at most some hundred a second."""
        time.sleep(0.005)
        request = self._random.choice(
            [
                pb.TranslateTextRequest(),
                pb.TranslateTextRequest(texts=["ا" * 300_000]),
                pb.TranslateTextRequest(texts=["نص\0"]),
                pb.TranslateTextRequest(texts=["نص"] * 2000),
                pb.TranslateTextRequest(
                    texts=["نص"], options=pb.TranslationOptions(model=self._text(5))
                ),
                pb.TranslateTextRequest(
                    texts=["نص"], options=pb.TranslationOptions(beam_size=1000)
                ),
            ]
        )
        return self._stub.TranslateText.future(request, timeout=_TIMEOUT_S).code().name

    def read_slowly(self) -> str:
        """A stream whose reader pauses after each segment."""
        return self._read(self._open(self._text(1000)), pause_s=0.1)

    def _open(self, text: str) -> _Stream:
        data = text.encode()
        size = self._random.randint(1, 20_000)

        def requests() -> Iterator[pb.StreamingTranslateTextRequest]:
            yield pb.StreamingTranslateTextRequest(config=pb.StreamConfig())
            for start in range(0, len(data), size):
                yield pb.StreamingTranslateTextRequest(chunk=data[start : start + size])

        call: _Stream = self._stub.StreamingTranslateText(requests(), timeout=_TIMEOUT_S)
        return call

    def _read(self, call: _Stream, *, pause_s: float) -> str:
        with suppress(grpc.RpcError):
            for _ in call:
                time.sleep(pause_s)
        return str(call.code().name)

    def _text(self, word_count: int) -> str:
        words = self._random.choices(self._words, k=self._random.randint(1, word_count))
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Slope:
    """A line through memory over time.

    Attributes:
        mib_per_minute: its slope.
        margin: half of the 95 % interval.
    """

    mib_per_minute: float
    margin: float

    @property
    def is_flat(self) -> bool:
        is_sure = self.mib_per_minute > self.margin
        return not is_sure or self.mib_per_minute < _FLAT_MIB_PER_MINUTE


def fit(minutes_mib: list[float]) -> Slope:
    """Fit a line to one value a minute by least squares."""
    count = len(minutes_mib)
    if count < 3:
        raise ValueError(f"{count} minutes have no slope; at least 3 are needed")
    line = statistics.linear_regression(range(count), minutes_mib)
    squares = sum(
        (mib - line.intercept - line.slope * minute) ** 2 for minute, mib in enumerate(minutes_mib)
    )
    spread = sum((minute - (count - 1) / 2) ** 2 for minute in range(count))
    error = (squares / (count - 2) / spread) ** 0.5
    normal = statistics.NormalDist().inv_cdf(0.975)
    # Student's quantile from the normal one, by the first term of Fisher's expansion.
    student = normal + (normal**3 + normal) / (4 * (count - 2))
    return Slope(line.slope, student * error)


def soak(server: ObservedServer, minutes: int, seed: int) -> int:
    """Load the server and print what becomes of it."""
    load = Load(server.address, seed)
    print("| minute | server MiB | calls in progress | calls ended |\n|---|---|---|---|")
    minutes_mib = []
    with ThreadPoolExecutor(16) as pool:
        callers = load.run(pool)
        try:
            for minute in range(1, minutes + 1):
                minutes_mib.append(_watch(server, 60.0))
                ended = load.codes.total()
                row = f"| {minute} | {minutes_mib[-1]:.1f} | {server.call_count} | {ended:,} |"
                print(row, flush=True)
        finally:
            load.stopping.set()
        for caller in callers:
            caller.result(_TIMEOUT_S)
    rest_s = wait_until(
        lambda: server.call_count == server.pending_count == 0, "no call left", _TIMEOUT_S
    )
    print(f"\nNo call and no sentence in progress {rest_s:.2f} s after the last one.\n")
    print("| kind | code | calls |\n|---|---|---|")
    for (kind, code), count in sorted(load.codes.items()):
        print(f"| {kind} | {code} | {count:,} |")
    settled = minutes_mib[int(minutes * _SETTLING_SHARE) :]
    slope = fit(settled)
    print(
        f"\nSlope over the last {len(settled)} minutes: {slope.mib_per_minute:+.3f} "
        f"± {slope.margin:.3f} MiB/min (95 %): {'flat' if slope.is_flat else 'growing'}."
    )
    broken = _FORBIDDEN & {code for _, code in load.codes}
    print(f"Codes that must not be: {', '.join(sorted(broken)) or 'none'}.")
    return 0 if slope.is_flat and not broken else 1


def _watch(server: ObservedServer, seconds: float) -> float:
    """The median of the server's memory over some seconds."""
    samples = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        samples.append(server.rss_mib)
        time.sleep(_SAMPLE_S)
    return statistics.median(samples)


def main() -> int:
    """Start a server, load it, and print the outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.minutes < 4:
        parser.error("a slope needs at least 4 minutes")
    with (
        tempfile.TemporaryDirectory() as folder,
        observed_server(Path(folder), "--cache-bytes", str(_CACHE_BYTES)) as server,
    ):
        return soak(server, arguments.minutes, arguments.seed)


if __name__ == "__main__":
    sys.exit(main())
