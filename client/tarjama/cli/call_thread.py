"""Keeps Ctrl-C out of the client library's calls."""

import queue
import threading
from collections.abc import Callable
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

        def run_and_tell() -> None:
            try:
                outcomes.put(_Returned(call()))
            except BaseException as error:
                outcomes.put(_Raised(error))

        self._calls.put(run_and_tell)
        outcome = _wait_for(outcomes)
        if isinstance(outcome, _Raised):
            raise outcome.error
        return outcome.result

    def _run_calls(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def _wait_for(outcomes: queue.SimpleQueue[_Result]) -> _Result:
    while True:
        try:
            return outcomes.get(timeout=_WAKE_EVERY_S)
        except queue.Empty:
            continue
