"""Who is let in: by calls in progress, by the work that waits, by the time a call has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from tarjama_server.admission.backlog import Backlog, Unanswered
from tarjama_server.admission.quota import CharacterBudget
from tarjama_server.admission.refusals import DeadlineUnmeetable, QueueFull, QuotaExceeded
from tarjama_server.auth import Caller
from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import Decoding

# One call in so many is kept for callers that hold less than their fair part of all.
_RESERVE = 8
# When a call ends cannot be known: what one is told to wait that finds too many in progress.
_CALL_RETRY_S = 1.0
# How much of the expected time of a call's own work must fit in the time it has. Half: the time is
# told from the text's length, right within a factor of 1.7 for 98 % of FLORES-200 dev's lines, and
# what is in the cache takes none.
_LEAST_OWN_PART = 0.5


@dataclass(slots=True)
class _Holdings:
    """What one caller has of the server."""

    call_count: int = 0
    budget: CharacterBudget | None = None


class Admission:
    """Bounds the calls in progress and the work that waits, fairly among callers.

    A caller waits for what is before it. Sentences are served in turn among shares, so before the
    next one of a share goes all that waits, or of every share as much as it has waiting itself if
    that is less. A call is refused when this exceeds the bound of its priority. So a caller that
    has nothing waiting is let in however much others have, one that has more than its part of the
    bound (the bound over the callers that have work) only while the queue as a whole is not full,
    and a call on an idle server may be larger than the bound. What is taken in above the bound is
    limited by `max_calls`, of which the last eighth is for callers that have less than their part.

    A bound on the sum, such as twice the queue's, would let one caller's long call, which alone
    exceeds it, shut out all others.
    """

    def __init__(
        self,
        *,
        max_calls: int,
        max_queue_s: float,
        max_bulk_queue_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the bounds.

        Args:
            max_calls: calls in progress at once.
            max_queue_s: seconds of work before an interactive call.
            max_bulk_queue_s: the same before a bulk call or stream.
            clock: tells seconds, for quotas.
        """
        self._max_calls = max_calls
        self._bounds_s = {Priority.INTERACTIVE: max_queue_s, Priority.BULK: max_bulk_queue_s}
        self._clock = clock
        self._holdings: dict[str, _Holdings] = {}
        # A batcher goes when its model was replaced and its last call has ended.
        self._backlogs: WeakKeyDictionary[Batcher, Backlog] = WeakKeyDictionary()
        self.call_count = 0

    @contextmanager
    def count_in(self, caller: Caller) -> Iterator[AdmittedCall]:
        """Count a call in while it lasts.

        Raises:
            QueueFull: too many are in progress, or too many of this caller's.
            QuotaExceeded: as many of this caller's are in progress as its quota allows.
        """
        holdings = self._holdings.get(caller.share) or _Holdings()
        self._check_calls(caller, holdings.call_count)
        self._renew_budget(caller, holdings)
        self._holdings[caller.share] = holdings
        holdings.call_count += 1
        self.call_count += 1
        try:
            yield AdmittedCall(self, caller.share, holdings.budget)
        finally:
            self.call_count -= 1
            holdings.call_count -= 1
            self._forget_idle(caller.share, holdings)

    def check(self, call: ExpectedCall, share: str, time_left_s: float | None) -> None:
        """Say whether a call may begin now.

        Raises:
            QueueFull: too much waits before it.
            DeadlineUnmeetable: it has less time than it needs. Not on an idle server.
        """
        before_s = self._before_s(call, share)
        bound_s = self._bounds_s[call.priority]
        if before_s >= bound_s:
            raise QueueFull(
                f"{before_s:.1f} s of work wait before the call; the limit is {bound_s:g} s",
                # Until half of the queue is done: there is room for many then, not just for one.
                before_s - bound_s / 2,
            )
        if time_left_s is None or self._is_idle(call.batcher):
            # An idle server tries: nobody waits for it, and should the estimate be wrong, no other
            # work might come that mends it.
            return
        own_s = call.batcher.estimate_s(call.positions, call.decoding) * _LEAST_OWN_PART
        if before_s + own_s > time_left_s:
            raise DeadlineUnmeetable(
                f"the call has {time_left_s:.1f} s left; {before_s:.1f} s of work wait before it, "
                f"and its own takes {own_s:.1f} s or more",
                before_s + own_s - time_left_s,
            )

    def backlog(self, batcher: Batcher) -> Backlog:
        """What the calls in progress that `batcher` works for have not been answered."""
        return self._backlogs.setdefault(batcher, Backlog())

    def _before_s(self, call: ExpectedCall, share: str) -> float:
        """Seconds of work that go before the next sentence of `share`."""
        batcher, priority = call.batcher, call.priority
        backlog = self.backlog(batcher)

        def pending_s(of: str | None) -> float:
            # Streams are in the batcher alone, calls that have just come in the backlog alone.
            unanswered_s = batcher.estimate_s(backlog.positions(priority, of), call.decoding)
            return max(batcher.pending_s(priority, of), unanswered_s)

        shares = max(batcher.share_count(priority), backlog.share_count(priority))
        return min(pending_s(None), shares * pending_s(share))

    def _is_idle(self, batcher: Batcher) -> bool:
        lowest = Priority.BULK
        return not (self.backlog(batcher).positions(lowest) or batcher.pending_s(lowest))

    def _check_calls(self, caller: Caller, own_count: int) -> None:
        quota = caller.quota.max_calls
        if quota is not None and own_count >= quota:
            raise QuotaExceeded(
                f"{own_count} calls of this token are in progress; its quota is {quota}",
                _CALL_RETRY_S,
            )
        if self.call_count >= self._max_calls:
            raise QueueFull(
                f"{self.call_count} calls are in progress; the limit is {self._max_calls}",
                _CALL_RETRY_S,
            )
        if self.call_count < self._max_calls - self._max_calls // _RESERVE:
            return
        busy = sum(1 for each in self._holdings.values() if each.call_count)
        # As if one more came, for whom the reserve is.
        if own_count >= self._max_calls / (busy + 1):
            raise QueueFull(
                f"{own_count} calls of this caller are in progress, and the last of the "
                f"{self._max_calls} there may be in all are for others",
                _CALL_RETRY_S,
            )

    def _renew_budget(self, caller: Caller, holdings: _Holdings) -> None:
        """Give the caller the budget of its quota, which may be another than at its last call."""
        quota = caller.quota.characters_per_minute
        if quota is None:
            holdings.budget = None
        elif holdings.budget is None or holdings.budget.characters_per_minute != quota:
            holdings.budget = CharacterBudget(quota, clock=self._clock)

    def _forget_idle(self, share: str, holdings: _Holdings) -> None:
        """Addresses come and go. A budget is kept: tokens are as many as their file has."""
        if not holdings.call_count and (holdings.budget is None or holdings.budget.is_full):
            self._holdings.pop(share, None)


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """What a call asks for.

    Attributes:
        batcher: what is to translate it.
        priority: which work goes before it.
        decoding: how it is to be decoded.
        positions: as `expected_positions` tells; 0 for a stream, of which nothing is known.
    """

    batcher: Batcher
    priority: Priority
    decoding: Decoding
    positions: int = 0


class AdmittedCall:
    """A call in progress."""

    def __init__(self, admission: Admission, share: str, budget: CharacterBudget | None) -> None:
        """Belong to `share`, whose quota is `budget`; None for one without."""
        self._admission = admission
        self.share = share
        self.budget = budget

    @contextmanager
    def begin(
        self, call: ExpectedCall, *, characters: int = 0, time_left_s: float | None = None
    ) -> Iterator[Unanswered]:
        """Let the call's work in, and count it while the call lasts.

        Args:
            call: the work.
            characters: what is taken from the caller's quota, in code points. A stream takes
                nothing here, and from its budget as it reads.
            time_left_s: seconds until the call's deadline; None for no deadline.

        Raises:
            QueueFull: too much waits before it.
            DeadlineUnmeetable: it has less time than it needs.
            QuotaExceeded: the caller has not so many characters left.
            QuotaTooSmall: nor ever has.
        """
        self._admission.check(call, self.share, time_left_s)
        if self.budget is not None and characters:
            self.budget.spend_whole(characters)
        backlog = self._admission.backlog(call.batcher)
        unanswered = Unanswered(backlog, call.priority, self.share, call.positions)
        try:
            yield unanswered
        finally:
            unanswered.close()
