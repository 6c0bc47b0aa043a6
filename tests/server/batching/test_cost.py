import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.batching.cost import CostModel

WORKS = [20, 60, 300, 900, 2000, 4000]


def duration_s(work: int, *, slowness: float = 1.0) -> float:
    """As an engine might take: 20 ms for each batch, and 0.1 ms for each unit of work."""
    return slowness * (0.02 + 1e-4 * work)


def taught(samples: list[tuple[int, float]]) -> CostModel:
    model = CostModel()
    for work, seconds in samples:
        model.observe(work, seconds)
    return model


def test_nothing_is_known_before_the_first_batch() -> None:
    model = CostModel()
    assert not model.is_known
    assert model.estimate_s(1000) == 0


@pytest.mark.parametrize("work", WORKS)
def test_the_first_batch_is_believed(work: int) -> None:
    model = taught([(work, 0.3)])
    assert model.is_known
    assert model.estimate_s(work) == pytest.approx(0.3)
    assert 0 < model.estimate_s(work // 2) < 0.3 < model.estimate_s(2 * work) < 0.75


@pytest.mark.parametrize("work", WORKS)
def test_a_short_and_a_full_batch_tell_what_all_take(work: int) -> None:
    model = taught([(20, duration_s(20)), (2048, duration_s(2048))])
    assert model.estimate_s(work) == pytest.approx(duration_s(work), rel=0.25)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("work", WORKS)
def test_noise_is_averaged(seed: int, work: int) -> None:
    rng = random.Random(seed)
    model = taught(
        [
            (each, duration_s(each, slowness=rng.uniform(0.7, 1.3)))
            for each in rng.choices(WORKS, k=300)
        ]
    )
    assert model.estimate_s(work) == pytest.approx(duration_s(work), rel=0.35)


@pytest.mark.parametrize("slowness", [0.2, 0.5, 3.0, 20.0])
def test_a_change_of_speed_is_learned_within_a_hundred_batches(slowness: float) -> None:
    rng = random.Random(7)
    model = taught([(work, duration_s(work)) for work in rng.choices(WORKS, k=100)])
    for work in rng.choices(WORKS, k=100):
        model.observe(work, duration_s(work, slowness=slowness))
    for work in WORKS:
        assert model.estimate_s(work) == pytest.approx(duration_s(work, slowness=slowness), rel=0.3)


def test_hours_of_full_batches_leave_standing_what_a_sentence_takes() -> None:
    rng = random.Random(3)
    model = taught([(work, duration_s(work)) for work in rng.choices(WORKS, k=100)])
    for _ in range(5000):
        model.observe(2000, duration_s(2000, slowness=rng.uniform(0.8, 1.2)))
    assert model.estimate_s(2000) == pytest.approx(duration_s(2000), rel=0.15)
    assert model.estimate_s(20) == pytest.approx(duration_s(20), rel=0.35)


def test_a_batch_during_which_the_machine_slept_stands_for_no_other() -> None:
    model = taught([(work, duration_s(work)) for work in WORKS * 20])
    model.observe(2000, 3600.0)
    assert model.estimate_s(2000) < 1.5 * duration_s(2000)


@given(
    st.lists(st.tuples(st.integers(1, 100_000), st.floats(0, 1e5)), min_size=1, max_size=50),
    st.integers(1, 100_000),
    st.floats(1, 1000),
)
def test_estimates_are_never_negative_and_grow_with_work(
    samples: list[tuple[int, float]], work: int, batch_count: float
) -> None:
    model = taught(samples)
    assert 0 <= model.estimate_s(work) <= model.estimate_s(work + 1)
    assert model.estimate_s(work) <= model.estimate_s(work, batch_count)


@pytest.mark.parametrize(
    ("batch_s", "work", "expected"),
    # A batch takes as long as 200 units of work, or 2 million, or nothing of its own.
    [
        (0.02, 10, 1),
        (0.02, 399, 1),
        (0.02, 500, 2),
        (0.02, 5000, 4),
        (200.0, 5000, 1),
        (0.0, 10, 4),
    ],
)
def test_work_is_parted_among_idle_workers_where_that_pays(
    batch_s: float, work: int, expected: int
) -> None:
    model = taught([(each, batch_s + 1e-4 * each) for each in (256, 2048, 100_000) * 500])
    assert model.batch_count(work, 4) == expected
    assert model.batch_count(work, 1) == 1


def test_work_is_not_parted_before_a_batch_was_measured() -> None:
    assert CostModel().batch_count(10_000, 4) == 1
