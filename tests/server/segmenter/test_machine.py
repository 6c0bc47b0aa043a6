from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjama_server.segmenter.layout import LineHandling
from tarjama_server.segmenter.machine import LOOK_AHEAD, SegmentedBlock, SourceSegment
from tarjama_server.tokenizer import Tokenizer
from tests.server.segmenter.conftest import Segment

SEED = Path(__file__).parents[3] / "seeds" / "01-iraq-withdrawal.ar.txt"

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("ابتثد.،؛:!؟…\n\r\t \u2028\u200f\u0640\u064b«»()-•1٢aZ😀\ufeff\x0b\x85"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=400,
)


def flat(blocks: list[SegmentedBlock]) -> list[SourceSegment]:
    return [segment for block in blocks for segment in block.segments]


def cut_at(text: str, places: list[int]) -> list[str]:
    inside = sorted(place % (len(text) + 1) for place in places)
    return [text[start:end] for start, end in pairwise([0, *inside, len(text)])]


@settings(max_examples=80, deadline=None)
@given(text=HOSTILE, handling=st.sampled_from(LineHandling))
def test_segments_tile_the_document(segment: Segment, text: str, handling: LineHandling) -> None:
    segments = flat(segment([text], line_handling=handling))
    assert "".join(each.text for each in segments) == text
    assert all(each.text for each in segments)
    # White space belongs to the segment before it, leading white space to the first.
    assert not any(each.text[0].isspace() for each in segments[1:])
    indices = [each.sentence_index for each in segments]
    assert indices == sorted(indices)
    assert not segments or (indices[0] == 0 and indices[-1] == len(set(indices)) - 1)


@settings(max_examples=80, deadline=None)
@given(
    text=HOSTILE,
    places=st.lists(st.integers(0, 1000), max_size=8),
    handling=st.sampled_from(LineHandling),
)
def test_chunking_changes_nothing(
    segment: Segment, text: str, places: list[int], handling: LineHandling
) -> None:
    assert segment(cut_at(text, places), line_handling=handling) == segment(
        [text], line_handling=handling
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40_000), max_size=12))
def test_chunking_changes_nothing_past_the_look_ahead(segment: Segment, places: list[int]) -> None:
    run_on = " ".join(["ذهب الولد إلى المدرسة ثم عاد وقال إن المعلم غائب"] * 400)
    assert len(run_on) > 2 * LOOK_AHEAD
    assert segment(cut_at(run_on, places)) == segment([run_on])


def test_one_character_at_a_time_changes_nothing(segment: Segment) -> None:
    text = SEED.read_text(encoding="utf-8") + "\n\nسطر.\r\n  آخر؟ نعم.\n"
    assert segment(text) == segment([text])


@settings(max_examples=100, deadline=None)
@given(text=HOSTILE)
def test_the_end_of_each_block_is_a_safe_point(segment: Segment, text: str) -> None:
    blocks = segment([text])
    rest = text
    for index, block in enumerate(blocks):
        again = flat(segment([rest]))
        expected = flat(blocks[index:])
        assert [each.text for each in again] == [each.text for each in expected]
        assert [each.is_split for each in again] == [each.is_split for each in expected]
        rest = rest[sum(len(each.text) for each in block.segments) :]


def test_safe_points_hold_past_the_look_ahead(segment: Segment) -> None:
    run_on = " ".join(["وقال الوزير إن الحكومة ستعمل على حل المشكلة"] * 600)
    blocks = segment([run_on])
    assert len(blocks) > 2
    rest = run_on[sum(len(each.text) for each in blocks[0].segments) :]
    assert [each.text for each in flat(segment([rest]))] == [each.text for each in flat(blocks[1:])]
    # It is all one sentence, in however many blocks it came.
    assert {each.sentence_index for each in flat(blocks)} == {0}


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(st.sampled_from("ابتثجحخ ،.\n"), max_size=600),
    max_tokens=st.integers(8, 60),
)
def test_no_segment_exceeds_the_limit(
    segment: Segment, tokenizer: Tokenizer, text: str, max_tokens: int
) -> None:
    for each in flat(segment([text], max_tokens=max_tokens)):
        # A part of one long word may come to two tokens more when it stands alone.
        slack = 0 if " " in each.text.strip() else 2
        assert len(tokenizer.token_starts(each.text)) + 1 <= max_tokens + slack


def test_a_million_letters_without_a_space_are_cut(segment: Segment) -> None:
    text = "ا" * 100_000
    segments = flat(segment([text]))
    assert "".join(each.text for each in segments) == text
    assert len(segments) > 1000
    assert all(each.is_split for each in segments)


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u3000", "\r\n"])
def test_white_space_without_end_is_passed_on_in_bounded_pieces(
    segment: Segment, space: str
) -> None:
    text = "مرحبا" + space * 30_000 + "وداعا"
    segments = flat(segment([text]))
    assert "".join(each.text for each in segments) == text
    assert max(len(each.text) for each in segments) <= LOOK_AHEAD


def test_punctuated_sentences_within_the_limit_are_never_cut(
    segment: Segment, tokenizer: Tokenizer
) -> None:
    long = "قال الوزير إن الحكومة ستعمل، " * 8 + "كما وعدت."
    assert 60 < len(tokenizer.token_starts(long)) < 90
    segments = flat(segment([long + " ثم غادر."]))
    assert [each.is_split for each in segments] == [False, False]


def test_the_seed_article_is_cut_into_clauses(segment: Segment) -> None:
    text = SEED.read_text(encoding="utf-8")
    segments = flat(segment([text]))
    words = [len(each.text.split()) for each in segments]
    assert all(each.is_split for each in segments)
    assert 12 <= len(segments) <= 40
    assert max(words) <= 45
    # Verbs of saying open the sentences of this kind of prose.
    openings = [each.text.split()[0] for each in segments]
    assert {"وأكد", "وقالت", "وأعرب", "وكانت"} <= set(openings)
