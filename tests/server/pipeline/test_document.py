"""Documents of any length: bounded work in flight, order, and what happens when they break off."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tarjama_server.engine import Decoding, EngineError
from tarjama_server.pipeline.document import WINDOW, translate_document
from tarjama_server.pipeline.model import Flag, Options, ServedModel
from tests.server.pipeline.documents import chunked, model_with, segment_of, steps_of
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

LINE = "ذهب الولد إلى المدرسة.\n\n"


async def test_no_more_is_read_while_the_window_is_full(bundled_model: ServedModel) -> None:
    read = 0

    async def endless() -> AsyncGenerator[str, None]:
        nonlocal read
        while True:
            read += 1
            yield LINE

    async with model_with(bundled_model, ScriptedEngine()) as model:
        steps = translate_document(model, endless(), Options())
        async with aclosing(steps):
            taken = 0
            async for step in steps:
                taken += 1
                # One chunk is a segment; the last one read waits for what follows it.
                assert read <= taken + WINDOW + 2
                assert step.found_count <= taken + WINDOW
                if taken == 3 * WINDOW:
                    break
    assert read >= WINDOW


async def test_what_is_left_of_a_document_that_is_given_up_is_not_translated(
    bundled_model: ServedModel,
) -> None:
    engine = ScriptedEngine()
    async with model_with(bundled_model, engine) as model:
        steps = translate_document(model, chunked([LINE] * 1000), Options())
        async with aclosing(steps):
            await anext(steps)
        assert model.batcher.pending_positions == 0
        count = len(engine.sentences)
    assert count < 1000
    assert len(engine.sentences) == count


async def test_segments_come_in_order_whatever_order_they_are_done_in(
    bundled_model: ServedModel,
) -> None:
    # Short and long ones never share a batch, so they overtake each other.
    lines = [f"{number}. " + "ولد جميل " * (1 + number * 7 % 20) + ".\n\n" for number in range(60)]
    steps = await steps_of(bundled_model, ScriptedEngine(), "".join(lines))
    assert "".join(step.segment.source.text for step in steps) == "".join(lines)
    indices = [step.segment.source.sentence_index for step in steps]
    assert indices == sorted(indices)
    assert [step.next_sentence_index for step in steps][-1] == indices[-1] + 1


async def test_segments_before_a_failure_are_given_and_those_behind_are_taken_back(
    bundled_model: ServedModel,
) -> None:
    def rule(tokens: Tokens, decoding: Decoding) -> list[str]:
        if "كارثة" in "".join(tokens).replace("▁", ""):
            raise EngineError
        return list(echo(tokens, decoding))

    async with model_with(bundled_model, ScriptedEngine(rule)) as model:
        text = LINE * 3 + "كارثة.\n\n" + LINE * 3
        steps = translate_document(model, chunked([text]), Options())
        given = 0
        with pytest.raises(EngineError):
            async with aclosing(steps):
                async for _ in steps:
                    given += 1
        assert given == 3
        assert model.batcher.pending_positions == 0


async def test_segments_before_a_source_that_fails_are_given(bundled_model: ServedModel) -> None:
    async def failing() -> AsyncGenerator[str, None]:
        yield LINE * 2
        yield "ثم"
        raise ConnectionError

    async with model_with(bundled_model, ScriptedEngine()) as model:
        steps = translate_document(model, failing(), Options())
        given = 0
        with pytest.raises(ConnectionError):
            async with aclosing(steps):
                async for _ in steps:
                    given += 1
    assert given == 2


async def test_a_million_letters_with_no_space_are_all_answered_a_window_at_a_time(
    bundled_model: ServedModel,
) -> None:
    count = 1_000_000
    read = 0

    async def letters() -> AsyncGenerator[str, None]:
        nonlocal read
        for _ in range(count // 1000):
            read += 1000
            yield "ا" * 1000

    answered = greatest_lag = 0
    words = echo(("ا",) * 200, Decoding(beam_size=1))
    engine = ScriptedEngine(lambda tokens, decoding: words[: len(tokens)])
    async with model_with(bundled_model, engine) as model:
        steps = translate_document(model, letters(), Options(beam_size=1))
        async with aclosing(steps), asyncio.timeout(100):
            async for step in steps:
                answered += len(step.segment.source.text)
                greatest_lag = max(greatest_lag, read - answered)
    assert answered == count
    # Memory holds the window and the look-ahead, not the document.
    assert greatest_lag < 60_000


@pytest.mark.parametrize("text", ["123", "Hello!\n", "😀", "\u200f", "—"])
async def test_what_holds_no_arabic_letter_never_reaches_the_engine(
    text: str, bundled_model: ServedModel
) -> None:
    engine = ScriptedEngine()
    segment = await segment_of(bundled_model, engine, text)
    assert segment.translation == text
    assert segment.flags == {Flag.PASSED_THROUGH}
    assert engine.batches == []


async def test_the_engine_sees_neither_white_space_nor_marks_at_the_edges(
    bundled_model: ServedModel,
) -> None:
    plain, dressed = ScriptedEngine(), ScriptedEngine()
    await segment_of(bundled_model, plain, "ذهب الولد.")
    segment = await segment_of(bundled_model, dressed, "\n \u200fذهب الولد.\u200e \t\n")
    assert dressed.sentences == plain.sentences
    assert segment.translation.startswith("\n \u200f")
    assert segment.translation.endswith("\u200e \t\n")


async def test_list_markers_are_kept_with_western_digits(bundled_model: ServedModel) -> None:
    plain, listed = ScriptedEngine(), ScriptedEngine()
    await segment_of(bundled_model, plain, "ذهب الولد.")
    segment = await segment_of(bundled_model, listed, "١٢. ذهب الولد.")
    assert listed.sentences == plain.sentences
    assert segment.translation.startswith("12. ")
