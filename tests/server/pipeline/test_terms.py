"""Terms in whole segments: where they stand, what is flagged, what the checks let pass."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tarjama_server.glossary.matching import TermFinder
from tarjama_server.glossary.terms import Term
from tarjama_server.pipeline.model import Flag, Options, ServedModel, TranslatedSegment
from tests.server.api.texts import hostile_text
from tests.server.pipeline.documents import segment_of, steps_of
from tests.server.pipeline.english import Writer
from tests.server.scripted_engine import ScriptedEngine

UN = Term("الأمم المتحدة", "UN")


def with_terms(*terms: Term, alternative_count: int = 0, alignment: bool = False) -> Options:
    return Options(
        terms=TermFinder(terms), alternative_count=alternative_count, alignment=alignment
    )


def untrained(model: ServedModel) -> ServedModel:
    return replace(model, manifest=replace(model.manifest, alignment="none"))


def found(segment: TranslatedSegment) -> list[tuple[str, str | None]]:
    return [
        (
            segment.source.text[slice(*term.source)],
            None if term.target is None else segment.translation[slice(*term.target)],
        )
        for term in segment.terms
    ]


async def test_a_term_is_enforced_and_listed_with_its_places(
    writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine("The United Nations decided today.", [1, 2, 1, 0, 3])
    text = "\n2. قررت الأُمم المتحده اليوم.\n"
    options = with_terms(UN, alignment=True, alternative_count=1)
    segment = await segment_of(bundled_model, engine, text, options)
    assert segment.translation == "\n2. The UN decided today.\n"
    assert found(segment) == [("الأُمم المتحده", "UN")]
    assert not segment.flags
    (alternative,) = segment.alternatives
    assert alternative.translation == segment.translation
    links = [
        (segment.source.text[slice(*link.source)], segment.translation[slice(*link.target)])
        for link in segment.alignment
    ]
    assert ("الأُمم", "UN") in links
    assert ("المتحده", "UN") in links


async def test_a_term_at_a_capital_set_by_the_layout_is_still_found(
    writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine("united nations decided", [1, 1, 0])
    segment = await segment_of(
        bundled_model, engine, "قررت الأمم المتحدة", with_terms(Term("الأمم المتحدة", "the UN"))
    )
    assert found(segment) == [("الأمم المتحدة", "the UN")]


async def test_a_missed_term_is_flagged_and_the_translation_left_alone(
    writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine("They decided today", [0, 0, 3])
    segment = await segment_of(bundled_model, engine, "قررت الأمم المتحدة اليوم", with_terms(UN))
    assert segment.translation == "They decided today"
    assert found(segment) == [("الأمم المتحدة", None)]
    assert segment.flags == {Flag.GLOSSARY_MISSED}


async def test_what_is_not_found_changes_nothing_and_asks_for_no_alignment(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine()
    segment = await segment_of(bundled_model, engine, "ذهب الولد.", with_terms(UN))
    assert segment == await segment_of(bundled_model, ScriptedEngine(), "ذهب الولد.")
    assert not engine.batches[0].decoding.with_alignment


async def test_the_checks_let_pass_what_the_glossary_changed(
    writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine("The Microsoft 365 package is new.", [1, 1, 2, 0, 3, 3])
    text = "حزمة Microsoft 365 جديدة."
    plain = await segment_of(bundled_model, engine, text)
    assert not plain.flags
    changed = await segment_of(
        bundled_model, engine, text, with_terms(Term("Microsoft 365", "the Office of 2026"))
    )
    assert changed.translation == "The Office of 2026 package is new."
    assert not changed.flags


@pytest.mark.parametrize("text", ["😀", "2026", "Hello"])
async def test_no_term_is_found_in_what_is_passed_through(
    text: str, bundled_model: ServedModel
) -> None:
    options = with_terms(Term("2026", "last year"), Term.verbatim("Hello"))
    segment = await segment_of(bundled_model, ScriptedEngine(), text, options)
    assert segment.translation == text
    assert segment.terms == ()


async def test_without_trained_alignment_a_term_counts_only_where_it_stands_already(
    writer: Writer, bundled_model: ServedModel
) -> None:
    model = untrained(bundled_model)
    text = "قررت الأمم المتحدة اليوم"
    there = writer.engine("The un decided today", [1, 1, 0, 3])
    segment = await segment_of(model, there, text, with_terms(UN))
    assert found(segment) == [("الأمم المتحدة", "un")]
    assert not segment.flags
    elsewhere = writer.engine("The United Nations decided today", [1, 1, 1, 0, 3])
    segment = await segment_of(model, elsewhere, text, with_terms(UN))
    assert segment.translation == "The United Nations decided today"
    assert segment.flags == {Flag.GLOSSARY_MISSED}


async def test_without_trained_alignment_a_phrase_is_placed_by_proportion_and_flagged(
    writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine("One two three four", [0, 1, 2, 3])
    options = with_terms(Term.verbatim("المتحدة"))
    segment = await segment_of(
        untrained(bundled_model), engine, "قررت الأمم المتحدة اليوم", options
    )
    assert segment.translation == "One two المتحدة three four"
    assert found(segment) == [("المتحدة", "المتحدة")]
    assert segment.flags == {Flag.PLACED_BY_PROPORTION}
    assert not any(batch.decoding.with_alignment for batch in engine.batches)


async def test_a_phrase_is_carried_over_in_place_of_its_translation(
    writer: Writer, bundled_model: ServedModel
) -> None:
    engine = writer.engine("The company Translation opened.", [0, 1, 1, 2])
    segment = await segment_of(
        bundled_model, engine, "افتتحت شركة ترجمة 😀 اليوم.", with_terms(Term.verbatim("ترجمة"))
    )
    assert segment.translation.count("ترجمة") == 1
    assert found(segment) == [("ترجمة", "ترجمة")]


@settings(max_examples=40, deadline=None)
@given(text=hostile_text)
def test_terms_of_any_text_are_where_they_are_said_to_be(
    text: str, bundled_model: ServedModel
) -> None:
    phrase, term = Term.verbatim("الحكومة"), Term("قال", "quoth")
    options = with_terms(phrase, term, alignment=True)
    steps = asyncio.run(steps_of(bundled_model, ScriptedEngine(), text, options))
    for segment in (step.segment for step in steps):
        stretches = found(segment)
        for each, (_, target) in zip(segment.terms, stretches, strict=True):
            if target is None:
                assert not each.term.is_verbatim
                assert Flag.GLOSSARY_MISSED in segment.flags
            else:
                assert target.casefold() == each.term.target.casefold()
        phrases = [source for source, _ in stretches if source == phrase.source]
        if Flag.PASSED_THROUGH not in segment.flags:
            assert segment.translation.count(phrase.source) == len(phrases)
        assert segment.translation.count("\n") == segment.source.text.count("\n")
