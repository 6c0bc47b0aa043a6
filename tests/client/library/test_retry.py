"""When a call is tried again."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tarjama
from tarjama._retry import Deadline, Retries, RetryBudget, RetryPolicy

BUSY = tarjama.ServerBusy("full", retry_after_s=3.0)
BROKEN = tarjama.Unavailable("gone")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def retries(
    policy: RetryPolicy | None = None,
    *,
    budget: RetryBudget | None = None,
    deadline: Deadline | None = None,
    draw: float = 1.0,
) -> Retries:
    policy = policy or RetryPolicy()
    return Retries(
        policy, budget or RetryBudget(policy), deadline or Deadline(None), draw=lambda: draw
    )


def test_pauses_double_up_to_the_bound() -> None:
    attempts = retries(RetryPolicy(max_attempts=8, initial_backoff_s=0.5, max_backoff_s=6))

    assert [attempts.pause_after(BROKEN) for _ in range(7)] == [0.5, 1, 2, 4, 6, 6, 6]


def test_pauses_are_jittered_over_their_whole_length() -> None:
    assert retries(draw=0.0).pause_after(BROKEN) == 0
    assert retries(draw=0.5).pause_after(BROKEN) == 0.25


def test_the_servers_pause_comes_before_our_own() -> None:
    assert retries(draw=0.0).pause_after(BUSY) == 3.0
    assert retries(draw=1.0).pause_after(BUSY) == 3.5


def test_a_final_error_is_not_retried() -> None:
    error = tarjama.InvalidInput("wrong")

    with pytest.raises(tarjama.InvalidInput) as caught:
        retries().pause_after(error)
    assert caught.value is error


@pytest.mark.parametrize("max_attempts", [1, 2, 5])
def test_attempts_are_counted(max_attempts: int) -> None:
    attempts = retries(RetryPolicy(max_attempts=max_attempts))
    for _ in range(max_attempts - 1):
        attempts.pause_after(BROKEN)

    with pytest.raises(tarjama.Unavailable):
        attempts.pause_after(BROKEN)


def test_success_begins_the_count_and_the_pauses_anew() -> None:
    attempts = retries(RetryPolicy(max_attempts=3, initial_backoff_s=0.5))

    for _ in range(10):
        assert attempts.pause_after(BROKEN) == 0.5
        assert attempts.pause_after(BROKEN) == 1.0
        attempts.succeeded()


def test_a_very_patient_policy_does_not_overflow() -> None:
    attempts = retries(RetryPolicy(max_attempts=10_000, budget_tokens=10**6))

    assert [attempts.pause_after(BROKEN) for _ in range(2_000)][-1] == 10.0


def test_the_budget_stops_retries_at_half_and_success_refills_it() -> None:
    budget = RetryBudget(RetryPolicy(budget_tokens=10, budget_ratio=0.5))

    assert [budget.failed() for _ in range(5)] == [True, True, True, True, False]
    for _ in range(4):
        budget.succeeded()
    assert budget.failed()


def test_the_budget_never_exceeds_its_size() -> None:
    budget = RetryBudget(RetryPolicy(budget_tokens=4))
    for _ in range(100):
        budget.succeeded()

    assert [budget.failed() for _ in range(3)] == [True, False, False]


def test_a_pause_beyond_the_deadline_is_not_begun() -> None:
    clock = Clock()
    deadline = Deadline(10, clock=clock)
    attempts = retries(deadline=deadline, draw=0.0)
    assert attempts.pause_after(BUSY) == 3.0

    clock.now += 7.5
    with pytest.raises(tarjama.ServerBusy):
        attempts.pause_after(BUSY)


@pytest.mark.parametrize("timeout_s", [None, math.inf])
def test_without_a_timeout_there_is_no_deadline(timeout_s: float | None) -> None:
    assert Deadline(timeout_s).remaining_s() is None


def test_what_remains_is_never_below_zero() -> None:
    clock = Clock()
    deadline = Deadline(2, clock=clock)
    assert deadline.remaining_s() == 2
    clock.now += 5
    assert deadline.remaining_s() == 0


@pytest.mark.parametrize(
    "setting",
    [
        {"max_attempts": 0},
        {"initial_backoff_s": -1},
        {"max_backoff_s": math.nan},
        {"budget_tokens": math.inf},
        {"budget_ratio": -0.1},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(setting: dict[str, float]) -> None:
    [name] = setting
    with pytest.raises(ValueError, match=name):
        RetryPolicy(**setting)  # type: ignore[arg-type]


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_pauses_stay_within_their_bounds(failures: int, draw: float) -> None:
    attempts = retries(RetryPolicy(max_attempts=99, budget_tokens=1_000), draw=draw)
    pauses = [attempts.pause_after(BROKEN) for _ in range(failures)]
    assert all(0 <= pause_s <= 10 for pause_s in pauses)
