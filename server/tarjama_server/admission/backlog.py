"""Counts the work that calls in progress have been admitted with and have not answered.

A batcher knows a call's sentences when they are queued: some turns of the event loop after the
call was admitted, and never more than a window of a long document's. Calls that arrive at once
would all find it empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tarjama_server.batching import Priority

# Arabic letters are two bytes of UTF-8, and what the models leave alone - spaces, digits, Latin -
# is mostly one. The 997 lines of FLORES-200 dev have 2.62 bytes more than characters for each
# position of the bundled model's tokenizer (1.5 to 3.8 in 98 % of the lines).
_EXTRA_BYTES_PER_POSITION = 2.6


def expected_positions(texts: Iterable[str]) -> int:
    """About how many positions `texts` take in batches; 0 without a letter beyond ASCII."""
    extra_bytes = sum(len(text.encode()) - len(text) for text in texts)
    return round(extra_bytes / _EXTRA_BYTES_PER_POSITION)


@dataclass(slots=True)
class _Level:
    """What is unanswered at one priority and the more urgent ones."""

    positions: int = 0
    shares: dict[str, int] = field(default_factory=dict)
    """Only of those with any."""

    def add(self, share: str, positions: int) -> None:
        self.positions += positions
        self.shares[share] = self.shares.get(share, 0) + positions
        if not self.shares[share]:
            del self.shares[share]


class Backlog:
    """The positions of one batcher's calls in progress that are not answered yet, as expected."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._levels = {priority: _Level() for priority in Priority}

    def positions(self, priority: Priority, share: str | None = None) -> int:
        """Those of `priority` or a more urgent one; of one share only if it is given."""
        level = self._levels[priority]
        return level.positions if share is None else level.shares.get(share, 0)

    def share_count(self, priority: Priority) -> int:
        """Shares that have any of `priority` or a more urgent one."""
        return len(self._levels[priority].shares)

    def add(self, priority: Priority, share: str, positions: int) -> None:
        """Count positions in, or out if they are negative."""
        for each, level in self._levels.items():
            if each >= priority:
                level.add(share, positions)


class Unanswered:
    """One call's part of a backlog."""

    def __init__(self, backlog: Backlog, priority: Priority, share: str, positions: int) -> None:
        """Count `positions` in."""
        self._backlog = backlog
        self._priority = priority
        self._share = share
        self._positions = positions
        backlog.add(priority, share, positions)

    def answered(self, text: str) -> None:
        """A piece of the call's text has its translation."""
        self._remove(min(expected_positions([text]), self._positions))

    def close(self) -> None:
        """The call ended: nothing of it is left."""
        self._remove(self._positions)

    def _remove(self, positions: int) -> None:
        if positions:
            self._positions -= positions
            self._backlog.add(self._priority, self._share, -positions)
