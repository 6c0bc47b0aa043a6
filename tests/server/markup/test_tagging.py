"""Tags through the pipeline, with engines that write and attend as they are told or at random."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tarjama_server.engine import Attention, Decoding
from tarjama_server.pipeline.model import Flag, Options, ServedModel, TranslatedSegment
from tests.server.markup.conftest import Segment
from tests.server.markup.documents import (
    HOSTILE,
    is_well_formed,
    marks_of,
    trees,
    without_marks,
)
from tests.server.pipeline.documents import steps_of
from tests.server.pipeline.english import Writer
from tests.server.scripted_engine import ScriptedEngine, Tokens, attention, echo

TAGGED = Options(is_tagged=True)


def at_random(writer: Writer, seed: int) -> ScriptedEngine:
    """Writes a word for a token, and attends now to one token, now to several, now to none."""

    def rule(source: Tokens, decoding: Decoding) -> Sequence[str]:
        return writer.tokens("".join(echo(source, decoding)).replace("▁", " "))

    def attend(source: Tokens, target: Tokens) -> Attention:
        dice = random.Random(f"{seed} {source}")
        rows = []
        for _ in target:
            chosen = dice.sample(range(len(source)), min(len(source), dice.choice([0, 1, 1, 1, 3])))
            rows.append({index: 1 / len(chosen) for index in chosen})
        return attention(rows, len(source))

    return ScriptedEngine(rule, attend)


def translated(
    model: ServedModel, writer: Writer, seed: int, text: str, options: Options
) -> list[TranslatedSegment]:
    steps = asyncio.run(steps_of(model, at_random(writer, seed), text, options))
    return [step.segment for step in steps]


@settings(max_examples=150, deadline=None)
@given(text=trees, seed=st.integers(0, 1000))
def test_no_tag_is_lost_or_doubled_and_all_nest(
    text: str, seed: int, bundled_model: ServedModel, writer: Writer
) -> None:
    segments = translated(bundled_model, writer, seed, text, TAGGED)
    assert "".join(segment.source.text for segment in segments) == text
    for segment in segments:
        assert Counter(marks_of(segment.translation)) == Counter(marks_of(segment.source.text))
    joined = "".join(segment.translation for segment in segments)
    assert is_well_formed(text)
    assert is_well_formed(joined)


@settings(max_examples=100, deadline=None)
@given(text=HOSTILE, seed=st.integers(0, 1000))
@example(text="مرحبا<br/>  ", seed=0)
@example(text="مرحبا<br/>. ", seed=0)
@example(text="<b>د. <b>. ", seed=0)
def test_what_is_not_well_formed_loses_nothing_either(
    text: str, seed: int, bundled_model: ServedModel, writer: Writer
) -> None:
    segments = translated(bundled_model, writer, seed, text, TAGGED)
    assert "".join(segment.source.text for segment in segments) == text
    for segment in segments:
        source, translation = segment.source.text, segment.translation
        for mark in ["<b>", "</b>", "<br/>", "<i>", "</i>", "{0}", "%1$s", "&nbsp;", "<x id='2'/>"]:
            assert translation.count(mark) == source.count(mark)
        space = source[len(source.rstrip()) :]
        assert translation.endswith(space)


@settings(max_examples=60, deadline=None)
@given(text=trees, seed=st.integers(0, 1000))
def test_alternatives_have_the_same_tags(
    text: str, seed: int, bundled_model: ServedModel, writer: Writer
) -> None:
    options = Options(is_tagged=True, alternative_count=2)
    for segment in translated(bundled_model, writer, seed, text, options):
        for other in segment.alternatives:
            assert Counter(marks_of(other.translation)) == Counter(marks_of(segment.source.text))


@settings(max_examples=60, deadline=None)
@given(text=trees, seed=st.integers(0, 1000))
def test_without_its_tags_a_translation_is_that_of_the_text_without_tags(
    text: str, seed: int, bundled_model: ServedModel, writer: Writer, segment: Segment
) -> None:
    lifted = [each.source.text for block in segment([text]) for each in block.segments]
    tagged = translated(bundled_model, writer, seed, text, TAGGED)
    plain = translated(bundled_model, writer, seed, "".join(lifted), Options())
    some = [one for one, source in zip(tagged, lifted, strict=True) if source]
    for one, other in zip(some, plain, strict=True):
        if Flag.PASSED_THROUGH not in one.flags:
            assert _unspaced(without_marks(one.translation)) == _unspaced(other.translation)


def _unspaced(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(text=trees, seed=st.integers(0, 1000))
@example(text="<b 1>ذهب</b> R&amp;D", seed=0)
def test_links_lie_on_words_of_both_sides(
    text: str, seed: int, bundled_model: ServedModel, writer: Writer
) -> None:
    options = Options(is_tagged=True, alignment=True)
    for segment in translated(bundled_model, writer, seed, text, options):
        for link in segment.alignment:
            for whole, span in (
                (segment.source.text, link.source),
                (segment.translation, link.target),
            ):
                assert 0 <= span[0] < span[1] <= len(whole)
                word = without_marks(whole[slice(*span)])
                assert word.strip() == word != ""
