"""Chooses among measured configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tarjama_server.tuning.candidates import Configuration

THROUGHPUT_TOLERANCE = 0.03
"""Of the best throughput: what is within it is as good, and the smallest of that is chosen.

Callers do not notice so little, and a worker less is its memory saved."""

LATENCY_TOLERANCE = 0.05
"""Of the shortest lone time. More than of the throughput, since single sentences vary more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A configuration in one round."""

    tokens_per_s: float
    lone_s: float
    peak_bytes: int
    """Most memory of the process at any time (resident set), the model's included."""
    compute_type: str


@dataclass(frozen=True, slots=True)
class Result:
    """A configuration in all rounds."""

    configuration: Configuration
    readings: tuple[Reading, ...]
    """One of each round; none if it took too long to measure."""

    @property
    def tokens_per_s(self) -> float:
        """Of the best round: what else the machine does slows a round and never speeds it up."""
        return max(reading.tokens_per_s for reading in self.readings)

    @property
    def spread(self) -> float:
        """How far the worst round is behind the best in throughput, 0 to 1."""
        return 1 - min(reading.tokens_per_s for reading in self.readings) / self.tokens_per_s

    @property
    def lone_s(self) -> float:
        """Of the best round."""
        return min(reading.lone_s for reading in self.readings)

    @property
    def peak_bytes(self) -> int:
        """The most of any round."""
        return max(reading.peak_bytes for reading in self.readings)


def choose(results: Sequence[Result], *, by_latency: bool = False) -> Result | None:
    """Choose the smallest configuration that is about as good as the best.

    Smallest is: fewest threads in all, then fewest workers, since each takes memory, then the
    smallest batches, since a sentence waits for those before it.

    Args:
        results: of one comparison.
        by_latency: whether only those whose lone time is about the shortest come into question.

    Returns:
        The choice; None if nothing was measured in time.
    """
    measured = [each for each in results if each.readings]
    if not measured:
        return None
    if by_latency:
        longest_s = min(each.lone_s for each in measured) * (1 + LATENCY_TOLERANCE)
        measured = [each for each in measured if each.lone_s <= longest_s]
    least = max(each.tokens_per_s for each in measured) * (1 - THROUGHPUT_TOLERANCE)
    return min((each for each in measured if each.tokens_per_s >= least), key=_size)


def _size(result: Result) -> tuple[int, int, int]:
    settings = result.configuration
    threads = settings.workers * settings.threads_per_worker
    return threads, settings.workers, settings.max_batch_tokens


def memory_per_worker(results: Sequence[Result]) -> float | None:
    """Bytes that one more worker takes, where all else is equal.

    Returns:
        From one worker with one thread to the most workers with one thread that were measured, the
        difference for each; None if only one number of workers was measured.
    """
    single = sorted(
        (each for each in results if each.readings and each.configuration.threads_per_worker == 1),
        key=lambda each: each.configuration.workers,
    )
    if not single or single[0].configuration.workers == single[-1].configuration.workers:
        return None
    more = single[-1].configuration.workers - single[0].configuration.workers
    return (single[-1].peak_bytes - single[0].peak_bytes) / more
