"""Short calls while a document is streamed, and while nothing else is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.bench.load import Call, open_caller, stream_document
from tests.faults.observed import ObservedServer

# Between an answer and the next call: a person's line of chat, and time for bulk work to fill the
# workers again.
_PAUSE_S: Final = 0.03
# Bulk work under way before the first short call: all workers and the document's window are full.
_LEAD_BYTES: Final = 1


@dataclass(frozen=True, slots=True)
class BesideBulk:
    """Latencies of short calls.

    Attributes:
        idle_s: with nothing else to do.
        beside_s: while a bulk document keeps all workers busy.
        batch_s: mean time of a batch of the server meanwhile.
        bulk_bytes_per_s: of the document, meanwhile.
    """

    idle_s: Sequence[float]
    beside_s: Sequence[float]
    batch_s: float
    bulk_bytes_per_s: float


def measure_beside_bulk(
    server: ObservedServer, requests: Sequence[bytes], document: bytes
) -> BesideBulk:
    """Make one short call after the other, first alone, then beside the document.

    Args:
        server: without other callers.
        requests: the short calls.
        document: repeated until they are made.

    Raises:
        LoadError: a call failed.
    """
    return asyncio.run(_measure(server, requests, document))


async def _measure(
    server: ObservedServer, requests: Sequence[bytes], document: bytes
) -> BesideBulk:
    async with open_caller(server.address) as call:
        await _probe(call, requests[:5])
        idle = await _probe(call, requests)
        is_busy, answered_bytes = asyncio.Event(), 0

        async def bulk() -> None:
            nonlocal answered_bytes
            while True:
                before = answered_bytes
                async for offset in stream_document(server.address, document):
                    answered_bytes = before + offset
                    if answered_bytes >= _LEAD_BYTES:
                        is_busy.set()

        background = asyncio.create_task(bulk())
        busy = asyncio.create_task(is_busy.wait())
        await asyncio.wait({background, busy}, return_when=asyncio.FIRST_COMPLETED)
        probing = asyncio.create_task(_counted_probe(server, call, requests))
        bytes_before, began = answered_bytes, time.perf_counter()
        await asyncio.wait({background, probing}, return_when=asyncio.FIRST_COMPLETED)
        if background.done():
            probing.cancel()
            background.result()
        duration_s = time.perf_counter() - began
        background.cancel()
        await asyncio.gather(background, busy, return_exceptions=True)
        beside, batch_s = probing.result()
        return BesideBulk(idle, beside, batch_s, (answered_bytes - bytes_before) / duration_s)


async def _counted_probe(
    server: ObservedServer, call: Call, requests: Sequence[bytes]
) -> tuple[list[float], float]:
    """Probe; give also the mean time of the batches that the server computed meanwhile."""
    before = server.samples()
    latencies = await _probe(call, requests)
    after = server.samples()
    count, total_s = (
        after.total(name) - before.total(name)
        for name in ("batch_compute_seconds_count", "batch_compute_seconds_sum")
    )
    return latencies, total_s / max(count, 1)


async def _probe(call: Call, requests: Sequence[bytes]) -> list[float]:
    latencies = []
    for request in requests:
        await asyncio.sleep(_PAUSE_S)
        began = time.perf_counter()
        await call(request)
        latencies.append(time.perf_counter() - began)
    return latencies
