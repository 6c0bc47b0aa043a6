"""Runs a step as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from models.training.errors import RecipeError

Step = Callable[[Sequence[str] | None], None]
"""Takes the arguments, or None for those of the program."""


def run_step(step: Step) -> int:
    """Run a step and give its exit code: 0 done, 1 failed. Misuse exits with 2 by itself."""
    try:
        step(None)
    except (RecipeError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def say(message: str) -> None:
    """Tell how the work goes on, apart from the results on standard output."""
    print(message, file=sys.stderr, flush=True)
