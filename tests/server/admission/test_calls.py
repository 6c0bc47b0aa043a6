"""How many calls there may be, in all and of each caller."""

from contextlib import ExitStack

import pytest

from tarjama_server.admission import Admission, QueueFull, QuotaExceeded
from tarjama_server.auth import Caller, Quota


def admission(max_calls: int) -> Admission:
    return Admission(max_calls=max_calls, max_queue_s=2.0, max_bulk_queue_s=30.0)


def caller(name: str, quota: Quota | None = None) -> Caller:
    return Caller(name, "token", quota=quota or Quota())


def let_in(calls: ExitStack, admission: Admission, caller: Caller) -> int:
    """Make calls until one is refused; say how many were let in."""
    for count in range(1000):
        try:
            calls.enter_context(admission.count_in(caller))
        except QueueFull:
            return count
    raise AssertionError("no call was refused")


def test_calls_are_let_in_up_to_the_limit_and_again_when_one_ends() -> None:
    bounded = admission(2)
    with ExitStack() as calls:
        for name in ("a", "b"):
            calls.enter_context(bounded.count_in(caller(name)))
        assert bounded.call_count == 2
        with pytest.raises(QueueFull, match=r"2 calls .* limit is 2"):
            calls.enter_context(bounded.count_in(caller("c")))
        assert bounded.call_count == 2
    with bounded.count_in(caller("c")):
        assert bounded.call_count == 1


def test_a_call_that_fails_is_counted_out() -> None:
    bounded = admission(1)
    with pytest.raises(RuntimeError), bounded.count_in(caller("a")):
        raise RuntimeError
    assert bounded.call_count == 0


@pytest.mark.parametrize(
    ("max_calls", "alone"), [(0, 0), (1, 1), (7, 7), (8, 7), (64, 56), (512, 448)]
)
def test_one_caller_is_let_in_up_to_the_last_eighth(max_calls: int, alone: int) -> None:
    with ExitStack() as calls:
        assert let_in(calls, admission(max_calls), caller("greedy")) == alone


def test_what_greedy_callers_leave_is_for_those_with_less_than_their_part() -> None:
    bounded = admission(16)
    with ExitStack() as calls:
        assert let_in(calls, bounded, caller("greedy")) == 14
        # Two callers, and the part of one who may yet come: a third of 16 each.
        assert let_in(calls, bounded, caller("modest")) == 2
        assert bounded.call_count == 16
        with pytest.raises(QueueFull, match="the limit is 16"):
            calls.enter_context(bounded.count_in(caller("third")))


def test_two_greedy_callers_leave_room_for_a_third() -> None:
    bounded = admission(16)
    with ExitStack() as calls:
        for _ in range(7):
            calls.enter_context(bounded.count_in(caller("a")))
        assert let_in(calls, bounded, caller("b")) == 7
        with pytest.raises(QueueFull, match=r"7 calls of this caller .* are for others"):
            calls.enter_context(bounded.count_in(caller("a")))
        assert let_in(calls, bounded, caller("c")) == 2


def test_callers_of_one_name_and_different_kinds_are_different_callers() -> None:
    bounded = admission(16)
    with ExitStack() as calls:
        assert let_in(calls, bounded, Caller("10.0.0.1", "token")) == 14
        calls.enter_context(bounded.count_in(Caller("10.0.0.1", "address")))


def test_a_token_has_no_more_calls_than_its_quota() -> None:
    bounded = admission(16)
    limited = caller("limited", Quota(max_calls=2))
    with ExitStack() as calls:
        for _ in range(2):
            calls.enter_context(bounded.count_in(limited))
        with pytest.raises(QuotaExceeded, match=r"2 calls of this token .* quota is 2") as refused:
            calls.enter_context(bounded.count_in(limited))
        assert refused.value.retry_after_s == 1.0
        with bounded.count_in(caller("other")):
            assert bounded.call_count == 3
    with bounded.count_in(limited):
        assert bounded.call_count == 1
