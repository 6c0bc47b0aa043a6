"""The learning rate over a training that is bounded by time rather than by steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Of the highest rate: a training that runs over its time still learns a little.
_LEAST_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Schedule:
    """Rises with the first steps, stays, and falls to nothing over the last minutes.

    Attributes:
        highest: the rate between rise and fall, for both optimizers.
        rise_steps: until it is reached.
        total_minutes: of all parts together.
        fall_minutes: at the end, of the linear fall.
    """

    total_minutes: float
    fall_minutes: float
    highest: float = 1.5e-3
    rise_steps: int = 400

    def rate(self, step: int, minutes: float) -> float:
        """Give the rate of a step, from 0, after so many minutes of training."""
        rise = min(1.0, (step + 1) / self.rise_steps)
        fall = min(1.0, (self.total_minutes - minutes) / self.fall_minutes)
        return self.highest * rise * max(_LEAST_SHARE, fall)
