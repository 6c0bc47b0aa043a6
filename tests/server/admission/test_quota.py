"""Characters a minute."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.admission import (
    Admission,
    CharacterBudget,
    ExpectedCall,
    QuotaExceeded,
    QuotaTooSmall,
)
from tarjama_server.auth import Caller, Quota
from tarjama_server.batching import Priority
from tarjama_server.engine import Decoding
from tests.server.admission.stated_batcher import StatedBatcher


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_s_characters_may_be_spent_at_once_and_come_back_with_time() -> None:
    clock = Clock()
    budget = CharacterBudget(600, clock=clock)
    budget.spend_whole(600)
    with pytest.raises(
        QuotaExceeded, match=r"has 100 characters, .* 600 a minute 0 are"
    ) as refused:
        budget.spend_whole(100)
    assert refused.value.retry_after_s == pytest.approx(10)
    clock.now += 5
    with pytest.raises(QuotaExceeded) as refused:
        budget.spend_whole(100)
    assert refused.value.retry_after_s == pytest.approx(5)
    clock.now += 5
    budget.spend_whole(100)
    clock.now += 3600
    budget.spend_whole(600)
    with pytest.raises(QuotaExceeded):
        budget.spend_whole(1)


def test_a_call_larger_than_a_minute_s_quota_is_never_let_in() -> None:
    budget = CharacterBudget(600, clock=Clock())
    with pytest.raises(QuotaTooSmall, match=r"601 characters .* 600 a minute"):
        budget.spend_whole(601)
    budget.spend_whole(600)


def test_what_a_stream_has_read_above_the_quota_is_made_up_for() -> None:
    clock = Clock()
    budget = CharacterBudget(600, clock=clock)
    budget.spend(1200)
    with pytest.raises(QuotaExceeded) as refused:
        budget.spend_whole(1)
    assert refused.value.retry_after_s == pytest.approx(60)
    clock.now += 60
    with pytest.raises(QuotaExceeded):
        budget.spend_whole(1)
    clock.now += 0.2
    budget.spend_whole(1)


async def test_a_stream_waits_until_its_debt_is_paid() -> None:
    budget = CharacterBudget(60_000)
    budget.spend(60_100)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.wait_for(budget.wait_for_room(), 30)
    assert loop.time() - began > 0.05
    began = loop.time()
    await asyncio.wait_for(budget.wait_for_room(), 30)


@given(
    st.integers(1, 10_000),
    st.lists(st.tuples(st.integers(0, 20_000), st.floats(0, 100)), max_size=30),
)
def test_over_time_no_more_is_spent_than_the_quota_and_one_minute_s_more(
    quota: int, calls: list[tuple[int, float]]
) -> None:
    clock = Clock()
    budget = CharacterBudget(quota, clock=clock)
    began, spent = clock.now, 0
    for characters, pause_s in calls:
        try:
            budget.spend_whole(characters)
        except (QuotaExceeded, QuotaTooSmall):
            pass
        else:
            spent += characters
        assert spent <= quota * (1 + (clock.now - began) / 60) * (1 + 1e-9)
        clock.now += pause_s


def take(admission: Admission, caller: Caller, characters: int) -> None:
    call = ExpectedCall(StatedBatcher(), Priority.INTERACTIVE, Decoding(beam_size=1))
    with admission.count_in(caller) as admitted, admitted.begin(call, characters=characters):
        pass


def test_a_caller_s_calls_share_its_quota_and_a_new_quota_holds_from_the_next_call() -> None:
    clock = Clock()
    admission = Admission(max_calls=9, max_queue_s=2.0, max_bulk_queue_s=30.0, clock=clock)
    limited = Caller("a", "token", quota=Quota(characters_per_minute=100))
    take(admission, limited, 60)
    with pytest.raises(QuotaExceeded):
        take(admission, limited, 60)
    take(admission, Caller("b", "token", quota=Quota(characters_per_minute=100)), 60)
    take(admission, Caller("c", "token"), 1_000_000)
    raised = Caller("a", "token", quota=Quota(characters_per_minute=1000))
    take(admission, raised, 1000)
    with pytest.raises(QuotaExceeded):
        take(admission, raised, 1)


def test_a_call_that_is_refused_for_its_queue_spends_nothing() -> None:
    admission = Admission(max_calls=9, max_queue_s=2.0, max_bulk_queue_s=30.0, clock=Clock())
    limited = Caller("a", "token", quota=Quota(characters_per_minute=100))
    full = StatedBatcher({limited.share: 3.0})
    call = ExpectedCall(full, Priority.INTERACTIVE, Decoding(beam_size=1))
    with (
        pytest.raises(Exception, match="wait before the call"),
        admission.count_in(limited) as admitted,
        admitted.begin(call, characters=100),
    ):
        pass
    take(admission, limited, 100)
