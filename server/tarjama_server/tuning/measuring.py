"""Has configurations measured side by side, each time in a new process."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

import psutil

from tarjama_server.engine import EngineError
from tarjama_server.tuning.candidates import Configuration
from tarjama_server.tuning.choice import Reading, Result
from tarjama_server.tuning.errors import TuningError
from tarjama_server.tuning.trial import Timing, Trial, run_trial

_MEMORY_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Plan:
    """How thoroughly to measure."""

    round_count: int
    trial: Trial
    """What all configurations have in common."""
    limit_s: float
    """Of one process, from its start. A configuration that takes longer is given up."""


def compare(
    configurations: Sequence[Configuration], plan: Plan, progress: Callable[[float], None]
) -> list[Result]:
    """Measure configurations in rounds, so that what else the machine does falls on all alike.

    Every other round goes backwards: what changes steadily, such as the heat of the machine, then
    falls on all alike, too.

    Args:
        configurations: what to compare, 1 or more.
        plan: how.
        progress: called with the share done, 0 to 1.

    Returns:
        A result for each, in their order. One that was over the limit once has no later readings.

    Raises:
        EngineError: the model cannot be loaded or run.
        TuningError: a process was ended from outside, as when memory runs out.
    """
    readings: dict[Configuration, list[Reading]] = {each: [] for each in configurations}
    given_up: set[Configuration] = set()
    step_count = plan.round_count * len(configurations)
    for number in range(plan.round_count):
        order = list(configurations) if number % 2 == 0 else list(reversed(configurations))
        for place, configuration in enumerate(order, start=1):
            if configuration not in given_up:
                reading = _measure(configuration, plan)
                if reading is None:
                    given_up.add(configuration)
                else:
                    readings[configuration].append(reading)
            progress((number * len(order) + place) / step_count)
    return [
        Result(each, () if each in given_up else tuple(readings[each])) for each in configurations
    ]


def _measure(configuration: Configuration, plan: Plan) -> Reading | None:
    """Measure in a new process; None if it takes too long."""
    # A forked process would begin with the memory, and the locks, of this one.
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    trial = replace(plan.trial, configuration=configuration)
    process = context.Process(target=_answer, args=(trial, sender), daemon=True)
    process.start()
    sender.close()
    end = time.monotonic() + plan.limit_s
    peak_bytes = 0
    try:
        # Also true when the process has ended.
        while not receiver.poll(_MEMORY_EVERY_S):
            with suppress(psutil.NoSuchProcess):
                peak_bytes = max(peak_bytes, psutil.Process(process.pid).memory_info().rss)
            if time.monotonic() > end:
                return None
        outcome: Timing | EngineError = receiver.recv()
    except EOFError as error:
        process.join()
        raise TuningError(
            f"the process that measured {configuration} ended with {process.exitcode} and no "
            "result; if the system killed it, memory does not suffice for so many workers"
        ) from error
    finally:
        process.kill()
        process.join()
        receiver.close()
    if isinstance(outcome, EngineError):
        raise outcome
    return Reading(outcome.tokens_per_s, outcome.lone_s, peak_bytes, outcome.compute_type)


def _answer(trial: Trial, sender: Connection[Timing | EngineError, None]) -> None:
    """Measure, and send the outcome to the process that asked."""
    # Ctrl-C reaches all processes of a terminal; the one that asked ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        sender.send(run_trial(trial))
    except EngineError as error:
        sender.send(error)
