"""Ends a server that hangs, so that its supervisor starts it anew.

A batch that never ends holds its worker, and an event loop that does not turn answers nobody; both
look alive from outside. Only models in service are watched.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tarjama_server.batching import Batcher, BatchInFlight
from tarjama_server.observability import logger

EXIT_CODE = 70
"""Of a process that hung: `EX_SOFTWARE` of BSD's sysexits.h, an internal error."""

# So many looks fall into the shortest time after which anything counts as hanging.
_LOOKS = 10
_MOST_SECONDS_BETWEEN_LOOKS = 1.0
# How long the event loop has to tell those who watch the server's health.
_TELL_S = 1.0

NamedBatchers: TypeAlias = Iterable[tuple[str, Batcher]]


@dataclass(frozen=True, slots=True)
class Hang:
    """What hangs.

    Attributes:
        what: in words, without any text of a document.
        lasted_s: for how long.
        limit_s: after how long it counts as hanging.
    """

    what: str
    lasted_s: float
    limit_s: float


class HangDetector:
    """Looks at batches and the event loop now and then, and judges by what it saw.

    Times are sums of the time between looks, of which each counts for two periods at most. When
    a laptop sleeps or a container is paused nobody looks, and the clock jumps; that adds two
    periods, a fifth of `floor_s`, and not the hours that it took.
    """

    def __init__(
        self, *, factor: float, floor_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the limits.

        Args:
            factor: a batch hangs when it takes so many times its estimate; one without an estimate
                when it takes so many times `floor_s`.
            floor_s: nothing hangs that takes less. So long the event loop may stand still.
            clock: in seconds.
        """
        self.period_s = min(floor_s / _LOOKS, _MOST_SECONDS_BETWEEN_LOOKS)
        self._factor = factor
        self._floor_s = floor_s
        self._clock = clock
        self._looked_at = clock()
        self._awake_s = 0.0
        self._first_seen: dict[tuple[str, float, int], float] = {}
        self._turn_count = 0
        self._turned_at_s = 0.0

    def look(self, batches: Iterable[tuple[str, BatchInFlight]], *, turn_count: int) -> Hang | None:
        """Look once.

        Args:
            batches: those in flight, each with its model's name.
            turn_count: how often the event loop has turned since the last look, or the like: what
                counts is that it changes.
        """
        now = self._clock()
        self._awake_s += min(now - self._looked_at, 2 * self.period_s)
        self._looked_at = now
        hang = self._look_at_batches(batches)
        if turn_count == self._turn_count:
            # Nor would a batch that has ended be known to have.
            return self._look_at_loop()
        self._turn_count, self._turned_at_s = turn_count, self._awake_s
        return hang

    def _look_at_batches(self, batches: Iterable[tuple[str, BatchInFlight]]) -> Hang | None:
        seen, self._first_seen = self._first_seen, {}
        hang = None
        for model, batch in batches:
            key = (model, batch.began, batch.sentence_count)
            self._first_seen[key] = seen.get(key, self._awake_s)
            lasted_s = self._awake_s - self._first_seen[key]
            estimate_s = self._floor_s if batch.estimate_s is None else batch.estimate_s
            limit_s = max(self._factor * estimate_s, self._floor_s)
            if lasted_s > limit_s:
                what = f"a batch of {model} with {batch.sentence_count} sentences"
                hang = Hang(what, lasted_s, limit_s)
        return hang

    def _look_at_loop(self) -> Hang | None:
        lasted_s = self._awake_s - self._turned_at_s
        return Hang("the event loop", lasted_s, self._floor_s) if lasted_s > self._floor_s else None


class Watchdog:
    """Ends the process when it hangs, after having said so: in health, log and stacks.

    The stacks are those of Python's threads, and tell files, lines and functions alone. A thread
    that hangs without giving up Python's lock stops this one, too; health checks from outside get
    no answer then.
    """

    def __init__(
        self,
        batchers: Callable[[], NamedBatchers],
        *,
        factor: float,
        floor_s: float,
        tell: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Prepare to watch.

        Args:
            batchers: gives those to watch, with their models' names; called on another thread.
            factor: as `HangDetector` has it; 0 watches nothing.
            floor_s: as `HangDetector` has it.
            tell: runs on the event loop, if that still turns, before the process ends.
        """
        self._batchers = batchers
        self._factor = factor
        self._floor_s = floor_s
        self._tell = tell
        self._turn_count = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Watch the running event loop and the batchers from now on."""
        if self._factor:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(
                target=self._watch, args=(loop,), name="watchdog", daemon=True
            )
            self._thread.start()

    async def stop(self) -> None:
        """Watch no more."""
        self._stopping.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        detector = HangDetector(factor=self._factor, floor_s=self._floor_s)
        while not self._stopping.wait(detector.period_s):
            hang = detector.look(self._in_flight(), turn_count=self._turn_count)
            if hang is not None:
                self._end(hang, loop)
            loop.call_soon_threadsafe(self._turn)

    def _turn(self) -> None:
        self._turn_count += 1

    def _in_flight(self) -> Iterable[tuple[str, BatchInFlight]]:
        for name, batcher in self._batchers():
            for batch in batcher.in_flight():
                yield name, batch

    def _end(self, hang: Hang, loop: asyncio.AbstractEventLoop) -> None:
        try:
            logger().error(
                "the server hangs: ending at once",
                what=hang.what,
                lasted_s=round(hang.lasted_s, 1),
                limit_s=round(hang.limit_s, 1),
                exit_code=EXIT_CODE,
            )
            telling = asyncio.run_coroutine_threadsafe(self._tell(), loop)
            concurrent.futures.wait({telling}, _TELL_S)
            sys.stderr.flush()
            faulthandler.dump_traceback()
        finally:
            # Not as a program ends: that would wait for the thread that hangs.
            os._exit(EXIT_CODE)
