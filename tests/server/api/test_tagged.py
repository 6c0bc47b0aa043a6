"""Tagged text through the service, with the bundled model."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.server.api.streams import TIMEOUT_S, translate

Stub = pb_grpc.TranslationServiceStub

TEXT = (
    '<g id="1">ذهب الولد إلى <g id="2">المدرسة</g> صباح اليوم.</g> وعاد {name} مساء.<x id="3"/>\n\n'
    'قرأ كتابا <g id="4">جميلا &amp; طويلا. ثم نام</g> في بيته.\n<x id="5"/>'
)
TAGS = ['<g id="1">', '<g id="2">', "{name}", '<x id="3"/>', '<g id="4">', '<x id="5"/>']


def options(**others: Any) -> pb.TranslationOptions:  # noqa: ANN401
    return pb.TranslationOptions(text_format=pb.TEXT_FORMAT_TAGGED, **others)


def unary(stub: Stub, text: str, **others: Any) -> pb.TranslatedText:  # noqa: ANN401
    request = pb.TranslateTextRequest(texts=[text], options=options(**others))
    (result,) = stub.TranslateText(request, timeout=TIMEOUT_S).translations
    return result


def test_tags_come_back_once_and_in_pairs(stub: Stub) -> None:
    result = unary(stub, TEXT)
    assert all(result.translation.count(tag) == 1 for tag in TAGS)
    assert result.translation.count("</g>") == TEXT.count("</g>")
    assert "&amp;" in result.translation
    depth = 0
    for piece in result.translation.split("<")[1:]:
        depth += piece.startswith("g ") - piece.startswith("/g>")
        assert depth >= 0
    assert depth == 0


def test_as_plain_text_tags_are_text_like_any_other(stub: Stub) -> None:
    request = pb.TranslateTextRequest(texts=["5 < 6 & 7"])
    (result,) = stub.TranslateText(request, timeout=TIMEOUT_S).translations
    assert result.translation == "5 < 6 & 7"


@pytest.mark.parametrize("size", [1, 5, 4096])
def test_a_stream_gives_the_same_however_it_is_cut(size: int, stub: Stub) -> None:
    document = TEXT.encode()
    chunks = [document[at : at + size] for at in range(0, len(document), size)]
    streamed = translate(stub, chunks, options())
    assert list(streamed.segments) == list(unary(stub, TEXT).segments)


def test_safe_points_count_the_tagged_document(stub: Stub) -> None:
    document = TEXT.encode()
    whole = translate(stub, [document], options(offset_unit=pb.OFFSET_UNIT_UTF16))
    points = whole.safe_points
    assert points[-1].byte_offset == len(document)
    assert len(points) > 2
    for point in points:
        before = document[: point.byte_offset].decode()
        assert len(before.encode("utf-16-le")) // 2 == point.source_offset
        rest = translate(
            stub,
            [document[point.byte_offset :]],
            options(offset_unit=pb.OFFSET_UNIT_UTF16),
            resume_from=point,
        )
        assert list(rest.segments) == list(whole.segments)[point.segment_count :]


def test_spans_tile_the_tagged_text_and_links_stand_on_words(stub: Stub) -> None:
    result = unary(stub, TEXT, alignment=True)
    ends = [0, *(segment.source_span.end for segment in result.segments)]
    assert [(each.source_span.start, each.source_span.end) for each in result.segments] == list(
        pairwise(ends)
    )
    assert ends[-1] == len(TEXT)
    links = [link for segment in result.segments for link in segment.alignment]
    assert links
    for segment in result.segments:
        for link in segment.alignment:
            assert TEXT[link.source.start : link.source.end].isalnum()
            word = segment.translation[link.target.start : link.target.end]
            assert word.replace("'", "").isalnum()
