"""The load generator: callers of a server on loopback, each with one call at a time.

Requests are serialized beforehand and answers parsed afterwards, since whatever the generator does
while it measures takes the server's cores.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

import grpc

from tarjama_proto.v1 import translation_pb2 as pb
from tests.faults.observed import ObservedServer

CHUNK_BYTES: Final = 64 << 10
"""What a streamed document is sent in."""

_UNARY: Final = "/tarjama.v1.TranslationService/TranslateText"
_STREAM: Final = "/tarjama.v1.TranslationService/StreamingTranslateText"
_CHANNEL_OPTIONS: Final = (
    # Callers are processes of their own in real life, each with its own connection.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", -1),
)


Call: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Sends a serialized request and gives the serialized answer."""


class LoadError(Exception):
    """A call failed, so that what was measured is worth nothing. The message says how."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a closed loop measured.

    Attributes:
        answers: to the requests, in their order, as they came.
        latencies_s: of the calls that ended while the load was steady.
        rate: requests answered a second meanwhile.
        duration_s: from the first call to the end of the last.
        done_count: requests answered in all, those at the end included.
        server_cpu_s: CPU-seconds of the server in this time.
        generator_cpu_s: CPU-seconds of this process in this time.
    """

    answers: Sequence[bytes]
    latencies_s: Sequence[float]
    rate: float
    duration_s: float
    done_count: int
    server_cpu_s: float
    generator_cpu_s: float


def unary_request(
    texts: Sequence[str], *, priority: pb.Priority.ValueType = pb.PRIORITY_UNSPECIFIED
) -> bytes:
    """Make a request that takes every line end for the end of a sentence."""
    options = pb.TranslationOptions(line_handling=pb.LINE_HANDLING_LINES, priority=priority)
    return pb.TranslateTextRequest(texts=texts, options=options).SerializeToString()


def call_in_closed_loop(
    server: ObservedServer, requests: Sequence[bytes], *, caller_count: int
) -> Load:
    """Have callers make calls of the server. See `run_closed_loop`.

    Raises:
        LoadError: a call failed.
    """

    async def measure() -> Load:
        async with AsyncExitStack() as stack:
            calls = [
                await stack.enter_async_context(open_caller(server.address))
                for _ in range(caller_count)
            ]
            return await run_closed_loop(calls, requests, lambda: server.cpu_s)

    return asyncio.run(measure())


async def run_closed_loop(
    calls: Sequence[Call], requests: Sequence[bytes], server_cpu_s: Callable[[], float]
) -> Load:
    """Have callers make calls until as many have ended as there are requests.

    Callers take the next request as soon as they have their answer. They go on with the first
    request after the last, so that the server is as busy at the end as before; what is then under
    way is waited for, and counts for CPU time alone.

    Raises:
        LoadError: a call failed.
    """
    answers: list[bytes] = [b""] * len(requests)
    ends: list[tuple[float, float]] = []  # When a call ended, and what it had taken.
    indices = itertools.count()

    async def work(call: Call) -> None:
        while len(ends) < len(requests):
            index = next(indices)
            began = time.perf_counter()
            answer = await call(requests[index % len(requests)])
            now = time.perf_counter()
            ends.append((now, now - began))
            if index < len(requests):
                answers[index] = answer

    server_cpu, generator_cpu = server_cpu_s(), time.process_time()
    began = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                group.create_task(work(call))
    except ExceptionGroup as failures:
        # The first one ends the others.
        raise failures.exceptions[0] from None
    duration_s = time.perf_counter() - began
    latencies_s, rate = _steady(ends, began, len(requests), len(calls))
    return Load(
        answers,
        latencies_s,
        rate,
        duration_s,
        len(ends),
        server_cpu_s() - server_cpu,
        time.process_time() - generator_cpu,
    )


def _steady(
    ends: Sequence[tuple[float, float]], began: float, request_count: int, caller_count: int
) -> tuple[list[float], float]:
    """Latencies and rate from when every caller has had an answer to when all requests have one.

    As many calls are half done at the one time as at the other, so that the rate is neither too low
    nor too high by what is under way. With fewer requests than callers all of the time counts.
    """
    lead = caller_count if request_count > caller_count else 0
    since = ends[lead - 1][0] if lead else began
    rate = (request_count - lead) / (ends[request_count - 1][0] - since)
    return [latency_s for _, latency_s in ends[lead:request_count]], rate


@asynccontextmanager
async def open_caller(address: str) -> AsyncGenerator[Call, None]:
    """Connect a caller; give what makes its unary calls, which raises `LoadError`."""
    async with grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS) as channel:
        await channel.channel_ready()
        method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(_UNARY)

        async def call(request: bytes) -> bytes:
            try:
                return await method(request)
            except grpc.aio.AioRpcError as error:
                raise _load_error(error) from error

        yield call


async def stream_document(address: str, document: bytes) -> AsyncIterator[int]:
    """Stream a document at bulk priority; yield the bytes answered so far at each safe point.

    Raises:
        LoadError: the stream failed.
    """
    options = pb.TranslationOptions(line_handling=pb.LINE_HANDLING_LINES)

    async def requests() -> AsyncIterator[bytes]:
        config = pb.StreamConfig(options=options)
        yield pb.StreamingTranslateTextRequest(config=config).SerializeToString()
        for start in range(0, len(document), CHUNK_BYTES):
            chunk = document[start : start + CHUNK_BYTES]
            yield pb.StreamingTranslateTextRequest(chunk=chunk).SerializeToString()

    async with grpc.aio.insecure_channel(address, options=_CHANNEL_OPTIONS) as channel:
        method: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(_STREAM)
        try:
            async for message in method(requests()):
                response = pb.StreamingTranslateTextResponse.FromString(message)
                if response.HasField("safe_point"):
                    yield response.safe_point.byte_offset
        except grpc.aio.AioRpcError as error:
            raise _load_error(error) from error


def _load_error(error: grpc.aio.AioRpcError) -> LoadError:
    return LoadError(f"the server answered {error.code().name}: {error.details()}")
