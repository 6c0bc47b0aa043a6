"""When to try a call again, and when to stop."""

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tarjama.errors import DeadlineExceeded, TarjamaError

__all__ = ["Deadline", "Retries", "RetryBudget", "RetryPolicy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how soon a call that failed with a retryable error is tried again.

    The pause before attempt n + 1 is drawn evenly from 0 to `initial_backoff_s` x 2**(n - 1),
    `max_backoff_s` at most ("full jitter"), and begins after the pause the server asked for,
    if it did. The budget is that of gRPC's retry throttling (proposal A6): each retryable
    failure takes a token, each success gives `budget_ratio` back, and while no more than half
    of the tokens are left, nothing is retried. All calls of a client share one budget, so that
    a server in trouble does not get several times its load. Streams begin to count anew each
    time the server acknowledges more of the document.

    Attributes:
        max_attempts: Attempts of one call, the first included. 1 turns retries off. With the
            default the pauses come to 13 s on average and 26 s at most: time for a server to
            start anew. Ask `Client.health` first to find out sooner that there is none.
        initial_backoff_s: Upper bound of the first pause, in seconds.
        max_backoff_s: Upper bound of every pause, in seconds, not counting the server's.
        budget_tokens: Size of the budget. The default lets 50 calls in flight be tried again
            when their server goes away at once.
        budget_ratio: Tokens a success gives back.
    """

    max_attempts: int = 7
    initial_backoff_s: float = 0.5
    max_backoff_s: float = 10.0
    budget_tokens: float = 100.0
    budget_ratio: float = 0.1

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError(f"max_attempts is {self.max_attempts}; it must be at least 1.")
        for name in ("initial_backoff_s", "max_backoff_s", "budget_tokens", "budget_ratio"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; it must be finite and not below 0."
                )


class RetryBudget:
    """The tokens that all calls of a client share. Thread-safe."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._max_tokens = policy.budget_tokens
        self._ratio = policy.budget_ratio
        self._tokens = policy.budget_tokens
        self._lock = threading.Lock()

    def succeeded(self) -> None:
        """Give a share of a token back."""
        with self._lock:
            self._tokens = min(self._max_tokens, self._tokens + self._ratio)

    def failed(self) -> bool:
        """Take a token. Returns whether enough are left to try again."""
        with self._lock:
            self._tokens = max(0.0, self._tokens - 1)
            return self._tokens > self._max_tokens / 2


class Deadline:
    """The one moment by which a call must be done, its retries included.

    Attributes:
        timeout_s: Seconds given to the call; None for no limit.
    """

    def __init__(
        self, timeout_s: float | None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if timeout_s is not None and not timeout_s > 0:
            raise ValueError(f"timeout_s is {timeout_s}; it must be above 0.")
        self.timeout_s = None if timeout_s == math.inf else timeout_s
        self._clock = clock
        self._end = None if self.timeout_s is None else clock() + self.timeout_s

    def remaining_s(self) -> float | None:
        """Seconds left, 0 at least; None for no limit."""
        return None if self._end is None else max(0.0, self._end - self._clock())

    def exceeded(self) -> DeadlineExceeded:
        """The error to raise when the time is over."""
        given = "" if self.timeout_s is None else f" of {self.timeout_s:g} s"
        return DeadlineExceeded(f"The deadline{given} passed before the answer was complete.")


class Retries:
    """The attempts of one call.

    Args:
        policy: How many, and how far apart.
        budget: Shared by all calls of the client.
        deadline: The call's.
        draw: Gives a number from 0 up to 1, evenly distributed.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        budget: RetryBudget,
        deadline: Deadline,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._deadline = deadline
        self._draw = draw
        self._failures = 0

    def succeeded(self) -> None:
        """Count a call that was answered, or a stream that came forward."""
        self._failures = 0
        self._budget.succeeded()

    def pause_after(self, error: TarjamaError) -> float:
        """Seconds to wait before the next attempt.

        Raises:
            TarjamaError: `error` itself, with a note on why it was not retried: it is final,
                attempts or budget are used up, or the pause would outlast the deadline.
        """
        if not error.retryable:
            raise error
        self._failures += 1
        within_budget = self._budget.failed()
        if self._failures >= self._policy.max_attempts:
            error.add_note(f"Gave up after {self._failures} attempts in a row without success.")
            raise error
        if not within_budget:
            error.add_note("Not retried: too many calls of this client have failed lately.")
            raise error
        # The exponent is bounded: 2.0**1024 overflows.
        bound_s = self._policy.initial_backoff_s * 2.0 ** min(self._failures - 1, 64)
        pause_s = min(bound_s, self._policy.max_backoff_s) * self._draw()
        pause_s += error.retry_after_s or 0.0
        remaining_s = self._deadline.remaining_s()
        if remaining_s is not None and pause_s >= remaining_s:
            error.add_note(
                f"Not retried: the next attempt is due in {pause_s:.2f} s, "
                f"the deadline in {remaining_s:.2f} s."
            )
            raise error
        return pause_s
