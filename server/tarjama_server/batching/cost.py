"""Learns from batches how long the next will take."""

from __future__ import annotations

# Of this much work the part that every batch takes and the part that grows are learned evenly: the
# middle, by ratio, between a sentence of 25 positions and a batch of 1,024, both with a beam of 2.
_MIDDLE_WORK = 256
# How much of its error each batch mends: about the last twenty count. The first ones mend more.
_RATE = 0.1
_EARLY_BATCHES = 10
# Later, a batch counts as no longer than so many times what was expected. One during which the
# machine was asleep must not stand for those that follow; a lasting change is believed in time.
_MOST_SURPRISE = 4.0


class CostModel:
    """Knows the duration of a batch: a part that each takes, and one that grows with its work.

    Both are learned by normalised least mean squares: the least change that mends a part of the
    error. What a batch does not tell, it does not change, so hours of full batches leave standing
    what was learned of a lone sentence (where recursive least squares forget it).
    """

    def __init__(self) -> None:
        """Know nothing."""
        self._batch_s = 0.0
        self._middle_s = 0.0
        self._batch_count = 0

    @property
    def is_known(self) -> bool:
        """Whether a batch was measured."""
        return self._batch_count > 0

    def observe(self, work: int, duration_s: float) -> None:
        """Learn that a batch of `work`, padding included, took `duration_s`."""
        expected_s = self.estimate_s(work)
        if self._batch_count >= _EARLY_BATCHES and expected_s:
            duration_s = min(duration_s, _MOST_SURPRISE * expected_s)
        rate = max(_RATE, 1 / (1 + self._batch_count / 4))
        self._batch_count += 1
        scaled = work / _MIDDLE_WORK
        step = rate * (duration_s - expected_s) / (1 + scaled**2)
        self._batch_s = max(self._batch_s + step, 0.0)
        self._middle_s = max(self._middle_s + step * scaled, 0.0)

    def estimate_s(self, work: float, batch_count: float = 1.0) -> float:
        """Seconds that a worker takes for `work` in `batch_count` batches.

        Never negative; 0 before the first batch was measured.
        """
        return batch_count * self._batch_s + work / _MIDDLE_WORK * self._middle_s

    def batch_count(self, work: int, worker_count: int) -> int:
        """Into how many batches to part `work` that as many idle workers as that could take.

        As many as there are workers, unless what every batch takes would be the most of it: on a
        GPU it is. On a CPU 8 sentences in two halves at once take half the time (the bundled model:
        6 ms a batch, 5 ms a sentence).

        Returns:
            1 before the first batch was measured.
        """
        growing_s = self.estimate_s(work, 0)
        if growing_s < worker_count * self._batch_s:
            return max(1, int(growing_s / self._batch_s))
        return worker_count if self.is_known else 1
