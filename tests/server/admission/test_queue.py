"""How much work may wait before a call, and how much time a call must have."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.admission import (
    Admission,
    DeadlineUnmeetable,
    ExpectedCall,
    QueueFull,
    expected_positions,
)
from tarjama_server.admission.backlog import Backlog, Unanswered
from tarjama_server.auth import Caller
from tarjama_server.batching import Priority
from tarjama_server.engine import Decoding
from tests.server.admission.stated_batcher import StatedBatcher

GREEDY = Decoding(beam_size=1)
ME = Caller("me", "token")


def admission() -> Admission:
    return Admission(max_calls=1000, max_queue_s=2.0, max_bulk_queue_s=30.0)


def expected(
    batcher: StatedBatcher, positions: int = 10, priority: Priority = Priority.INTERACTIVE
) -> ExpectedCall:
    return ExpectedCall(batcher, priority, GREEDY, positions)


def begin(
    calls: ExitStack,
    admission: Admission,
    call: ExpectedCall,
    *,
    caller: Caller = ME,
    time_left_s: float | None = None,
) -> Unanswered:
    admitted = calls.enter_context(admission.count_in(caller))
    return calls.enter_context(admitted.begin(call, time_left_s=time_left_s))


@pytest.mark.parametrize(
    ("others_s", "mine_s", "is_let_in"),
    [
        # Alone: the bound is on all that waits.
        ([], 0.0, True),
        ([], 1.9, True),
        ([], 2.0, False),
        # The queue is not full: whoever comes is let in.
        ([0.5], 1.4, True),
        # It is full: those below their part are let in, a second for each of two.
        ([50.0], 0.0, True),
        ([50.0], 0.9, True),
        ([50.0], 1.0, False),
        ([1.0] * 9, 0.19, True),
        ([1.0] * 9, 0.2, False),
        # Above one's part one waits for the queue to be less than full.
        ([0.9], 1.1, False),
        ([0.8], 1.1, True),
    ],
)
def test_a_call_is_let_in_by_the_work_that_goes_before_it(
    others_s: list[float], mine_s: float, is_let_in: bool
) -> None:
    loads = {f"token:{number}": load_s for number, load_s in enumerate(others_s)}
    batcher = StatedBatcher(loads | ({ME.share: mine_s} if mine_s else {}))
    with ExitStack() as calls:
        if is_let_in:
            begin(calls, admission(), expected(batcher))
            return
        with pytest.raises(QueueFull, match=r"s of work wait before the call; the limit is 2 s"):
            begin(calls, admission(), expected(batcher))


def test_a_call_on_an_idle_server_may_be_larger_than_the_bound() -> None:
    with ExitStack() as calls:
        begin(calls, admission(), expected(StatedBatcher(), positions=60_000))


def test_bulk_calls_wait_for_more() -> None:
    batcher = StatedBatcher({ME.share: 10.0})
    with ExitStack() as calls:
        begin(calls, admission(), expected(batcher, priority=Priority.BULK))
        with pytest.raises(QueueFull):
            begin(calls, admission(), expected(batcher))
        batcher.loads[ME.share] = 30.0
        with pytest.raises(QueueFull, match="the limit is 30 s"):
            begin(calls, admission(), expected(batcher, priority=Priority.BULK))


def test_interactive_calls_do_not_wait_for_bulk_work() -> None:
    batcher = StatedBatcher({ME.share: 1.0})
    batcher.bulk_s = 100.0
    with ExitStack() as calls:
        begin(calls, admission(), expected(batcher))


@pytest.mark.parametrize(("waiting_s", "pause_s"), [(2.0, 1.0), (5.0, 4.0), (500.0, 60.0)])
def test_the_pause_lasts_until_half_of_the_queue_is_done(waiting_s: float, pause_s: float) -> None:
    with pytest.raises(QueueFull) as refused, ExitStack() as calls:
        begin(calls, admission(), expected(StatedBatcher({ME.share: waiting_s})))
    assert refused.value.retry_after_s == pytest.approx(pause_s)


def test_calls_that_come_at_once_count_before_their_sentences_are_queued() -> None:
    bounded, batcher = admission(), StatedBatcher()
    with ExitStack() as calls:
        started = [begin(calls, bounded, expected(batcher, 500)) for _ in range(4)]
        with pytest.raises(QueueFull, match=r"^2\.0 s of work"):
            begin(calls, bounded, expected(batcher, 500))
        # Another caller has its part all the same.
        begin(calls, bounded, expected(batcher, 500), caller=Caller("other", "token"))
        started[0].close()
        with pytest.raises(QueueFull):
            begin(calls, bounded, expected(batcher, 500))
        started[1].close()
        begin(calls, bounded, expected(batcher, 500))


def test_what_was_answered_of_a_call_in_progress_does_not_count() -> None:
    bounded, batcher = admission(), StatedBatcher()
    text = "قال المتحدث باسم الوزارة"
    positions = expected_positions([text])
    with ExitStack() as calls:
        first = begin(calls, bounded, expected(batcher, 2000))
        with pytest.raises(QueueFull):
            begin(calls, bounded, expected(batcher))
        first.answered(text)
        begin(calls, bounded, expected(batcher, positions))
        with pytest.raises(QueueFull):
            begin(calls, bounded, expected(batcher))


@pytest.mark.parametrize(
    ("mine_s", "others_s", "positions", "time_left_s", "pause_s"),
    [
        # Half of its own work must fit, and all that is before it.
        (0.0, 9.0, 1000, None, None),
        (0.0, 9.0, 1000, 0.6, None),
        (0.0, 9.0, 1000, 0.4, 0.1),
        (1.0, 0.0, 1000, 1.6, None),
        (1.0, 0.0, 1000, 1.4, 0.1),
        # As much of others' work is before it as it has waiting itself.
        (0.5, 9.0, 1000, 1.6, None),
        (0.5, 9.0, 1000, 1.4, 0.1),
        # Of a stream nothing is known but what waits before it.
        (1.5, 0.0, 0, 1.6, None),
        (1.5, 0.0, 0, 0.25, 1.25),
        (0.0, 9.0, 10, -1.0, 1.005),
        # An idle server tries.
        (0.0, 0.0, 60_000, 0.1, None),
    ],
)
def test_a_call_that_cannot_end_in_its_time_is_not_begun(
    mine_s: float,
    others_s: float,
    positions: int,
    time_left_s: float | None,
    pause_s: float | None,
) -> None:
    loads = {ME.share: mine_s, "token:other": others_s}
    batcher = StatedBatcher({share: load_s for share, load_s in loads.items() if load_s})
    bounded = admission()
    with ExitStack() as calls:
        if pause_s is None:
            begin(calls, bounded, expected(batcher, positions), time_left_s=time_left_s)
            return
        with pytest.raises(DeadlineUnmeetable, match=r"s left; .* wait before it") as refused:
            begin(calls, bounded, expected(batcher, positions), time_left_s=time_left_s)
    assert refused.value.retry_after_s == pytest.approx(pause_s)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Priority),
            st.sampled_from(["a", "b", "c"]),
            st.integers(0, 500),
            st.lists(st.text("ابت 1", max_size=60), max_size=5),
        ),
        max_size=20,
    )
)
def test_nothing_is_left_of_calls_that_ended(
    calls: list[tuple[Priority, str, int, list[str]]],
) -> None:
    backlog = Backlog()
    started = [
        (Unanswered(backlog, priority, share, positions), texts)
        for priority, share, positions, texts in calls
    ]
    for priority in Priority:
        shares = {each[1] for each in calls}
        total = sum(backlog.positions(priority, share) for share in shares)
        assert backlog.positions(priority) == total
        assert total == sum(each[2] for each in calls if each[0] <= priority)
        busy = {each[1] for each in calls if each[0] <= priority and each[2]}
        assert backlog.share_count(priority) == len(busy)
    for unanswered, texts in started:
        for text in texts:
            unanswered.answered(text)
        unanswered.close()
        unanswered.close()
    for priority in Priority:
        assert backlog.positions(priority) == 0
        assert backlog.share_count(priority) == 0


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("Latin text and 12345 are left alone.", 0, 0),
        ("قال المتحدث باسم الوزارة إن المدارس ستفتح أبوابها من جديد.", 14, 30),
    ],
)
def test_positions_are_expected_of_what_is_to_be_translated(
    text: str, least: int, most: int
) -> None:
    assert least <= expected_positions([text]) <= most
