"""What counts as hanging, and what does not."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.batching import BatchInFlight
from tarjama_server.watchdog import Hang, HangDetector

DAY_S = 86400.0


class Scene:
    """A detector and what it looks at, on a clock that is set by hand."""

    def __init__(self, *, factor: float = 20.0, floor_s: float = 30.0) -> None:
        self.now = 1000.0
        self.turn_count = 0
        self.loop_turns = True
        self.detector = HangDetector(factor=factor, floor_s=floor_s, clock=lambda: self.now)

    def look(self, *batches: BatchInFlight, after_s: float | None = None) -> Hang | None:
        self.now += self.detector.period_s if after_s is None else after_s
        self.turn_count += self.loop_turns
        return self.detector.look([("m", batch) for batch in batches], turn_count=self.turn_count)

    def seconds_until_hang(self, *batches: BatchInFlight, most_s: float = 10_000) -> float | None:
        """Look on until something hangs; say after how long since the first look."""
        assert self.look(*batches) is None
        began = self.now
        while self.now - began < most_s:
            if self.look(*batches) is not None:
                return self.now - began
        return None


def batch(
    estimate_s: float | None, *, began: float = 0.0, sentence_count: int = 3
) -> BatchInFlight:
    return BatchInFlight(began, estimate_s, sentence_count)


@pytest.mark.parametrize(
    ("estimate_s", "factor", "floor_s", "limit_s"),
    [
        (0.1, 20, 30, 30),
        (1.5, 20, 30, 30),
        (3.0, 20, 30, 60),
        (3.0, 10, 5, 30),
        (0.0, 20, 30, 30),
        (None, 20, 30, 600),
        (None, 0.5, 30, 30),
    ],
)
def test_a_batch_hangs_past_its_limit_and_not_before(
    estimate_s: float | None, factor: float, floor_s: float, limit_s: float
) -> None:
    scene = Scene(factor=factor, floor_s=floor_s)
    found_after_s = scene.seconds_until_hang(batch(estimate_s))
    assert found_after_s is not None
    assert limit_s < found_after_s <= limit_s + 2 * scene.detector.period_s


def test_what_hangs_is_said_in_numbers() -> None:
    scene = Scene()
    hang = None
    while hang is None:
        hang = scene.look(batch(0.1, sentence_count=7))
    assert hang.what == "a batch of m with 7 sentences"
    assert hang.limit_s == 30
    assert hang.lasted_s == pytest.approx(31)


def test_one_batch_that_hangs_is_found_among_others_that_come_and_go() -> None:
    scene = Scene()
    stuck = batch(0.1)
    for number in range(30):
        assert scene.look(stuck, batch(0.1, began=number)) is None
    assert scene.look(stuck) is None
    assert scene.look(stuck, batch(0.1, began=99)) is not None


def test_batches_that_end_never_hang_however_many_there_are() -> None:
    scene = Scene()
    for number in range(1000):
        assert scene.look(batch(0.1, began=number // 29)) is None


def test_an_event_loop_that_stands_still_hangs() -> None:
    scene = Scene()
    scene.look()
    scene.loop_turns = False
    found_after_s = scene.seconds_until_hang()
    assert found_after_s == pytest.approx(30, abs=2)


def test_batches_are_not_blamed_for_an_event_loop_that_stands_still() -> None:
    scene = Scene()
    scene.look(batch(0.1))
    scene.loop_turns = False
    hang = None
    while hang is None:
        hang = scene.look(batch(0.1))
    assert hang.what == "the event loop"


@pytest.mark.parametrize("batches", [[], [batch(0.1)]])
def test_time_in_which_nobody_looked_does_not_count(batches: Sequence[BatchInFlight]) -> None:
    scene = Scene()
    scene.look(*batches)
    scene.loop_turns = False
    # The machine sleeps again and again, and runs for a second in between.
    for _ in range(10):
        assert scene.look(*batches, after_s=DAY_S) is None
        assert scene.look(*batches) is None
    scene.loop_turns = True
    assert scene.look() is None


def test_what_hangs_is_found_after_the_machine_slept() -> None:
    scene = Scene()
    scene.look(batch(0.1))
    scene.look(batch(0.1), after_s=DAY_S)
    found_after_s = scene.seconds_until_hang(batch(0.1))
    assert found_after_s is not None
    assert 20 < found_after_s < 31


@given(gaps=st.lists(st.floats(0, DAY_S), max_size=60), estimate_s=st.floats(0, 10))
def test_no_clock_makes_a_batch_hang_before_it_was_seen_often_enough(
    gaps: list[float], estimate_s: float
) -> None:
    scene = Scene()
    least_looks = max(30, 20 * estimate_s) / (2 * scene.detector.period_s)
    for count, gap in enumerate(gaps):
        if scene.look(batch(estimate_s), after_s=gap) is not None:
            assert count >= least_looks
            return
