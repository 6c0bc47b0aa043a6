"""Why calls are refused.

Refused
├── QueueFull             the server, or this caller's part of it, is full
├── DeadlineUnmeetable    the call's time is too short for what waits before it
└── QuotaExceeded         the caller has used up what it may have
QuotaTooSmall             the call is larger than the caller may have at all
"""

from __future__ import annotations

# What a refused caller is told to wait, at least and at most.
_LEAST_RETRY_S = 0.1
_MOST_RETRY_S = 60.0


class Refused(Exception):
    """The call was not begun, and may be tried again."""

    def __init__(self, text: str, retry_after_s: float) -> None:
        """Say why, and when there is room: 0.1 to 60 s from now, whatever `retry_after_s` says."""
        super().__init__(text)
        self.retry_after_s = min(max(retry_after_s, _LEAST_RETRY_S), _MOST_RETRY_S)


class QueueFull(Refused):
    """There is as much to do before the call as it may wait for."""


class DeadlineUnmeetable(Refused):
    """The call would have been cut off by its own deadline."""


class QuotaExceeded(Refused):
    """The caller has had as much as its quota allows for now."""


class QuotaTooSmall(Exception):
    """The call is larger than the caller's quota of a minute: no retry mends it."""

    def __init__(self, characters: int, limit: int) -> None:
        """Say how large it is and what the limit is, in code points."""
        super().__init__(f"{characters} characters exceed a quota of {limit} a minute")
        self.characters = characters
        self.limit = limit
