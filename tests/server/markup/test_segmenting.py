from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tarjama_server.markup.segmenting import MAX_BLOCK_MARKUP, TaggedBlock, TaggedSegment
from tests.server.markup.conftest import Segment
from tests.server.markup.documents import HOSTILE, cut_at, trees

Seen = tuple[str, str, int]


def flat(blocks: Iterable[TaggedBlock]) -> list[TaggedSegment]:
    return [segment for block in blocks for segment in block.segments]


def seen(segments: Iterable[TaggedSegment]) -> list[Seen]:
    return [(each.markup.raw, each.source.text, each.source.sentence_index) for each in segments]


tagged_text = st.one_of(trees, HOSTILE)


@settings(max_examples=100, deadline=None)
@given(text=tagged_text)
def test_segments_tile_the_document(segment: Segment, text: str) -> None:
    segments = flat(segment([text]))
    assert "".join(each.markup.raw for each in segments) == text
    assert all(each.markup.raw for each in segments)
    assert all(each.markup.text == each.source.text for each in segments)
    indices = [each.source.sentence_index for each in segments]
    assert indices == sorted(indices)
    assert not segments or indices[-1] == len(set(indices)) - 1


@settings(max_examples=150, deadline=None)
@given(text=tagged_text, places=st.lists(st.integers(0, 1000), max_size=12))
def test_chunking_changes_nothing(segment: Segment, text: str, places: list[int]) -> None:
    assert seen(flat(segment(cut_at(text, places)))) == seen(flat(segment([text])))


@settings(max_examples=50, deadline=None)
@given(text=tagged_text)
def test_character_by_character_changes_nothing(segment: Segment, text: str) -> None:
    assert seen(flat(segment(text))) == seen(flat(segment([text])))


@settings(max_examples=100, deadline=None)
@given(text=tagged_text)
def test_every_end_of_a_block_is_a_safe_point(segment: Segment, text: str) -> None:
    blocks = segment([text])
    for index, block in enumerate(blocks):
        done = "".join(each.markup.raw for each in flat(blocks[: index + 1]))
        rest = segment([text[len(done) :]], block.next_sentence_index)
        assert seen(flat(rest)) == seen(flat(blocks[index + 1 :]))


@pytest.mark.parametrize("size", [997, 1 << 20])
@pytest.mark.parametrize(
    "mark", ["<b ~>", "</b ~>", "<x ~/>", "<b ~> ", "<!--~-->", "{" + "n" * 60 + "}"]
)
def test_a_pile_of_marks_comes_out_in_pieces(segment: Segment, mark: str, size: int) -> None:
    mark = mark.replace("~", "x" * 60)
    text = "قال الرجل " + mark * (3 * MAX_BLOCK_MARKUP // len(mark)) + "ثم ذهب."
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    segments = flat(segment(chunks))
    assert "".join(each.markup.raw for each in segments) == text
    assert len(segments) >= 3
    assert max(len(each.markup.raw) for each in segments) <= MAX_BLOCK_MARKUP + 10_000
    assert seen(segments) == seen(flat(segment([text])))


def test_an_unclosed_tag_holds_back_no_more_than_a_tag_may_have(segment: Segment) -> None:
    segments = flat(segment(["قال الرجل. <a " + "x" * 10_000 + "> ثم ذهب."]))
    assert not any(each.markup.marks for each in segments)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("<b>أهلا بكم.</b> <i>وداعا لكم.</i>", ["<b>أهلا بكم.</b> ", "<i>وداعا لكم.</i>"]),
        ("<b>أهلا بكم. </b><i>وداعا لكم.</i>", ["<b>أهلا بكم. </b>", "<i>وداعا لكم.</i>"]),
        ("<b>أهلا بكم. وداعا لكم.</b>", ["<b>أهلا بكم. ", "وداعا لكم.</b>"]),
        ("أهلا بكم. {name} وداعا لكم.", ["أهلا بكم. ", "{name} وداعا لكم."]),
        ("أهلا بكم. </b> وداعا لكم.", ["أهلا بكم. </b> ", "وداعا لكم."]),
        ("أهلا بكم.\n<x/>\nوداعا لكم.", ["أهلا بكم.\n<x/>\n", "وداعا لكم."]),
        ("أهلا بكم.<br>وداعا لكم.", ["أهلا بكم.", "<br>وداعا لكم."]),
        ("<p>أهلا بكم.</p><p>وداعا لكم.</p>", ["<p>أهلا بكم.</p>", "<p>وداعا لكم.</p>"]),
        ("<b/>", ["<b/>"]),
    ],
)
def test_closing_tags_end_a_segment_and_all_else_begins_one(
    segment: Segment, text: str, segments: list[str]
) -> None:
    assert [each.markup.raw for each in flat(segment([text]))] == segments


@settings(max_examples=100, deadline=None)
@given(text=tagged_text)
@example("&amp;<b>ك&#1578;اب</b>")
def test_places_are_those_of_the_tagged_text(segment: Segment, text: str) -> None:
    for each in flat(segment([text])):
        markup = each.markup
        for offset, character in enumerate(markup.text):
            start, end = markup.to_raw(offset, offset + 1)
            assert markup.raw[start:end] == character or markup.raw[start:end][:1] in ("&", "")
