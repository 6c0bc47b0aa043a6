from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.tuning import Configuration, Result, memory_per_worker
from tarjama_server.tuning.candidates import Candidates, with_compute_types
from tarjama_server.tuning.choice import Reading, choose


def result(
    configuration: tuple[int, int, int],
    *speeds: float,
    lone_s: float = 0.02,
    peak_bytes: int = 100,
) -> Result:
    readings = (Reading(speed, lone_s, peak_bytes, "int8_float32") for speed in speeds)
    return Result(Configuration(*configuration), tuple(readings))


ONE = (1, 1, 1024)
TWO = (2, 1, 1024)
TWO_THREADS = (1, 2, 1024)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result(ONE, 1000), result(TWO, 1900)], TWO),
        # Within 3 % of the best, fewer threads are preferred, ...
        ([result(ONE, 980), result(TWO, 1000)], ONE),
        ([result(ONE, 960), result(TWO, 1000)], TWO),
        # ... then fewer workers, ...
        ([result(TWO, 1000), result(TWO_THREADS, 980)], TWO_THREADS),
        # ... then smaller batches.
        ([result((2, 1, 4096), 1000), result((2, 1, 512), 980), result(TWO, 990)], (2, 1, 512)),
        # What else the machine does slows rounds, the best one least.
        ([result(ONE, 1000, 1000, 1000), result(TWO, 100, 1900, 200)], TWO),
        # What took too long to measure does not come into question.
        ([result(TWO), result(ONE, 1)], ONE),
    ],
)
def test_the_smallest_is_chosen_that_is_about_as_fast_as_the_fastest(
    results: list[Result], expected: tuple[int, int, int]
) -> None:
    chosen = choose(results)
    assert chosen is not None
    assert chosen.configuration == Configuration(*expected)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result(TWO, 1900, lone_s=0.020), result(TWO_THREADS, 1500, lone_s=0.012)], TWO_THREADS),
        # Within 5 % of the shortest time, throughput decides.
        ([result(TWO, 1900, lone_s=0.0125), result(TWO_THREADS, 1500, lone_s=0.012)], TWO),
    ],
)
def test_by_latency_a_lone_sentence_comes_first(
    results: list[Result], expected: tuple[int, int, int]
) -> None:
    chosen = choose(results, by_latency=True)
    assert chosen is not None
    assert chosen.configuration == Configuration(*expected)


def test_of_nothing_measured_nothing_is_chosen() -> None:
    assert choose([result(ONE), result(TWO)]) is None


@given(
    st.lists(st.tuples(st.floats(1, 1e6), st.floats(1e-4, 10)), min_size=9, max_size=9),
    st.booleans(),
)
def test_the_choice_is_never_far_from_the_best(
    measured: list[tuple[float, float]], by_latency: bool
) -> None:
    grid = product((1, 2, 4), (1, 2, 4))
    results = [
        result((workers, threads, 1024), speed, lone_s=lone_s)
        for (workers, threads), (speed, lone_s) in zip(grid, measured, strict=True)
    ]
    chosen = choose(results, by_latency=by_latency)
    assert chosen is not None
    if by_latency:
        assert chosen.lone_s <= 1.05 * min(each.lone_s for each in results)
    else:
        assert chosen.tokens_per_s >= 0.97 * max(each.tokens_per_s for each in results)


def test_spread_is_how_far_the_worst_round_is_behind_the_best() -> None:
    assert result(ONE, 900, 1000, 750).spread == pytest.approx(0.25)
    assert result(ONE, 1000).spread == 0


def test_memory_of_a_worker_is_the_difference_that_workers_make() -> None:
    results = [
        result(TWO_THREADS, 1, peak_bytes=999),
        result((4, 1, 1024), 1, peak_bytes=190),
        result(ONE, 1, peak_bytes=100),
        result((8, 1, 1024)),
    ]
    assert memory_per_worker(results) == 30
    assert memory_per_worker(results[:2]) is None
    assert memory_per_worker([]) is None


@pytest.mark.parametrize(
    ("cores", "divisions"),
    [
        (1, {(1, 1)}),
        (2, {(1, 1), (1, 2), (2, 1)}),
        (3, {(1, 1), (1, 3), (3, 1)}),
        (4, {(1, 1), (1, 2), (1, 4), (2, 1), (2, 2), (4, 1)}),
    ],
)
def test_workers_times_threads_never_exceed_the_cores(
    cores: int, divisions: set[tuple[int, int]]
) -> None:
    candidates = Candidates.on_cpu(cores)
    assert set(candidates.divisions) == divisions
    assert candidates.batch_tokens == (256, 512, 1024, 2048, 4096)


@pytest.mark.parametrize("cores", [1, 2, 6, 96])
def test_a_quick_search_is_part_of_the_thorough_one(cores: int) -> None:
    quick, thorough = (Candidates.on_cpu(cores, is_quick=each) for each in (True, False))
    assert set(quick.divisions) <= set(thorough.divisions)
    assert set(quick.batch_tokens) <= set(thorough.batch_tokens)
    assert len(quick.divisions) <= 3


def test_on_a_gpu_workers_have_one_thread_and_batches_are_larger() -> None:
    candidates = Candidates.on_gpu()
    assert candidates.divisions == ((1, 1), (2, 1), (4, 1))
    assert max(candidates.batch_tokens) == 16384


def test_sizes_of_batches_are_tried_with_the_best_division() -> None:
    candidates = Candidates.on_cpu(4)
    assert {each.compute_type for each in candidates.first("int8")} == {"int8"}
    second = candidates.second(Configuration(2, 2, 1024, "int8"))
    assert {(each.workers, each.threads_per_worker) for each in second} == {(2, 2)}
    assert [each.max_batch_tokens for each in second] == [256, 512, 1024, 2048, 4096]


@pytest.mark.parametrize(
    ("present", "supported", "tried"),
    [
        ("default", {"float32", "float16", "int8_float16"}, ["default", "int8_float16", "float16"]),
        ("float16", {"float32", "float16"}, ["float16"]),
        ("default", {"float32"}, ["default"]),
    ],
)
def test_compute_types_are_tried_that_the_gpu_supports(
    present: str, supported: set[str], tried: list[str]
) -> None:
    configurations = with_compute_types(Configuration(1, 1, 4096, present), supported)
    assert [each.compute_type for each in configurations] == tried
