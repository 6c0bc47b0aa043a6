"""Calls run elsewhere, so that Ctrl-C interrupts the wait for them and not the calls."""

import signal
import sys
import threading
from collections.abc import Callable
from functools import partial

import pytest

from tarjama.cli.call_thread import CallPool, CallThread

TIMEOUT_S = 60


def test_results_and_errors_come_back_in_order() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with CallThread() as calls:
        assert [calls.run(partial(abs, number)) for number in range(3)] == [0, 1, 2]
        with pytest.raises(ZeroDivisionError):
            calls.run(fail)
        assert calls.run(threading.current_thread) is not threading.current_thread()


@pytest.mark.skipif(sys.platform == "win32", reason="sends itself a signal as Unix does")
def test_an_interrupted_call_goes_on_and_does_not_answer_the_next() -> None:
    released, ended = threading.Event(), threading.Event()

    def interrupt_and_go_on() -> str:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        assert released.wait(TIMEOUT_S)
        ended.set()
        return "too late"

    with CallThread() as calls:
        with pytest.raises(KeyboardInterrupt):
            calls.run(interrupt_and_go_on)
        released.set()
        assert calls.run(lambda: "in time") == "in time"
        assert ended.is_set()


def test_a_pool_gives_every_result_and_runs_no_more_calls_than_its_size() -> None:
    running: set[int] = set()
    peaks: list[int] = []
    lock = threading.Lock()
    all_in = threading.Barrier(3)

    def call(number: int) -> int:
        with lock:
            running.add(number)
            peaks.append(len(running))
        all_in.wait(TIMEOUT_S)
        with lock:
            running.remove(number)
        return number

    with CallPool(3) as pool:
        results = set(pool.results(partial(call, number) for number in range(9)))
    assert results == set(range(9))
    assert max(peaks) == 3


def test_a_failing_call_does_not_lose_what_others_give_and_begins_no_more() -> None:
    failed = threading.Event()
    begun: list[int] = []

    def call(number: int) -> int:
        begun.append(number)
        if number == 0:
            failed.set()
            raise ZeroDivisionError
        assert failed.wait(TIMEOUT_S)
        return number

    results: list[int] = []
    with CallPool(2) as pool, pytest.raises(ZeroDivisionError):
        results += pool.results(partial(call, number) for number in range(100))
        pytest.fail("the failure is not raised")
    assert len(begun) <= 4


def test_results_before_a_failure_are_given() -> None:
    released = threading.Event()
    given: list[int] = []

    def fail() -> int:
        assert released.wait(TIMEOUT_S)
        raise ZeroDivisionError

    with CallPool(2) as pool, pytest.raises(ZeroDivisionError):
        calls: list[Callable[[], int]] = [fail, partial(abs, -7)]
        for result in pool.results(calls):
            given.append(result)
            released.set()
    assert given == [7]
