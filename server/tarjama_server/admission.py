"""Refuses calls at once when the server has as much to do as it can do in good time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tarjama_server.batching import Batcher

# What a refused caller is told to wait, at least and at most.
_LEAST_RETRY_S = 0.1
_MOST_RETRY_S = 30.0


class QueueFull(Exception):
    """The call was refused before it began."""

    def __init__(self, reason: str, retry_after_s: float) -> None:
        """Say what is full and when to try again."""
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class Admission:
    """Bounds the calls in progress and the work they have queued."""

    def __init__(self, *, max_calls: int, max_pending_tokens: int) -> None:
        """Set the bounds.

        Args:
            max_calls: calls in progress at once.
            max_pending_tokens: tokens in a batcher beyond which no new call begins. Calls in
                progress may go on queueing, each at most its document's window.
        """
        self._max_calls = max_calls
        self._max_pending_tokens = max_pending_tokens
        self.call_count = 0

    @contextmanager
    def admit(self, batcher: Batcher) -> Iterator[None]:
        """Count a call in while it lasts.

        Raises:
            QueueFull: a bound is reached.
        """
        if self.call_count >= self._max_calls:
            raise QueueFull(
                f"{self.call_count} calls are in progress; the limit is {self._max_calls}",
                _retry_after_s(batcher),
            )
        if batcher.pending_positions >= self._max_pending_tokens:
            raise QueueFull(
                f"{batcher.pending_positions} tokens are waiting; "
                f"the limit is {self._max_pending_tokens}",
                _retry_after_s(batcher),
            )
        self.call_count += 1
        try:
            yield
        finally:
            self.call_count -= 1


def _retry_after_s(batcher: Batcher) -> float:
    """About as long as the work that waits will take."""
    if not batcher.positions_per_s:
        return _MOST_RETRY_S / 10
    wait_s = batcher.pending_positions / batcher.positions_per_s
    return min(max(wait_s, _LEAST_RETRY_S), _MOST_RETRY_S)
