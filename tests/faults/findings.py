"""What a scenario measured, and which promises it found broken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# How often a condition that another process brings about is looked at.
_POLL_S = 0.02


@dataclass(slots=True)
class Findings:
    """The outcome of one scenario: figures to print, promises to keep."""

    figures: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def note(self, name: str, value: object) -> None:
        """Keep a figure. Its unit is in the name."""
        self.figures[name] = f"{value:.4g}" if isinstance(value, float) else str(value)

    def require(self, holds: bool, promise: str) -> None:
        """Keep `promise` as broken unless it holds."""
        if not holds:
            self.broken.append(promise)

    def to_markdown(self, title: str) -> str:
        """A heading, a table of the figures and the verdict."""
        rows = [f"| {name} | {value} |" for name, value in self.figures.items()]
        verdict = [f"- broken: {promise}" for promise in self.broken] or ["All promises kept."]
        return "\n".join(
            [f"## {title}", "", "| figure | value |", "|---|---|", *rows, "", *verdict]
        )


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 60) -> float:
    """Wait for what another process brings about; give the seconds it took.

    Raises:
        TimeoutError: `what` did not come about in time.
    """
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > timeout_s:
            raise TimeoutError(f"{what}: not within {timeout_s:g} s")
        time.sleep(_POLL_S)
    return time.monotonic() - began
