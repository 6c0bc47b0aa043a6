"""Keeps Ctrl-C out of the client library's calls."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

_Result = TypeVar("_Result")

# How late Ctrl-C may be noticed. A signal that comes just before the main thread begins to wait
# is not seen until it wakes, however long that takes.
_WAKE_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class _Returned(Generic[_Result]):
    result: _Result


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException


class CallThread:
    """Runs calls on one other thread, in order. A context manager.

    Python raises `KeyboardInterrupt` in the main thread, wherever it is. In the middle of gRPC's
    code that leaves a lock taken, and closing the channel then waits for ever (seen in 3 of
    120 runs interrupted at random, with grpcio 1.85.1). So the main thread waits here instead.
    A call that is interrupted goes on, and its outcome is lost.
    """

    def __init__(self) -> None:
        # Of the queues in the standard library this one alone stays whole when it is interrupted.
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run_calls, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._calls.put(None)

    def run(self, call: Callable[[], _Result]) -> _Result:
        """Runs a call after those before it, and returns or raises what it does."""
        outcomes: queue.SimpleQueue[_Returned[_Result] | _Raised] = queue.SimpleQueue()
        self._calls.put(_told(call, outcomes))
        outcome = _wait_for(outcomes)
        if isinstance(outcome, _Raised):
            raise outcome.error
        return outcome.result

    def _run_calls(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


class CallPool:
    """Runs calls on several threads, for the same reason. A context manager.

    A call that is interrupted goes on, and its outcome is lost.
    """

    def __init__(self, size: int) -> None:
        """Plans the threads.

        Args:
            size: How many calls run at once.
        """
        self._size = size
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._run_calls, daemon=True) for _ in range(size)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _ in range(self._size):
            self._calls.put(None)

    def wait(self, timeout_s: float) -> None:
        """Leaves the context, and waits for the calls that still run, but no longer than this."""
        self.__exit__(None, None, None)
        until_s = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(until_s - time.monotonic(), 0))

    def results(self, calls: Iterable[Callable[[], _Result]]) -> Iterator[_Result]:
        """Runs calls and gives their results as they come, in any order.

        No more calls are taken from `calls` than run at once. After one that raises no more are
        begun; what the others give that run already comes first, so that no work is lost.

        Raises:
            BaseException: what the first failing call raised.
        """
        outcomes: queue.SimpleQueue[_Returned[_Result] | _Raised] = queue.SimpleQueue()
        waiting = iter(calls)
        running = 0
        failure: BaseException | None = None
        while True:
            while failure is None and running < self._size:
                call = next(waiting, None)
                if call is None:
                    break
                self._calls.put(_told(call, outcomes))
                running += 1
            if not running:
                break
            outcome = _wait_for(outcomes)
            running -= 1
            if isinstance(outcome, _Returned):
                yield outcome.result
            elif failure is None:
                failure = outcome.error
        if failure is not None:
            raise failure

    def _run_calls(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _told(
    call: Callable[[], _Result], outcomes: "queue.SimpleQueue[_Returned[_Result] | _Raised]"
) -> Callable[[], None]:
    """Makes a call that tells its outcome instead of returning or raising it."""

    def run_and_tell() -> None:
        try:
            outcomes.put(_Returned(call()))
        except BaseException as error:
            outcomes.put(_Raised(error))

    return run_and_tell


def _wait_for(outcomes: queue.SimpleQueue[_Result]) -> _Result:
    while True:
        try:
            return outcomes.get(timeout=_WAKE_EVERY_S)
        except queue.Empty:
            continue
