"""Links through all that is done to a source and its translation, where what is right is known."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings

from tarjama_server.alignment.words import find_words
from tarjama_server.engine import Decoding
from tarjama_server.pipeline.model import Flag, Options, ServedModel, TranslatedSegment
from tests.server.api.texts import HOSTILE, hostile_text
from tests.server.pipeline.documents import segment_of, steps_of
from tests.server.pipeline.english import Writer
from tests.server.scripted_engine import ScriptedEngine

ALIGNED = Options(alignment=True)


def linked(segment: TranslatedSegment) -> list[tuple[str, str]]:
    return [
        (segment.source.text[slice(*link.source)], segment.translation[slice(*link.target)])
        for link in segment.alignment
    ]


@pytest.mark.parametrize(
    ("text", "english", "made_from", "translation", "links"),
    [
        pytest.param(
            "ذهب الولد.",
            "The boy went.",
            [1, 1, 0],
            "The boy went.",
            [("ذهب", "went"), ("الولد", "The"), ("الولد", "boy")],
            id="words change places",
        ),
        pytest.param(
            " \n\u200f١٢. ذهب الولد.\u200e \n",
            "The boy went.",
            [1, 1, 0],
            " \n\u200f12. The boy went.\u200e \n",
            [("ذهب", "went"), ("الولد", "The"), ("الولد", "boy")],
            id="edges and a list marker",
        ),
        pytest.param(
            "ذَهَبَ &quot;الــولد&quot;",
            "The boy went",
            [1, 1, 0],
            "The boy went",
            [("ذَهَبَ", "went"), ("الــولد", "The"), ("الــولد", "boy")],
            id="vowel marks, tatweel and entities",
        ),
        pytest.param(
            "ﻻ أعرف",
            "I do n't know",
            [1, 0, 0, 1],
            "I don't know",
            [("ﻻ", "don't"), ("أعرف", "I"), ("أعرف", "know")],
            id="a ligature; a clitic rejoined",
        ),
        pytest.param(
            "سيارة الوزير",
            "The minister &apos; s car",
            [1, 1, 1, 1, 0],
            "The minister's car",
            [("سيارة", "car"), ("الوزير", "The"), ("الوزير", "minister's")],
            id="an entity decoded and a clitic rejoined",
        ),
        pytest.param(
            "ذهب 😀 الولد",
            "The boy went",
            [1, 1, 0],
            "The 😀 boy went",
            [("ذهب", "went"), ("الولد", "The"), ("الولد", "boy")],
            id="what the vocabulary lacks",
        ),
        pytest.param(
            "صفحة Corcovado هنا",
            "The Corcoado page here",
            [0, 1, 0, 2],
            "The Corcovado page here",
            [("صفحة", "The"), ("صفحة", "page"), ("Corcovado", "Corcovado"), ("هنا", "here")],
            id="a name put right",
        ),
    ],
)
async def test_links_are_exact_through_every_edit(
    text: str,
    english: str,
    made_from: list[int],
    translation: str,
    links: list[tuple[str, str]],
    writer: Writer,
    bundled_model: ServedModel,
) -> None:
    segment = await segment_of(bundled_model, writer.engine(english, made_from), text, ALIGNED)
    assert segment.translation == translation
    assert linked(segment) == links


async def test_links_are_exact_across_joined_lines(
    writer: Writer, bundled_model: ServedModel
) -> None:
    line = "قال المسؤول إن الحكومة سوف تعمل على تحسين الطرق والمدارس في جميع المدن"
    text = f"{line} \r\n{line}\n{line}\nفي العام القادم."
    words = text.split()
    english = " ".join(f"word{chr(ord('a') + index % 26)}" for index in range(len(words)))
    engine = writer.engine(english, list(range(len(words))))
    model = replace(
        bundled_model,
        manifest=replace(
            bundled_model.manifest,
            limits=replace(
                bundled_model.manifest.limits, max_source_tokens=400, preferred_source_tokens=400
            ),
        ),
    )
    segment = await segment_of(model, engine, text, ALIGNED)
    assert Flag.LINES_JOINED in segment.flags
    assert segment.translation.count("\n") == 3
    assert linked(segment) == list(
        zip([word.strip(".") for word in words], english.split(), strict=True)
    )


async def test_links_are_exact_in_halves(writer: Writer, bundled_model: ServedModel) -> None:
    text = "قال المسؤول إن الحكومة سوف تعمل على تحسين الطرق، وأضاف أن المدارس في جميع المدن."
    first_words = [word.strip("،.") for word in text.split()]
    lengths: list[int] = []

    def rule(tokens: tuple[str, ...], decoding: Decoding) -> list[str]:
        lengths.append(len(tokens))
        if len(tokens) == lengths[0]:
            return ["▁again"] * 60
        return writer.tokens(" ".join("the" if index % 2 else "man" for index in range(2)))

    engine = ScriptedEngine(rule)
    segment = await segment_of(bundled_model, engine, text, ALIGNED)
    assert Flag.REPAIRED in segment.flags
    halves = len(lengths) - 2
    assert segment.translation == " ".join(["man the"] * halves)
    # The engine attends token for token, so each half's words come from its own first tokens.
    sources = [segment.source.text[slice(*link.source)] for link in segment.alignment]
    assert sources[0] == first_words[0]
    assert len(set(sources)) >= halves
    targets = [link.target for link in segment.alignment]
    assert targets == sorted(targets)
    assert len(targets) == 2 * halves


async def test_pieces_of_a_cut_sentence_are_linked_each_in_its_own_place(
    bundled_model: ServedModel,
) -> None:
    sentence = "قال المسؤول إن الحكومة سوف تعمل على تحسين الطرق والمدارس في جميع المدن "
    steps = await steps_of(bundled_model, ScriptedEngine(), sentence * 6, ALIGNED)
    assert len(steps) > 1
    for step in steps:
        segment = step.segment
        assert Flag.SPLIT in segment.flags
        words = find_words(segment.source.text)
        assert segment.alignment
        assert {link.source for link in segment.alignment} <= set(words)


async def test_links_are_given_only_when_asked_for(bundled_model: ServedModel) -> None:
    segment = await segment_of(bundled_model, ScriptedEngine(), "ذهب الولد.")
    assert segment.alignment == ()
    passed_through = await segment_of(bundled_model, ScriptedEngine(), "2026", ALIGNED)
    assert passed_through.alignment == ()


async def test_alignment_changes_no_translation(bundled_model: ServedModel) -> None:
    for text in HOSTILE:
        plain = await steps_of(bundled_model, ScriptedEngine(), text)
        aligned = await steps_of(bundled_model, ScriptedEngine(), text, ALIGNED)
        assert [step.segment.translation for step in plain] == [
            step.segment.translation for step in aligned
        ]


@settings(max_examples=40, deadline=None)
@given(text=hostile_text)
def test_links_lie_on_words_of_both_sides_in_the_order_of_the_source(
    text: str, bundled_model: ServedModel
) -> None:
    steps = asyncio.run(steps_of(bundled_model, ScriptedEngine(), text, ALIGNED))
    for segment in (step.segment for step in steps):
        pairs = [(link.source, link.target) for link in segment.alignment]
        assert pairs == sorted(set(pairs))
        assert {target for _, target in pairs} <= set(find_words(segment.translation))
        assert all(0 <= start < end <= len(segment.source.text) for (start, end), _ in pairs)
