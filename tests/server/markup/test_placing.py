"""Where marks stand in translations whose words, and what they were made from, are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tarjama_server.pipeline.model import Flag, Options, ServedModel
from tests.server.pipeline.documents import segment_of
from tests.server.pipeline.english import Writer
from tests.server.scripted_engine import ScriptedEngine

TAGGED = Options(is_tagged=True)
ENGLISH = "The boy went to school"
MADE_FROM = [1, 1, 0, 2, 3]


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("ذهب <b>الولد</b> إلى المدرسة", "<b>The boy</b> went to school"),
        ("<b>ذهب</b> الولد إلى المدرسة", "The boy <b>went</b> to school"),
        ("<b>ذهب الولد إلى المدرسة</b>", "<b>The boy went to school</b>"),
        ("ذهب <i><b>الولد</b></i> إلى المدرسة", "<i><b>The boy</b></i> went to school"),
        ("<i>ذهب</i> <b>الولد</b> إلى المدرسة", "<b>The boy</b> <i>went</i> to school"),
        ("ذهب الولد <b>إلى <i>المدرسة</i></b>", "The boy went <b>to <i>school</i></b>"),
        ("ذهب الولد إلى ال<b>مدرسة</b>", "The boy went to <b>school</b>"),
        ("ذهب <b> الولد</b> إلى المدرسة", "<b>The boy</b> went to school"),
        ("ذهب<b> الولد</b> إلى المدرسة", "<b>The boy</b> went to school"),
        ("ذهب الولد</b> إلى المدرسة", "The boy went</b> to school"),
        ("ذهب الولد <b>إلى المدرسة", "The boy went <b>to school"),
    ],
)
async def test_pairs_stand_around_what_the_words_in_them_became(
    source: str, translation: str, writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine(ENGLISH, MADE_FROM)
    segment = await segment_of(bundled_model, engine, source, TAGGED)
    assert segment.translation == translation
    assert segment.source.text == source
    assert not segment.flags


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("ذهب الولد<x/> إلى المدرسة", "The boy<x/> went to school"),
        ("ذهب <x/>الولد إلى المدرسة", "<x/>The boy went to school"),
        ("ذهب الولد {0} إلى المدرسة", "The boy went {0} to school"),
        ("ذهب {0}{1} الولد إلى المدرسة", "{0}{1} The boy went to school"),
        ("ذهب {0} {1} الولد إلى المدرسة", "{0} {1} The boy went to school"),
        ("{name} ذهب الولد إلى المدرسة", "{name} The boy went to school"),
        ("ذهب الولد إلى المدرسة {name}\n", "The boy went to school {name}\n"),
        ("ذهب الولد إلى المدرسة\n{name}\n", "The boy went to school\n{name}\n"),
        ("ذهب <b></b>الولد إلى المدرسة", "<b></b>The boy went to school"),
        ("ذهب الولد إلى <b>{0}</b> المدرسة", "The boy went to <b>{0}</b> school"),
        ("<b>{0}</b> ذهب الولد إلى المدرسة", "<b>{0}</b> The boy went to school"),
        ("ذهب الولد إلى المدرسة <i><b>{0}</b></i>", "The boy went to school <i><b>{0}</b></i>"),
        ("ذهب الولد<br>إلى المدرسة", "The boy went<br>to school"),
        ("ذهب الولد&nbsp;إلى المدرسة", "The boy went&nbsp;to school"),
        ("ذهب الولد <br> إلى المدرسة", "The boy went <br> to school"),
    ],
)
async def test_marks_that_stand_alone_keep_their_neighbours_and_spaces(
    source: str, translation: str, writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine(ENGLISH, MADE_FROM)
    segment = await segment_of(bundled_model, engine, source, TAGGED)
    assert segment.translation == translation


@pytest.mark.parametrize(
    ("source", "english", "made_from", "translation"),
    [
        ("أهلا {name}، كيف حالك", "Hello, how are you", [0, 2, 3, 3], "Hello {name}, how are you"),
        ("أهلا {name}، كيف حالك", "Hello how are you", [0, 2, 3, 3], "Hello {name} how are you"),
        ("ذهب الولد {0}.", "The boy went.", [1, 1, 0], "The boy went {0}."),
        ("ذهب <b>«الولد»</b>", 'The "boy" went', [1, 1, 0], '<b>The "boy"</b> went'),
        ("ذهب (<b>الولد</b>)", "went (boy)", [0, 1], "went (<b>boy</b>)"),
        ("ذهب <b>(</b>الولد<b>)</b>", "went (boy)", [0, 1], "went <b>(</b>boy<b>)</b>"),
        ("<b>ذهب الولد.</b>", "The boy went.", [1, 1, 0], "<b>The boy went.</b>"),
        ("<b>ذهب الولد</b>.", "The boy went.", [1, 1, 0], "<b>The boy went</b>."),
        ("أهلا <b>{name}</b>، كيف", "Hello, how", [0, 2], "Hello <b>{name}</b>, how"),
        ("ذهب الولد «{0}» هنا", "The boy went here", [1, 1, 0, 3], "The boy went {0} here"),
        ("ذهب و<b>{0}</b>", "He went and", [0, 0, 1], "He went and <b>{0}</b>"),
        ("ذهب و{name}", "He went and", [0, 0, 1], "He went and {name}"),
        ("R&amp;D أكبر <b>من</b> &lt;5", "R&D more than <5", [0, 1, 2, 3], None),
        (" \n<b>١٢. ذهب</b> الولد", "The boy went", [1, 1, 0], " \n<b>12. The boy went</b>"),
    ],
)
async def test_punctuation_stays_on_its_side(
    source: str,
    english: str,
    made_from: list[int],
    translation: str | None,
    writer: Writer,
    bundled_model: ServedModel,
) -> None:
    engine = writer.engine(english, made_from)
    segment = await segment_of(bundled_model, engine, source, TAGGED)
    assert segment.translation == (translation or "R&amp;D more <b>than</b> &lt;5")


async def test_tags_that_cross_come_back_in_their_order(
    writer: Writer, bundled_model: ServedModel
) -> None:
    source = "<a>ذهب <b>الولد</a> إلى</b> المدرسة"
    segment = await segment_of(bundled_model, writer.engine(ENGLISH, MADE_FROM), source, TAGGED)
    places = [segment.translation.index(tag) for tag in ["<a>", "<b>", "</a>", "</b>"]]
    assert places == sorted(places)


async def test_a_pair_that_nothing_was_made_from_is_moved_and_flagged(
    writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine("The boy went", [1, 1, 0])
    segment = await segment_of(bundled_model, engine, "ذهب الولد <b>جدا</b> اليوم.", TAGGED)
    assert segment.translation.endswith("went<b></b>")
    assert Flag.TAG_MOVED in segment.flags


async def test_without_a_trained_alignment_tags_are_placed_by_proportion(
    bundled_model: ServedModel, writer: Writer
) -> None:
    untrained = replace(bundled_model, manifest=replace(bundled_model.manifest, alignment="none"))
    engine = writer.engine("one two three four", [0, 1, 2, 3])
    source = "ذهب <b>الولد</b> إلى المدرسة"
    segment = await segment_of(untrained, engine, source, TAGGED)
    assert segment.translation == "one <b>two</b> three four"
    assert segment.flags == {Flag.PLACED_BY_PROPORTION}
    whole = await segment_of(untrained, engine, "<b>ذهب الولد إلى المدرسة</b>", TAGGED)
    assert whole.translation == "<b>one two three four</b>"
    assert not whole.flags


@pytest.mark.parametrize("source", ["<b></b>", "{0}: <i>OK</i> & 5 < 6", "<b> </b>\n", "&nbsp;"])
async def test_what_holds_no_arabic_is_passed_through(
    source: str, bundled_model: ServedModel
) -> None:
    engine = ScriptedEngine()
    segment = await segment_of(bundled_model, engine, source, TAGGED)
    assert segment.translation == segment.source.text == source
    assert segment.flags == {Flag.PASSED_THROUGH}
    assert not engine.batches


async def test_the_model_sees_no_mark(writer: Writer, bundled_model: ServedModel) -> None:
    engine = writer.engine(ENGLISH, MADE_FROM)
    tagged = '<g id="1">ذهب</g> الولد {0} إلى المدرسة<x id="2"/>'
    await segment_of(bundled_model, engine, tagged, TAGGED)
    await segment_of(bundled_model, engine, "ذهب الولد إلى المدرسة")
    with_marks, without = engine.sentences
    assert with_marks == without


async def test_alignment_is_asked_for_only_where_a_mark_stands_between_words(
    writer: Writer, bundled_model: ServedModel
) -> None:
    for source, is_needed in [
        ("<b>ذهب الولد إلى المدرسة.</b>", False),
        ("ذهب الولد إلى المدرسة {0}", False),
        ("ذهب {0} الولد إلى المدرسة", True),
    ]:
        engine = writer.engine(ENGLISH, MADE_FROM)
        await segment_of(bundled_model, engine, source, TAGGED)
        assert [batch.decoding.with_alignment for batch in engine.batches] == [is_needed]


async def test_links_and_terms_stand_where_the_tagged_texts_have_them(
    writer: Writer, bundled_model: ServedModel
) -> None:
    source = "ذهب &amp; <b>الولد</b> <i>والبنت</i>"
    engine = writer.engine("& The boy and girl went", [1, 2, 2, 3, 3, 0])
    segment = await segment_of(
        bundled_model, engine, source, Options(is_tagged=True, alignment=True)
    )
    words = {
        (segment.source.text[slice(*link.source)], segment.translation[slice(*link.target)])
        for link in segment.alignment
    }
    assert {("ذهب", "went"), ("الولد", "boy"), ("والبنت", "girl")} <= words
