"""Makes calls on a schedule, in a process of its own, and tells how each ended.

    python -m tests.faults.generator ADDRESS SECONDS (--rate CALLS_PER_S | --callers N)

With `--rate` calls are made when they are due, whether or not earlier ones have been answered; with
`--callers` each of so many callers makes one after another. Prints JSON: a list of calls.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

import grpc

from tarjama_proto.v1 import error_details_pb2 as details
from tarjama_proto.v1 import translation_pb2 as pb
from tests.faults.documents import article

_METHOD = "/tarjama.v1.TranslationService/TranslateText"
_WORDS_PER_SENTENCE = 15


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended. Times are in seconds from the start.

    Attributes:
        due: when it was to be made.
        began: when it was.
        ended: when its answer came.
        code: its code.
        reason: as the contract has it; empty for none.
        retry_after_s: what it was told to wait; None if it was not told.
    """

    due: float
    began: float
    ended: float
    code: str
    reason: str = ""
    retry_after_s: float | None = None


class Generator:
    """Makes the same call again and again."""

    def __init__(self, channel: grpc.aio.Channel, *, sentence_count: int, timeout_s: float) -> None:
        # Bytes both ways: what this process spares, the server has.
        self._call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(_METHOD)
        self._request = _request(sentence_count)
        self._timeout_s = timeout_s
        self._start = time.monotonic()
        self.calls: list[Ended] = []

    async def keep_rate(self, rate: float, seconds: float) -> None:
        """Make `rate` calls a second, evenly spread."""
        async with asyncio.TaskGroup() as group:
            for number in range(round(rate * seconds)):
                due = number / rate
                await asyncio.sleep(due - self._now())
                group.create_task(self._make(due))

    async def keep_callers(self, count: int, seconds: float) -> None:
        """Have `count` callers make one call after another, each pausing when it is told to."""

        async def call() -> None:
            while (now := self._now()) < seconds:
                ended = await self._make(now)
                if ended.retry_after_s is not None:
                    await asyncio.sleep(ended.retry_after_s)

        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(call())

    async def _make(self, due: float) -> Ended:
        began = self._now()
        code, reason, retry_after_s = "OK", "", None
        try:
            await self._call(self._request, timeout=self._timeout_s)
        except grpc.aio.AioRpcError as error:
            code = error.code().name
            reason, retry_after_s = _details(error)
        ended = Ended(due, began, self._now(), code, reason, retry_after_s)
        self.calls.append(ended)
        return ended

    def _now(self) -> float:
        return time.monotonic() - self._start


def _request(sentence_count: int) -> bytes:
    words = itertools.cycle(article().split())
    texts = [" ".join(itertools.islice(words, _WORDS_PER_SENTENCE)) for _ in range(sentence_count)]
    return pb.TranslateTextRequest(texts=texts).SerializeToString()


def _details(error: grpc.aio.AioRpcError) -> tuple[str, float | None]:
    reason, retry_after_s = "", None
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin" or not isinstance(value, bytes):
            continue
        for detail in details.ErrorStatus.FromString(value).details:
            if detail.type_url.endswith("ErrorInfo"):
                reason = details.ErrorReason.FromString(detail.value).reason
            elif detail.type_url.endswith("RetryInfo"):
                delay = details.RetryDelay.FromString(detail.value).retry_delay
                retry_after_s = delay.seconds + delay.nanos / 1e9
    return reason, retry_after_s


@asynccontextmanager
async def _generator(arguments: argparse.Namespace) -> AsyncGenerator[Generator, None]:
    async with grpc.aio.insecure_channel(arguments.address) as channel:
        await channel.channel_ready()
        yield Generator(channel, sentence_count=arguments.sentences, timeout_s=arguments.timeout)


async def _run(arguments: argparse.Namespace) -> list[Ended]:
    async with _generator(arguments) as generator:
        if arguments.rate:
            await generator.keep_rate(arguments.rate, arguments.seconds)
        else:
            await generator.keep_callers(arguments.callers, arguments.seconds)
        return generator.calls


def main() -> int:
    """Make the calls and print how they ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("seconds", type=float)
    parser.add_argument(
        "--sentences", type=int, default=50, help="texts of a call, of 15 words each"
    )
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds a call may take")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--rate", type=float)
    how.add_argument("--callers", type=int)
    calls = asyncio.run(_run(parser.parse_args()))
    json.dump([asdict(call) for call in calls], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
