"""The stream session without a network: what it sends, keeps and lets through."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tarjama
from tarjama._stream import MAX_CHUNK_BYTES, SafePoint, StreamAnswer, StreamSession, StreamStart
from tarjama.results import ModelReference, Segment, Span, StreamProgress

MODEL = ModelReference("small", "00")
OPTIONS = tarjama.TranslationOptions()
WINDOW_BYTES = 1024 * 1024


@dataclass
class Server:
    """Cuts a document into words; safe points after line ends."""

    place: SafePoint = field(default_factory=SafePoint)
    received: bytes = b""

    def open(self, start: StreamStart) -> StreamAnswer:
        self.place = start.resume_from or SafePoint()
        self.received = b""
        return StreamAnswer((), self.place, None, MODEL)

    def answers(self, chunk: bytes, *, is_end: bool = False) -> list[StreamAnswer]:
        self.received += chunk
        words = re.findall(r"\s*\S+\s*|\s+", self.received.decode(errors="ignore"))
        return [self._answer(word) for word in (words if is_end else words[:-1])]

    def _answer(self, word: str) -> StreamAnswer:
        self.received = self.received[len(word.encode()) :]
        start = self.place.source_offset
        segment = Segment(
            source_span=Span(start, start + len(word)),
            sentence_index=self.place.sentence_index,
            translation=word.upper(),
        )
        self.place = SafePoint(
            self.place.byte_offset + len(word.encode()),
            start + len(word),
            self.place.sentence_index + 1,
            self.place.segment_count + 1,
        )
        is_safe = "\n" in word or not self.received
        return StreamAnswer((segment,), self.place if is_safe else None, None, None)


def stream(document: str, cuts: list[int], breaks: list[int]) -> list[Segment]:
    """Stream a document in chunks, breaking attempts after so many answers."""
    data = document.encode()
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    source = iter([data[start:end] for start, end in pairwise(places)])
    session, server, delivered = StreamSession(OPTIONS), Server(), []
    for count in [*breaks, 10**9]:
        session.receive(server.open(session.start()))
        for answer in attempt(session, server, source):
            if count == 0:
                break
            delivered += session.receive(answer)
            count -= 1
        else:
            session.finish()
            return delivered
    raise AssertionError("the last attempt is not broken")


def attempt(
    session: StreamSession, server: Server, source: Iterator[bytes]
) -> Iterator[StreamAnswer]:
    while not session.sent_all:
        chunk = session.next_chunk()
        if chunk is not None:
            yield from server.answers(chunk)
        elif (piece := next(source, None)) is not None:
            session.add(piece)
        else:
            session.end_source()
    yield from server.answers(b"", is_end=True)


@given(
    st.text(st.sampled_from("اب😀 \n"), max_size=60),
    st.lists(st.integers(0, 300), max_size=12),
    st.lists(st.integers(0, 30), max_size=6),
)
def test_every_segment_is_delivered_once_whatever_breaks(
    document: str, cuts: list[int], breaks: list[int]
) -> None:
    segments = stream(document, cuts, breaks)

    assert segments == stream(document, [], [])
    assert "".join(segment.translation for segment in segments) == document.upper()


def test_the_first_attempt_begins_at_the_start() -> None:
    assert StreamSession(OPTIONS).start() == StreamStart(OPTIONS, None)


def test_chunks_are_split_to_what_a_message_should_carry() -> None:
    session = StreamSession(OPTIONS)
    session.start()
    session.add(b"a" * (2 * MAX_CHUNK_BYTES + 1))

    sizes = []
    while (chunk := session.next_chunk()) is not None:
        sizes.append(len(chunk))

    assert sizes == [MAX_CHUNK_BYTES, MAX_CHUNK_BYTES, 1]


def test_the_source_waits_while_a_window_is_unacknowledged() -> None:
    session = StreamSession(OPTIONS)
    session.start()
    session.add(b"a" * (WINDOW_BYTES - 1))
    assert session.wants_source
    session.add(b"a")
    assert not session.wants_source
    while session.has_unsent:
        session.next_chunk()

    session.receive(answer(0, 5, SafePoint(5, 5, 1, 1)))

    assert session.wants_source


def answer(start: int, end: int, safe_point: SafePoint | None = None) -> StreamAnswer:
    segment = Segment(source_span=Span(start, end), sentence_index=0, translation="x")
    return StreamAnswer((segment,), safe_point, None, MODEL)


def sent(text: bytes) -> StreamSession:
    session = StreamSession(OPTIONS)
    session.start()
    session.add(text)
    session.next_chunk()
    return session


@pytest.mark.parametrize(
    "wrong",
    [
        answer(1, 5),
        answer(0, -1),
        answer(0, 5, SafePoint(6, 5, 1, 1)),
        answer(0, 5, SafePoint(-1, 5, 1, 1)),
        answer(0, 5, SafePoint(5, 4, 1, 1)),
        answer(0, 5, SafePoint(5, 5, 1, 2)),
        answer(0, 5, SafePoint(5, 5, 1, 0)),
    ],
    ids=[
        "a gap",
        "a span that ends before it begins",
        "more bytes than were sent",
        "bytes before the last safe point",
        "another offset than the segments'",
        "more segments than were answered",
        "fewer segments than were answered",
    ],
)
def test_answers_that_break_the_contract_are_found_out(wrong: StreamAnswer) -> None:
    with pytest.raises(tarjama.ProtocolError):
        sent(b"hello").receive(wrong)


def test_a_doubled_segment_is_found_out() -> None:
    session = sent(b"hello")
    session.receive(answer(0, 3))

    with pytest.raises(tarjama.ProtocolError, match="must begin at 3"):
        session.receive(answer(0, 3))


def test_an_end_before_the_source_ended_is_found_out() -> None:
    session = sent(b"hello")
    session.receive(answer(0, 5, SafePoint(5, 5, 1, 1)))

    with pytest.raises(tarjama.ProtocolError, match="after 5 of 5 or more bytes"):
        session.finish()


def test_scores_may_differ_after_a_break_translations_may_not() -> None:
    session = sent(b"hello")
    first = answer(0, 3).segments[0]
    session.receive(StreamAnswer((first,), None, None, MODEL))

    session.start()
    rescored = Segment(source_span=Span(0, 3), sentence_index=0, translation="x", score=-1.0)
    assert session.receive(StreamAnswer((rescored,), None, None, MODEL)) == []

    session.start()
    other = Segment(source_span=Span(0, 3), sentence_index=0, translation="y")
    with pytest.raises(tarjama.ModelChanged):
        session.receive(StreamAnswer((other,), None, None, MODEL))


def test_progress_does_not_go_back_after_a_break() -> None:
    session = sent(b"hello")
    session.receive(StreamAnswer((), None, StreamProgress(5, 3, 2), MODEL))

    session.start()
    session.receive(StreamAnswer((), None, StreamProgress(0, 0, 0), MODEL))

    assert session.progress == StreamProgress(5, 3, 2, 0)
