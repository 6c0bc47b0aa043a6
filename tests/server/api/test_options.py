from collections.abc import Callable
from typing import Any

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S, Streamed, translate

HELLO = "مرحبا بالعالم."

Stub = pb_grpc.TranslationServiceStub


Call = Callable[..., object]


def unary(stub: Stub, options: pb.TranslationOptions) -> pb.TranslateTextResponse:
    request = pb.TranslateTextRequest(texts=[HELLO], options=options)
    return stub.TranslateText(request, timeout=TIMEOUT_S)


def streamed(stub: Stub, options: pb.TranslationOptions) -> Streamed:
    return translate(stub, [HELLO.encode()], options)


both_methods = pytest.mark.parametrize("call", [unary, streamed])


@both_methods
@pytest.mark.parametrize(
    "options",
    [
        {"beam_size": -1},
        {"beam_size": 9},
        {"alternative_count": -1},
        {"alternative_count": 8},
        {"priority": 99},
        {"text_format": 99},
        {"line_handling": 99},
        {"offset_unit": 99},
        {"offset_unit": -1},
    ],
    ids=str,
)
def test_a_value_out_of_range_is_refused_by_name(
    call: Call, options: dict[str, Any], stub: Stub
) -> None:
    ((field, value),) = options.items()
    with fails() as failure:
        call(stub, pb.TranslationOptions(**options))
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.reason == "FIELD_INVALID"
    assert failure.field == f"options.{field}"
    assert str(value) in failure.message


@both_methods
@pytest.mark.parametrize("name", ["no-such-model", "قاموس", "x" * 100_000])
def test_a_model_that_is_not_served_is_not_found(call: Call, name: str, stub: Stub) -> None:
    with fails() as failure:
        call(stub, pb.TranslationOptions(model=name))
    assert failure.code is grpc.StatusCode.NOT_FOUND
    assert failure.reason == "MODEL_NOT_FOUND"
    assert name.startswith(failure.resource.removesuffix("…"))
    assert "ar-en-small" in failure.message


@both_methods
@pytest.mark.parametrize(
    "options",
    [
        {"beam_size": 1},
        {"beam_size": 8},
        {"priority": pb.PRIORITY_INTERACTIVE},
        {"priority": pb.PRIORITY_BULK},
        {"text_format": pb.TEXT_FORMAT_PLAIN},
        {"text_format": pb.TEXT_FORMAT_TAGGED},
        {"line_handling": pb.LINE_HANDLING_PARAGRAPHS},
        {"line_handling": pb.LINE_HANDLING_LINES},
        {"offset_unit": pb.OFFSET_UNIT_CODE_POINTS},
        {"model": "ar-en-small"},
        {"alignment": True},
        {"glossary": [pb.GlossaryTerm(source="مرحبا", target="welcome")] * 1000},
        {"do_not_translate": ["مرحبا", "ا" * 200]},
    ],
    ids=lambda options: ", ".join(options),
)
def test_every_other_option_is_taken(call: Call, options: dict[str, Any], stub: Stub) -> None:
    assert call(stub, pb.TranslationOptions(**options))


def test_as_many_alternatives_come_as_were_asked_for_and_all_end_as_the_source(stub: Stub) -> None:
    text = "ذهب الولد إلى المدرسة صباح اليوم.\n\n"
    request = pb.TranslateTextRequest(
        texts=[text], options=pb.TranslationOptions(alternative_count=7)
    )
    (result,) = stub.TranslateText(request, timeout=TIMEOUT_S).translations
    (segment,) = result.segments
    assert 1 <= len(segment.alternatives) <= 7
    for alternative in segment.alternatives:
        assert alternative.translation.endswith("\n\n")
        assert alternative.translation.strip()
        assert alternative.score <= 0
    scores = [alternative.score for alternative in segment.alternatives]
    assert scores == sorted(scores, reverse=True)


def test_no_alternatives_come_unasked(stub: Stub) -> None:
    (result,) = unary(stub, pb.TranslationOptions()).translations
    assert all(not segment.alternatives for segment in result.segments)


@pytest.mark.parametrize("options", [{}, {"alternative_count": 3, "beam_size": 4}], ids=str)
def test_scores_are_log_probabilities_of_two_decimals(options: dict[str, Any], stub: Stub) -> None:
    (result,) = unary(stub, pb.TranslationOptions(**options)).translations
    for segment in result.segments:
        scores = [segment.score, *(alternative.score for alternative in segment.alternatives)]
        assert max(scores) <= 0
        assert scores == [round(score, 2) for score in scores]


def test_wrapped_lines_are_joined_as_paragraphs_but_not_as_lines(stub: Stub) -> None:
    line = "قال المسؤول إن الحكومة سوف تعمل على تحسين الطرق والمدارس في جميع المدن"
    text = "\n".join([line, line, line, "في العام القادم"])
    joined, apart = (
        stub.TranslateText(
            pb.TranslateTextRequest(
                texts=[text], options=pb.TranslationOptions(line_handling=handling)
            ),
            timeout=TIMEOUT_S,
        ).translations[0]
        for handling in (pb.LINE_HANDLING_PARAGRAPHS, pb.LINE_HANDLING_LINES)
    )
    assert any(pb.SEGMENT_FLAG_LINES_JOINED in segment.flags for segment in joined.segments)
    assert not any(pb.SEGMENT_FLAG_LINES_JOINED in segment.flags for segment in apart.segments)
    assert joined.translation.count("\n") == apart.translation.count("\n") == text.count("\n")
