import asyncio
import gc
import itertools
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.batching.fair_queue import FairQueue
from tarjama_server.batching.sentence import SHORT_POSITIONS, Batch, Priority, Sentence
from tarjama_server.engine import Decoding

GREEDY = Decoding(beam_size=1)
BEAM = Decoding(beam_size=4)
ALONE = 1
"""So few positions that each sentence is a batch."""


@dataclass
class Waiting:
    """A queue and those who wait in it."""

    queue: FairQueue = field(default_factory=lambda: FairQueue(itertools.count()))
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __enter__(self) -> "Waiting":
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.close()

    def sentence(
        self, length: int, share: str, decoding: Decoding, tokens: Sequence[str] = ()
    ) -> Sentence:
        return Sentence(
            tokens=tokens,
            positions=length,
            work=length * decoding.beam_size,
            decoding=decoding,
            priority=Priority.BULK,
            share=share,
            future=self.loop.create_future(),
            caller=None,
            queued_at=0,
        )

    def put(self, length: int, share: str = "", decoding: Decoding = GREEDY) -> Sentence:
        sentence = self.sentence(length, share, decoding)
        self.queue.put(sentence)
        return sentence

    def take(self, max_positions: int = ALONE) -> Batch:
        batch = self.queue.take(max_positions)
        assert batch is not None
        return batch

    def take_all(self, max_positions: int = ALONE) -> list[Batch]:
        return list(iter(lambda: self.queue.take(max_positions), None))


def shares(batches: Sequence[Batch]) -> str:
    return "".join(sentence.share for batch in batches for sentence in batch.sentences)


lengths = st.integers(2, 90)
decodings = st.sampled_from([GREEDY, BEAM])


@given(st.lists(st.tuples(lengths, decodings), max_size=60), st.sampled_from([ALONE, 64, 300]))
def test_a_lone_share_has_its_oldest_sentence_in_every_batch(
    given: list[tuple[int, Decoding]], max_positions: int
) -> None:
    with Waiting() as waiting:
        remaining = [waiting.put(length, decoding=decoding) for length, decoding in given]
        while (batch := waiting.queue.take(max_positions)) is not None:
            assert batch.sentences[0] is remaining[0]
            for sentence in batch.sentences:
                remaining.remove(sentence)
        assert not remaining


@given(
    backlogs=st.lists(st.lists(lengths, min_size=1, max_size=30), min_size=1, max_size=6),
    max_positions=st.sampled_from([ALONE, 64, 300]),
    taken_count=st.integers(0, 20),
    length=lengths,
)
def test_a_share_that_had_none_waits_for_at_most_a_batch_for_each_other(
    backlogs: list[list[int]], max_positions: int, taken_count: int, length: int
) -> None:
    with Waiting() as waiting:
        for number, backlog in enumerate(backlogs):
            for each in backlog:
                waiting.put(each, f"{number}")
        for _ in range(taken_count):
            waiting.queue.take(max_positions)
        late = waiting.put(length, "late")
        for _ in range(len(backlogs) + 1):
            if late in waiting.take(max_positions).sentences:
                break
            # Who comes meanwhile does not go before it.
            waiting.put(length, "later")
        else:
            pytest.fail("passed over too often")


@given(
    st.lists(lengths, min_size=40, max_size=40),
    st.lists(lengths, min_size=40, max_size=40),
    st.integers(1, 60),
)
def test_shares_that_have_sentences_waiting_get_the_same_work(
    ones: list[int], others: list[int], batch_count: int
) -> None:
    with Waiting() as waiting:
        for length in ones:
            waiting.put(length, "a")
        for length in others:
            waiting.put(length, "b", BEAM)
        work = {"a": 0, "b": 0}
        left = {"a": len(ones), "b": len(others)}
        for _ in range(batch_count):
            (sentence,) = waiting.take().sentences
            work[sentence.share] += sentence.work
            left[sentence.share] -= 1
            if not all(left.values()):
                return
            # The longest sentence of each: the bound of Goyal et al., theorem 1.
            assert abs(work["a"] - work["b"]) <= max(ones) + max(others) * BEAM.beam_size


def test_shares_take_turns_however_many_sentences_each_has() -> None:
    with Waiting() as waiting:
        for share, count in (("a", 5), ("b", 1), ("c", 3)):
            for _ in range(count):
                waiting.put(20, share)
        assert shares(waiting.take_all()) == "abcacacaa"


def test_a_share_that_waited_for_nothing_has_saved_nothing_up() -> None:
    with Waiting() as waiting:
        for _ in range(6):
            waiting.put(20, "a")
        for _ in range(3):
            waiting.take()
        for _ in range(3):
            waiting.put(20, "b")
        assert shares(waiting.take_all()) == "bababa"


def test_a_caller_beside_a_greedy_one_has_its_part() -> None:
    with Waiting() as waiting:
        for number in range(4000):
            waiting.put(16 + number * 7 % 60, "greedy")
        for _ in range(5):
            waiting.take(1024)
        late = {waiting.put(16 + number * 11 % 60, "late") for number in range(60)}
        batch_count = 0
        while late:
            late.difference_update(waiting.take(1024).sentences)
            batch_count += 1
        # Its work is two and a half batches'; with the other's part, five.
        assert batch_count <= 10


def test_sentences_taken_back_are_not_held_against_their_share() -> None:
    with Waiting() as waiting:
        for _ in range(4):
            waiting.put(20, "a")
        for sentence in [waiting.put(20, "b") for _ in range(100)]:
            sentence.future.cancel()
            waiting.queue.drop(sentence)
        for _ in range(4):
            waiting.put(20, "b")
        assert shares(waiting.take_all()) == "abababab"


def test_one_that_was_taken_back_a_moment_ago_is_not_taken() -> None:
    with Waiting() as waiting:
        gone, kept = waiting.put(20), waiting.put(20)
        gone.future.cancel()
        assert list(waiting.take(1024).sentences) == [kept]
        waiting.queue.drop(gone)
        assert waiting.queue.take(1024) is None


def test_a_batch_that_has_no_room_for_a_longer_sentence_takes_shorter_ones() -> None:
    with Waiting() as waiting:
        for length in (20, 20, 22, 17):
            waiting.put(length)
        taken = [[each.positions for each in batch.sentences] for batch in waiting.take_all(64)]
        assert taken == [[20, 20, 17], [22]]


@given(st.lists(lengths, min_size=1, max_size=60))
def test_a_batch_says_what_it_costs(given: list[int]) -> None:
    with Waiting() as waiting:
        for length in given:
            waiting.put(length, decoding=BEAM)
        for batch in waiting.take_all(300):
            positions = [sentence.positions for sentence in batch.sentences]
            assert batch.positions == sum(positions)
            assert batch.padded_positions == max(positions) * len(positions)
            assert batch.work == 4 * batch.padded_positions
            assert len({each < SHORT_POSITIONS for each in positions}) == 1


class Share(str):
    """Names a share, and can be watched."""


class Tokens(list[str]):
    """Tokens that can be watched."""


def test_shares_that_have_nothing_waiting_are_forgotten() -> None:
    with Waiting() as waiting:
        known: weakref.WeakSet[Share] = weakref.WeakSet()
        for number in range(2000):
            # One that always has something waiting, so that the queue is never empty.
            waiting.put(20, "steady")
            share = Share(number)
            known.add(share)
            waiting.put(20, share)
            waiting.take()
            waiting.take()
        del share
        gc.collect()
        assert len(known) <= 150


def test_sentences_taken_back_leave_no_memory_behind() -> None:
    with Waiting() as waiting:
        known = []
        waiting.put(20)
        for _ in range(20_000):
            tokens = Tokens()
            known.append(weakref.ref(tokens))
            sentence = waiting.sentence(30, "", GREEDY, tokens)
            waiting.queue.put(sentence)
            waiting.queue.drop(sentence)
        del tokens, sentence
        assert sum(reference() is not None for reference in known) <= 1100
