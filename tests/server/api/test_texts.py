"""`TranslateText`: what goes in, what comes out, and what is refused."""

from itertools import pairwise
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S
from tests.server.api.texts import HOSTILE, hostile_text

Stub = pb_grpc.TranslationServiceStub

UNITS: list[Any] = [
    pytest.param(pb.OFFSET_UNIT_UNSPECIFIED, len, id="unspecified"),
    pytest.param(pb.OFFSET_UNIT_CODE_POINTS, len, id="code points"),
    pytest.param(pb.OFFSET_UNIT_UTF8, lambda text: len(text.encode()), id="UTF-8"),
    pytest.param(
        pb.OFFSET_UNIT_UTF16, lambda text: len(text.encode("utf-16-le")) // 2, id="UTF-16"
    ),
]


def translate(stub: Stub, *texts: str, **options: Any) -> list[pb.TranslatedText]:  # noqa: ANN401
    request = pb.TranslateTextRequest(texts=texts, options=pb.TranslationOptions(**options))
    return list(stub.TranslateText(request, timeout=TIMEOUT_S).translations)


def check_tiling(text: str, result: pb.TranslatedText) -> None:
    position = 0
    for segment in result.segments:
        assert segment.source_span.start == position
        assert segment.source_span.end > position
        source = text[segment.source_span.start : segment.source_span.end]
        position = segment.source_span.end
        assert segment.translation.endswith(source[len(source.rstrip()) :])
        assert list(segment.flags) == sorted(set(segment.flags))
        assert segment.HasField("score") != (pb.SEGMENT_FLAG_PASSED_THROUGH in segment.flags)
    assert position == len(text)
    indices = [segment.sentence_index for segment in result.segments]
    assert indices == sorted(indices)
    assert set(indices) == set(range(len(set(indices))))
    assert result.translation == "".join(segment.translation for segment in result.segments)


@pytest.mark.parametrize("text", HOSTILE)
def test_segments_tile_the_text_and_join_to_the_translation(text: str, stub: Stub) -> None:
    (result,) = translate(stub, text)
    check_tiling(text, result)


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(hostile_text, min_size=1, max_size=8))
def test_segments_of_any_text_tile_it(texts: list[str], stub: Stub) -> None:
    results = translate(stub, *texts, beam_size=1)
    assert len(results) == len(texts)
    for text, result in zip(texts, results, strict=True):
        check_tiling(text, result)


@settings(max_examples=30, deadline=None)
@given(text=hostile_text)
def test_lines_and_the_white_space_around_them_survive(text: str, stub: Stub) -> None:
    (result,) = translate(stub, text, beam_size=1)
    assert result.translation[: _lead(result.translation)] == text[: _lead(text)]
    assert [bool(line.strip()) for line in result.translation.splitlines()] == [
        bool(line.strip()) for line in text.splitlines()
    ]


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip())


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "\r\n\r\n",
        "\t \n",
        "\ufeff",
        "\u200f\u200e",
        "...",
        "123 456",
        "Hello.",
        "😀",
    ],
    ids=ascii,
)
def test_what_holds_no_arabic_comes_back_unchanged(text: str, stub: Stub) -> None:
    (result,) = translate(stub, text)
    assert result.translation == text
    assert bool(result.segments) == bool(text)
    for segment in result.segments:
        assert list(segment.flags) == [pb.SEGMENT_FLAG_PASSED_THROUGH]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("  ", "\n"),
        ("\n\n\t", "\r\n\r\n"),
        ("\ufeff", "\n"),
        ("\u200f", "\u200e \n"),
        ("\u2067", "\u2069"),
        ("\u00a0", "\u3000\u2029"),
    ],
    ids=ascii,
)
def test_white_space_bidi_marks_and_byte_order_marks_stay_at_the_edges(
    before: str, after: str, stub: Stub
) -> None:
    (result,) = translate(stub, f"{before}ذهب الولد إلى المدرسة.{after}")
    core = result.translation.removeprefix(before).removesuffix(after)
    assert result.translation == before + core + after
    assert core == core.strip()
    assert any("a" <= letter <= "z" for letter in core)


def test_emoji_are_carried_over(stub: Stub) -> None:
    (result,) = translate(stub, "شكرا جزيلا لكم 😀👍🏽")
    assert "😀👍🏽" in result.translation
    (segment,) = result.segments
    assert pb.SEGMENT_FLAG_UNKNOWN_CARRIED_OVER in segment.flags


@pytest.mark.parametrize(("unit", "length"), UNITS)
def test_offsets_count_the_unit_asked_for(unit: Any, length: Any, stub: Stub) -> None:  # noqa: ANN401
    lines = ["😀👍🏽 𝒜 مرحبا بكم.\n", "شكرا 🙏.\r\n\n", "Latin\n", "وداعا."]
    (result,) = translate(stub, "".join(lines), offset_unit=unit)
    ends = [length("".join(lines[:count])) for count in range(len(lines) + 1)]
    spans = [(span.source_span.start, span.source_span.end) for span in result.segments]
    assert spans == list(pairwise(ends))


def test_results_come_in_the_order_of_the_texts(stub: Stub) -> None:
    texts = [f"{number}.\n" + "كتاب جميل. " * (number % 7) for number in range(200)]
    results = translate(stub, *texts, beam_size=1)
    assert [result.translation.split(".")[0] for result in results] == [
        str(number) for number in range(200)
    ]


def test_each_text_is_translated_as_if_it_were_alone(stub: Stub) -> None:
    texts = ["قرأت الكتاب.", "", "قرأت الكتاب. ثم نمت.\n", " ", "😀"]
    together = translate(stub, *texts)
    alone = [translate(stub, text)[0] for text in texts]
    assert together == alone


def test_the_response_names_the_model(stub: Stub) -> None:
    response = stub.TranslateText(pb.TranslateTextRequest(texts=["نعم"]), timeout=TIMEOUT_S)
    model = stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT_S).model
    assert (response.model.name, response.model.checksum) == (model.name, model.checksum)


@pytest.mark.parametrize(
    ("texts", "reason", "field", "figures"),
    [
        ([], "NO_TEXTS", "texts", ["1 to 1024"]),
        (["a"] * 1025, "TOO_MANY_TEXTS", "texts", ["1025", "1024"]),
        (["ا" * 1_000_000], "TEXT_TOO_LONG", "texts", ["1000000", "200000"]),
        (["ا" * 100_000, "ا" * 100_001], "TEXT_TOO_LONG", "texts", ["200001", "200000"]),
        (["نعم\0"], "NUL_CHARACTER", "texts[0]", ["3"]),
        (["", "😀\0نعم\0"], "NUL_CHARACTER", "texts[1]", ["1"]),
    ],
    ids=["none", "too many", "a million letters", "too long together", "NUL", "NUL in the second"],
)
def test_texts_that_cannot_be_translated_are_refused_with_the_figures(
    texts: list[str], reason: str, field: str, figures: list[str], stub: Stub
) -> None:
    with fails() as failure:
        translate(stub, *texts)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == reason
    assert failure.field == field
    for figure in figures:
        assert figure in failure.message


def test_as_many_and_as_long_texts_as_allowed_are_taken(stub: Stub) -> None:
    limits = stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT_S).model.limits
    # Nothing in them is for the model: this is of limits, not of speed.
    texts = ["x" * (limits.max_call_characters // limits.max_call_texts)] * limits.max_call_texts
    texts[0] += "x" * (limits.max_call_characters - sum(map(len, texts)))
    assert len(translate(stub, *texts)) == limits.max_call_texts
