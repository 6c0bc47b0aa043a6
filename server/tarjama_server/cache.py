"""Keeps translations of sentences, and translates a sentence once that several callers wait for."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from cachetools import LRUCache

from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Attention, Decoding, Hypothesis
from tarjama_server.observability.metrics import CacheMetrics

Hypotheses: TypeAlias = list[Hypothesis]

# No token has it: callers may not send it, and no vocabulary holds it.
_SEPARATOR = "\0"
# What an entry takes besides its strings and tuples: key and packed objects, and places in the
# three tables of cachetools' LRUCache. Measured with tracemalloc on Python 3.11, within 10 %.
_ENTRY_BYTES = 180


class _Key(NamedTuple):
    """What the engine's answer depends on, and nothing else.

    The tokens are what the engine sees, after normalisation and with the stops that the segmenter
    added, so neither need be in the key and layout does not part what is the same sentence. The
    checksum stands for the weights and the vocabulary; compute type and device are the server's.
    """

    checksum: str
    decoding: int
    """A number for each way of decoding: hashed at C's speed, and no memory for every sentence."""
    tokens: str


@dataclass(frozen=True, slots=True)
class _Packed:
    """Hypotheses as they are kept. Strings of their own would take ten times the memory."""

    hypotheses: tuple[tuple[str, float, bytes | None], ...]
    size_bytes: int

    def unpack(self) -> Hypotheses:
        return [
            Hypothesis(
                tuple(tokens.split(_SEPARATOR)) if tokens else (),
                score,
                None if attention is None else Attention(attention),
            )
            for tokens, score, attention in self.hypotheses
        ]


@dataclass(slots=True)
class _Flight:
    """A sentence on its way through the batcher, and who waits for it."""

    batcher: Batcher
    job: asyncio.Future[Hypotheses]
    priority: Priority
    waiters: set[asyncio.Future[Hypotheses]] = field(default_factory=set)


class _Store(LRUCache[_Key, _Packed]):
    """Drops what was not asked for the longest when it is full, and counts it."""

    def __init__(self, max_bytes: int, metrics: CacheMetrics) -> None:
        super().__init__(max_bytes, getsizeof=lambda packed: packed.size_bytes)
        self._metrics = metrics

    def popitem(self) -> tuple[_Key, _Packed]:
        self._metrics.evictions.inc()
        return super().popitem()


class TranslationCache:
    """Stands before the batchers of all models. Lives on one event loop.

    A translation does not depend on who asks for it nor on what else is in its batch, so what is
    kept is what the engine would answer. Failures are not kept.
    """

    def __init__(self, max_bytes: int, metrics: CacheMetrics) -> None:
        """Keep translations that take up to `max_bytes`, keys and tables included."""
        self._store = _Store(max_bytes, metrics)
        self._flights: dict[_Key, _Flight] = {}
        # There are as many as combinations of the few options that callers have.
        self._decodings: dict[Decoding, int] = {}
        self._metrics = metrics
        metrics.limit_bytes.set(max_bytes)

    def submit(
        self,
        batcher: Batcher,
        checksum: str,
        tokens: Sequence[str],
        decoding: Decoding,
        priority: Priority,
        share: str = "",
    ) -> asyncio.Future[Hypotheses]:
        """As `Batcher.submit`, unless the translation is known or being made.

        Cancel the future to give the sentence up. The batcher drops it when all who wait for it
        have; while it waits there it has the priority of the most urgent who asked, and is part
        of the share of the first.
        """
        number = self._decodings.setdefault(decoding, len(self._decodings))
        key = _Key(checksum, number, _SEPARATOR.join(tokens))
        if key.tokens.count(_SEPARATOR) != len(tokens) - 1:
            return batcher.submit(tokens, decoding, priority, share)
        waiter = asyncio.get_running_loop().create_future()
        known = self._store.get(key)
        if known is not None:
            self._metrics.hits.inc()
            waiter.set_result(known.unpack())
            return waiter
        flight = self._flights.get(key)
        # The batcher of a model that was replaced may stop as soon as its own callers have left.
        if flight is None or flight.batcher is not batcher:
            job = batcher.submit(tokens, decoding, priority, share)
            flight = self._begin(key, batcher, job, priority)
        else:
            self._join(flight, priority)
        flight.waiters.add(waiter)
        waiter.add_done_callback(lambda waiter: self._leave(key, flight, waiter))
        return waiter

    def _begin(
        self, key: _Key, batcher: Batcher, job: asyncio.Future[Hypotheses], priority: Priority
    ) -> _Flight:
        self._metrics.misses.inc()
        flight = self._flights[key] = _Flight(batcher, job, priority)
        job.add_done_callback(lambda _: self._land(key, flight))
        return flight

    def _join(self, flight: _Flight, priority: Priority) -> None:
        self._metrics.joined.inc()
        if priority < flight.priority:
            flight.priority = priority
            flight.batcher.hasten(flight.job, priority)

    def _leave(self, key: _Key, flight: _Flight, waiter: asyncio.Future[Hypotheses]) -> None:
        flight.waiters.discard(waiter)
        if not flight.waiters and not flight.job.done():
            flight.job.cancel()
            # At once, not when the cancellation is told: who comes meanwhile starts anew.
            self._forget(key, flight)

    def _land(self, key: _Key, flight: _Flight) -> None:
        """Keep what the batcher answered and tell all who wait."""
        self._forget(key, flight)
        error = None if flight.job.cancelled() else flight.job.exception()
        if not flight.job.cancelled() and error is None:
            self._keep(key, flight.job.result())
        for waiter in flight.waiters:
            if waiter.done():
                continue
            if flight.job.cancelled():
                waiter.cancel()
            elif error is not None:
                waiter.set_exception(error)
            else:
                waiter.set_result(flight.job.result())

    def _forget(self, key: _Key, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _keep(self, key: _Key, hypotheses: Hypotheses) -> None:
        packed = _pack(key, hypotheses)
        if packed is None or packed.size_bytes > self._store.maxsize:
            return
        self._store[key] = packed
        self._metrics.bytes.set(self._store.currsize)
        self._metrics.entries.set(len(self._store))


def _pack(key: _Key, hypotheses: Hypotheses) -> _Packed | None:
    """Hypotheses as they are kept; None if a token of theirs holds the separator."""
    packed = tuple(
        (
            _SEPARATOR.join(each.tokens),
            each.score,
            None if each.attention is None else each.attention.packed,
        )
        for each in hypotheses
    )
    size = _ENTRY_BYTES + sys.getsizeof(key.tokens) + sys.getsizeof(packed)
    for each, (tokens, score, attention) in zip(hypotheses, packed, strict=True):
        if tokens.count(_SEPARATOR) != max(len(each.tokens) - 1, 0) or each.tokens == ("",):
            return None
        size += sys.getsizeof((tokens, score, attention))
        size += sum(map(sys.getsizeof, (tokens, score, attention)))
    return _Packed(packed, size)
