import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tarjama_server.engine import Decoding, EngineError, supported_compute_types
from tarjama_server.tuning import Candidates, Configuration, Plan, Result, TuningError, search
from tarjama_server.tuning.choice import Reading
from tarjama_server.tuning.measuring import compare
from tarjama_server.tuning.trial import EngineClock, run_trial
from tests.server.scripted_engine import ScriptedEngine

GREEDY = Decoding(beam_size=1)
ONE, TWO = Configuration(1, 1, 256), Configuration(2, 1, 256)


def silent(_: float) -> None:
    return None


def test_a_trial_measures_under_load_and_alone(plan: Plan) -> None:
    timing = run_trial(plan.trial)
    assert timing.tokens_per_s > 0
    assert timing.lone_s > 0
    assert timing.compute_type in supported_compute_types("cpu")


def test_configurations_are_measured_in_rounds_in_processes_of_their_own(plan: Plan) -> None:
    shares: list[float] = []
    results = compare([ONE, TWO], plan, shares.append)
    assert [result.configuration for result in results] == [ONE, TWO]
    assert [len(result.readings) for result in results] == [2, 2]
    assert shares == [0.25, 0.5, 0.75, 1]
    # This process has loaded more than the model.
    own_bytes = psutil.Process().memory_info().rss
    for result in results:
        assert 0 < result.peak_bytes < 2 * own_bytes
        assert result.tokens_per_s > 0


def test_what_takes_too_long_has_no_readings_and_is_not_tried_again(plan: Plan) -> None:
    shares: list[float] = []
    (result,) = compare([ONE], replace(plan, limit_s=0.0), shares.append)
    assert result.readings == ()
    assert shares == [0.5, 1]


def test_errors_of_the_engine_come_from_the_process(plan: Plan, tmp_path: Path) -> None:
    trial = replace(plan.trial, model_dir=tmp_path)
    with pytest.raises(EngineError, match="cannot load the model"):
        compare([ONE], replace(plan, trial=trial), silent)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_process_that_is_killed_is_an_error_that_says_so(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = psutil.Process

    def kill(pid: int) -> psutil.Process:
        process = real(pid)
        os.kill(pid, signal.SIGKILL)
        return process

    monkeypatch.setattr(psutil, "Process", kill)
    with pytest.raises(TuningError, match="ended with -9 and no result"):
        compare([ONE], plan, silent)


def test_each_worker_counts_up_to_the_end_of_its_last_batch() -> None:
    moments: Iterator[float] = iter([100.0, 102.0, 104.0, 105.0])
    clock = EngineClock(ScriptedEngine(), now=lambda: next(moments))
    clock.start()
    with ThreadPoolExecutor(1) as other:
        clock.translate([["a"] * 9], GREEDY)
        clock.translate([["a"] * 4, ["b"] * 4], GREEDY)
        other.submit(clock.translate, [["a"] * 49], GREEDY).result()
    assert clock.batch_count == 3
    # 20 tokens in 4 s by this thread, 50 in 5 s by the other one; `</s>` is one of them.
    assert clock.tokens_per_s == pytest.approx(20 / 4 + 50 / 5)


def test_what_came_before_the_start_does_not_count() -> None:
    moments = iter([1.0, 10.0, 11.0])
    clock = EngineClock(ScriptedEngine(), now=lambda: next(moments))
    clock.translate([["a"] * 1000], GREEDY)
    clock.start()
    assert (clock.batch_count, clock.tokens_per_s) == (0, 0)
    clock.translate([["a"] * 9], GREEDY)
    assert clock.tokens_per_s == pytest.approx(10)


@pytest.fixture
def speeds(monkeypatch: pytest.MonkeyPatch) -> dict[Configuration, float]:
    """Speeds of configurations; what is not in it translates 1 token a second."""
    known: dict[Configuration, float] = {}

    def look_up(
        configurations: Sequence[Configuration], plan: Plan, progress: object
    ) -> list[Result]:
        return [
            Result(each, (Reading(known.get(each, 1.0), 0.01, 100, "int8"),))
            for each in configurations
        ]

    monkeypatch.setattr("tarjama_server.tuning.searching.compare", look_up)
    return known


def test_first_workers_and_threads_are_chosen_then_the_batches(
    speeds: dict[Configuration, float], plan: Plan
) -> None:
    speeds |= {Configuration(2, 1, 1024): 9.0, Configuration(2, 1, 2048): 11.0}
    findings = search(Candidates.on_cpu(2), plan, progress=lambda *_: None)
    assert len(findings.divisions) == 3
    assert {each.configuration.workers for each in findings.sizes} == {2}
    assert findings.best.configuration == Configuration(2, 1, 2048)
    assert findings.compute_types == ()


def test_on_a_gpu_other_compute_types_are_told_and_not_chosen(
    speeds: dict[Configuration, float], plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tarjama_server.tuning.searching.supported_compute_types",
        lambda device: {"float16", "int8_float16", "float32"} if device == "cuda" else set(),
    )
    speeds[Configuration(1, 1, 1024, "float16")] = 99.0
    on_gpu = replace(plan, trial=replace(plan.trial, device="cuda"))
    findings = search(Candidates.on_gpu(), on_gpu, progress=lambda *_: None)
    assert findings.best.configuration == Configuration(1, 1, 1024)
    told = [each.configuration.compute_type for each in findings.compute_types]
    assert told == ["default", "int8_float16", "float16"]


def test_when_nothing_is_measured_in_time_that_is_an_error(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tarjama_server.tuning.searching.compare",
        lambda configurations, *_: [Result(each, ()) for each in configurations],
    )
    with pytest.raises(TuningError, match="no configuration was measured in 60 s"):
        search(Candidates.on_cpu(2), plan, progress=lambda *_: None)


def test_no_thread_of_a_trial_is_left(plan: Plan) -> None:
    before = threading.active_count()
    run_trial(plan.trial)
    assert threading.active_count() == before
