"""Bounds the heaps among which the C library spreads a process' threads."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import Final

HEAPS_PER_WORKER: Final = 4
"""Each heap holds on to what its largest batch took: over 12 minutes of mixed load with two workers
memory grew by 0.9 MiB a minute with as many heaps as glibc makes, and with eight it did not
(0.3 +- 0.6). But workers that share a heap wait for each other: with a single one a sentence took a
fifth more processor time (11.2 ms against 9.5)."""

HEAPS_VARIABLE: Final = "MALLOC_ARENA_MAX"
"""In the environment of a process, what `bound_heaps` does in it before it has many threads."""

_M_ARENA_MAX = -8  # Of glibc's malloc.h.


def bound_heaps(worker_count: int) -> None:
    """Bound the heaps of this process, where the C library is glibc.

    Does nothing once so many threads have a heap that glibc has counted them.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(AttributeError):  # musl has no such thing, nor the need.
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS_PER_WORKER * worker_count)
