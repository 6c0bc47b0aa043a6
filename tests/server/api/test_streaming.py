"""`StreamingTranslateText`: the same segments whatever the chunking, and streams that break."""

import re
import threading
from collections.abc import Iterator, Sequence
from itertools import pairwise

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.conftest import SEEDS
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S, requests, translate
from tests.server.api.texts import HOSTILE, hostile_text

Stub = pb_grpc.TranslationServiceStub
GREEDY = pb.TranslationOptions(beam_size=1)
SEED_TEXTS = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.ar.txt"))]
# Several paragraphs of several sentences: several safe points.
PARAGRAPHS = "ذهب الولد إلى المدرسة. كتب الدرس.\r\n\r\n😀 ثم عاد إلى البيت؟\nنعم.\n\n  وداعا."


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    ends = sorted(place % (len(data) + 1) for place in places)
    return [data[start:end] for start, end in pairwise([0, *ends, len(data)])]


def unary_segments(stub: Stub, text: str, options: pb.TranslationOptions) -> list[pb.Segment]:
    request = pb.TranslateTextRequest(texts=[text], options=options)
    (result,) = stub.TranslateText(request, timeout=TIMEOUT_S).translations
    return list(result.segments)


places = st.lists(st.integers(0, 1 << 20), max_size=12)


@pytest.mark.parametrize("text", SEED_TEXTS)
@settings(max_examples=2, deadline=None)
@given(places=places)
def test_a_seed_document_gives_the_same_segments_however_it_is_chunked(
    text: str, places: list[int], stub: Stub
) -> None:
    streamed = translate(stub, cut(text.encode(), places), GREEDY)
    assert streamed.segments == unary_segments(stub, text, GREEDY)


@settings(max_examples=25, deadline=None)
@given(text=hostile_text, places=places)
def test_any_text_gives_the_same_segments_however_it_is_chunked(
    text: str, places: list[int], stub: Stub
) -> None:
    streamed = translate(stub, cut(text.encode(), places), GREEDY)
    assert streamed.segments == unary_segments(stub, text, GREEDY)


def test_one_byte_at_a_time_is_a_chunking_like_any_other(stub: Stub) -> None:
    data = PARAGRAPHS.encode()
    streamed = translate(stub, [data[place : place + 1] for place in range(len(data))])
    assert streamed.segments == unary_segments(stub, PARAGRAPHS, pb.TranslationOptions())


@pytest.mark.parametrize(
    "unit", [pb.OFFSET_UNIT_CODE_POINTS, pb.OFFSET_UNIT_UTF8, pb.OFFSET_UNIT_UTF16]
)
@pytest.mark.parametrize("text", [PARAGRAPHS, HOSTILE[1], HOSTILE[8]])
def test_a_stream_can_be_resumed_from_every_safe_point(
    text: str, unit: pb.OffsetUnit.ValueType, stub: Stub
) -> None:
    options = pb.TranslationOptions(offset_unit=unit, beam_size=1)
    data = text.encode()
    whole = translate(stub, [data], options)
    assert len(whole.safe_points) > 2
    for point in whole.safe_points:
        rest = translate(stub, [data[point.byte_offset :]], options, resume_from=point)
        assert rest.segments == whole.segments[point.segment_count :]
        assert rest.safe_points[0] == point
        assert rest.safe_points[-1] == whole.safe_points[-1]
        assert rest.responses[-1].progress == whole.responses[-1].progress


def test_run_on_text_can_be_resumed_in_the_middle(stub: Stub) -> None:
    text = (SEED_TEXTS[0] + " ") * 4
    data = text.encode()
    whole = translate(stub, [data], GREEDY)
    assert len(whole.safe_points) > 2
    point = whole.safe_points[1]
    assert 0 < point.byte_offset < len(data)
    rest = translate(stub, [data[point.byte_offset :]], GREEDY, resume_from=point)
    assert rest.segments == whole.segments[point.segment_count :]


@pytest.mark.parametrize("text", [*HOSTILE[:8], PARAGRAPHS, ""])
def test_safe_points_and_progress_add_up(text: str, stub: Stub) -> None:
    data = text.encode()
    streamed = translate(stub, cut(data, [7, 50, 51, 90]), GREEDY)
    first, last = streamed.responses[0], streamed.responses[-1]
    assert first.model.name == "ar-en-small"
    assert first.safe_point == pb.SafePoint()
    assert last.safe_point.byte_offset == last.progress.received_bytes == len(data)
    assert last.safe_point.source_offset == len(text)
    answered = 0
    for response in streamed.responses:
        answered += len(response.segments)
        progress = response.progress
        assert progress.answered_segment_count == answered
        assert progress.found_segment_count >= answered
        if response.HasField("safe_point"):
            point = response.safe_point
            assert point.segment_count == answered
            assert len(data[: point.byte_offset].decode()) == point.source_offset
            assert point.byte_offset <= progress.received_bytes
    assert last.progress.found_segment_count == answered == len(streamed.segments)
    assert [response.HasField("model") for response in streamed.responses[1:]].count(True) == 0


def test_segments_come_before_the_document_has_ended(stub: Stub) -> None:
    first_answered = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield "ذهب الولد إلى المدرسة.\n\nثم ".encode()
        assert first_answered.wait(TIMEOUT_S)
        yield "عاد إلى البيت.".encode()

    count = 0
    for response in stub.StreamingTranslateText(requests(chunks()), timeout=TIMEOUT_S):
        count += len(response.segments)
        if count:
            first_answered.set()
    assert count == 2


ARABIC = "نعم.\n".encode()


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"\xff", 0),
        (ARABIC + b"\xff", len(ARABIC)),
        ("😀".encode() + b"\x80", 4),
        (ARABIC * 50 + b"\xc3(" + ARABIC, len(ARABIC) * 50),
        # Cut off inside a character.
        ("نعم".encode()[:-1], 4),
        (ARABIC + "😀".encode()[:3], len(ARABIC)),
        # Lone surrogates, overlong forms and code points past the last are not UTF-8.
        (b"ab\xed\xa0\x80", 2),
        (b"ab\xc0\xaf", 2),
        (b"ab\xf4\x90\x80\x80", 2),
        # UTF-16 and Windows-1256, as files of other programs are.
        ("نعم".encode("utf-16"), 0),
        ("نعم".encode("cp1256"), 0),
    ],
    ids=lambda value: ascii(value[-8:]) if isinstance(value, bytes) else str(value),
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_bytes_that_are_not_utf8_are_refused_with_their_offset(
    data: bytes, offset: int, size: int, stub: Stub
) -> None:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    with fails() as failure:
        translate(stub, chunks, GREEDY)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "INVALID_UTF8"
    assert failure.field == "chunk"
    assert re.findall(r"\d+", failure.message.replace("UTF-8", "")) == [str(offset)]


@pytest.mark.parametrize("rest", [b"", b"\xff", b" \0 \0"])
@pytest.mark.parametrize("size", [1, 1000])
def test_a_nul_is_refused_with_its_offset(rest: bytes, size: int, stub: Stub) -> None:
    data = ARABIC + b"\0" + rest
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    with fails() as failure:
        translate(stub, chunks)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "NUL_CHARACTER"
    assert failure.field == "chunk"
    assert f"byte {len(ARABIC)}," in failure.message


def test_offsets_of_wrong_bytes_count_from_the_documents_start_after_a_resume(stub: Stub) -> None:
    point = pb.SafePoint(byte_offset=100, source_offset=60, sentence_index=3, segment_count=4)
    with fails() as failure:
        translate(stub, [ARABIC, b"\xff"], resume_from=point)
    assert failure.reason == "INVALID_UTF8"
    assert f"byte {100 + len(ARABIC)} " in failure.message


def test_segments_before_a_wrong_byte_are_answered_first(stub: Stub) -> None:
    call = stub.StreamingTranslateText(
        requests([(ARABIC + b"\n") * 3 + "ذهب".encode() + b"\xff"]), timeout=TIMEOUT_S
    )
    received: list[pb.Segment] = []
    with fails() as failure:
        for response in call:
            received += response.segments
    assert failure.reason == "INVALID_UTF8"
    assert [segment.source_span.end for segment in received] == [6, 12, 18]


CONFIG = pb.StreamingTranslateTextRequest(config=pb.StreamConfig())
CHUNK = pb.StreamingTranslateTextRequest(chunk=ARABIC)
LONG_CHUNK = pb.StreamingTranslateTextRequest(chunk=b"x" * ((1 << 20) + 1))


@pytest.mark.parametrize(
    ("sent", "reason", "field"),
    [
        ([], "CONFIG_MISSING", "config"),
        ([CHUNK], "CONFIG_MISSING", "config"),
        ([pb.StreamingTranslateTextRequest()], "CONFIG_MISSING", "config"),
        ([CONFIG, CONFIG], "CONFIG_REPEATED", "config"),
        ([CONFIG, CHUNK, CONFIG], "CONFIG_REPEATED", "config"),
        ([CONFIG, LONG_CHUNK], "TEXT_TOO_LONG", "chunk"),
    ],
    ids=["nothing", "chunk first", "empty message", "config twice", "config later", "long chunk"],
)
def test_messages_out_of_order_or_too_long_are_refused(
    sent: list[pb.StreamingTranslateTextRequest], reason: str, field: str, stub: Stub
) -> None:
    with fails() as failure:
        list(stub.StreamingTranslateText(iter(sent), timeout=TIMEOUT_S))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == reason
    assert failure.field == field


@pytest.mark.parametrize(
    ("point", "field"),
    [
        (pb.SafePoint(byte_offset=-1), "byte_offset"),
        (pb.SafePoint(source_offset=-1), "source_offset"),
        (pb.SafePoint(sentence_index=-1), "sentence_index"),
        (pb.SafePoint(segment_count=-1), "segment_count"),
        (pb.SafePoint(byte_offset=(1 << 63) - 1), "byte_offset"),
        (pb.SafePoint(byte_offset=10, source_offset=11), "source_offset"),
        (pb.SafePoint(byte_offset=10, source_offset=9, segment_count=10), "segment_count"),
        (
            pb.SafePoint(byte_offset=10, source_offset=9, segment_count=3, sentence_index=4),
            "sentence_index",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_a_safe_point_is_refused(
    point: pb.SafePoint, field: str, stub: Stub
) -> None:
    with fails() as failure:
        translate(stub, [ARABIC], resume_from=point)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "FIELD_INVALID"
    assert failure.field == f"config.resume_from.{field}"


def test_the_longest_chunk_is_taken(stub: Stub) -> None:
    chunk = "\n" * (1 << 20)
    assert translate(stub, [chunk.encode()]).translation == chunk


def test_empty_chunks_change_nothing(stub: Stub) -> None:
    streamed = translate(stub, [b"", ARABIC, b"", b"", ARABIC, b""])
    assert [segment.source_span.end for segment in streamed.segments] == [5, 10]


def test_an_empty_document_has_no_segments(stub: Stub) -> None:
    streamed = translate(stub, [])
    (response,) = streamed.responses
    assert not response.segments
    assert response.safe_point == pb.SafePoint()
