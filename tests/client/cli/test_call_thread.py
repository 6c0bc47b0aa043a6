"""Calls run elsewhere, so that Ctrl-C interrupts the wait for them and not the calls."""

import signal
import sys
import threading
from functools import partial

import pytest

from tarjama.cli.call_thread import CallThread

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
