"""Alignment, glossaries and phrases that are not to be translated, as callers see them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.alignment.words import find_words
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S, translate
from tests.server.in_process import serve
from tests.server.scripted_engine import ScriptedEngine

Stub = pb_grpc.TranslationServiceStub

DOCUMENT = "قال الرجل 😀 إن العراق كبير.\r\n\n  ٢. وصلت Tarjama إلى بغداد 𝒳 اليوم.\n"
UNITS = {
    pb.OFFSET_UNIT_CODE_POINTS: ("utf-32-le", 4),
    pb.OFFSET_UNIT_UTF8: ("utf-8", 1),
    pb.OFFSET_UNIT_UTF16: ("utf-16-le", 2),
}


def ask(stub: Stub, text: str, options: pb.TranslationOptions) -> Sequence[pb.Segment]:
    request = pb.TranslateTextRequest(texts=[text], options=options)
    return stub.TranslateText(request, timeout=TIMEOUT_S).translations[0].segments


def part(text: str, span: pb.Span, unit: "pb.OffsetUnit.ValueType") -> str:
    codec, size = UNITS[unit]
    return text.encode(codec)[span.start * size : span.end * size].decode(codec)


@pytest.mark.parametrize("unit", UNITS)
def test_spans_are_words_of_document_and_translation_in_any_unit(
    unit: "pb.OffsetUnit.ValueType", stub: Stub
) -> None:
    options = pb.TranslationOptions(
        alignment=True,
        offset_unit=unit,
        glossary=[pb.GlossaryTerm(source="العراق", target="Iraq")],
        do_not_translate=["Tarjama", "بغداد"],
    )
    segments = ask(stub, DOCUMENT, options)
    source_words = {DOCUMENT[start:end] for start, end in find_words(DOCUMENT)}
    linked = []
    for segment in segments:
        target_words = {segment.translation[s:e] for s, e in find_words(segment.translation)}
        for link in segment.alignment:
            linked.append(part(DOCUMENT, link.source, unit))
            assert linked[-1] in source_words
            assert part(segment.translation, link.target, unit) in target_words
            assert segment.source_span.start <= link.source.start
            assert link.source.end <= segment.source_span.end
        for applied in segment.glossary_applications:
            assert part(DOCUMENT, applied.source, unit) == applied.term.source
            if applied.HasField("target"):
                target = part(segment.translation, applied.target, unit)
                assert target.casefold() == applied.term.target.casefold()
    assert len(set(linked)) >= 5
    applications = [each for segment in segments for each in segment.glossary_applications]
    assert [each.term.source for each in applications] == ["العراق", "Tarjama", "بغداد"]
    assert all(each.HasField("target") for each in applications[1:])
    whole = "".join(segment.translation for segment in segments)
    assert whole.count("Tarjama") == whole.count("بغداد") == 1


def test_a_stream_tells_the_same(stub: Stub) -> None:
    options = pb.TranslationOptions(
        alignment=True,
        priority=pb.PRIORITY_BULK,
        offset_unit=pb.OFFSET_UNIT_UTF16,
        glossary=[pb.GlossaryTerm(source="العراق", target="Iraq")],
        do_not_translate=["بغداد"],
    )
    data = DOCUMENT.encode()
    streamed = translate(stub, [data[at : at + 7] for at in range(0, len(data), 7)], options)
    assert list(streamed.segments) == list(ask(stub, DOCUMENT, options))


@pytest.mark.parametrize(
    ("options", "field", "told"),
    [
        ({"glossary": [("ا", "b")] * 1001}, "glossary", "1001"),
        ({"do_not_translate": ["ا"] * 1001}, "do_not_translate", "1001"),
        ({"glossary": [("", "b")]}, "glossary[0].source", "empty"),
        ({"glossary": [("ا", "b"), ("ا", " ")]}, "glossary[1].target", "empty"),
        ({"glossary": [("ا" * 201, "b")]}, "glossary[0].source", "201"),
        ({"glossary": [("ا", "b" * 201)]}, "glossary[0].target", "201"),
        ({"glossary": [("ا", "b\nc")]}, "glossary[0].target", "U+000A"),
        ({"glossary": [("😀—", "b")]}, "glossary[0].source", "letter"),
        ({"do_not_translate": ["ا", ""]}, "do_not_translate[1]", "empty"),
        ({"do_not_translate": ["ا" * 201]}, "do_not_translate[0]", "201"),
        ({"do_not_translate": ["..."]}, "do_not_translate[0]", "letter"),
        ({"do_not_translate": ["ا\0"]}, "do_not_translate[0]", "U+0000"),
    ],
)
def test_terms_beyond_the_limits_are_refused_by_place(
    options: dict[str, list[Any]], field: str, told: str, stub: Stub
) -> None:
    terms = [
        pb.GlossaryTerm(source=source, target=target)
        for source, target in options.get("glossary", [])
    ]
    message = pb.TranslationOptions(
        glossary=terms, do_not_translate=map(str, options.get("do_not_translate", []))
    )
    with fails() as failure:
        ask(stub, "مرحبا", message)
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failure.field == f"options.{field}"
    assert told in failure.message


async def test_a_model_without_trained_alignment_refuses_to_align_and_takes_terms(
    bundled_model: ServedModel,
) -> None:
    model = replace(bundled_model, manifest=replace(bundled_model.manifest, alignment="none"))
    async with serve(model, ScriptedEngine()) as server:
        request = pb.TranslateTextRequest(
            texts=["ذهب أحمد إلى بغداد."], options=pb.TranslationOptions(alignment=True)
        )
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await server.stub.TranslateText(request)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        request.options.alignment = False
        request.options.do_not_translate.append("بغداد")
        request.options.glossary.add(source="أحمد", target="Ahmed")
        (result,) = (await server.stub.TranslateText(request)).translations
        (segment,) = result.segments
        assert segment.translation.count("بغداد") == 1
        assert set(segment.flags) == {
            pb.SEGMENT_FLAG_GLOSSARY_MISSED,
            pb.SEGMENT_FLAG_PLACED_BY_PROPORTION,
        }
        missed, carried = segment.glossary_applications
        assert (missed.term.target, missed.HasField("target")) == ("Ahmed", False)
        assert carried.term.source == carried.term.target == "بغداد"
