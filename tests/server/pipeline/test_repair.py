"""The ladder that a degenerate output climbs."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tarjama_server.engine import Decoding
from tarjama_server.observability.metrics import Metrics
from tarjama_server.pipeline.model import Flag, Options, ServedModel
from tests.server.pipeline.documents import REPAIR_FLAGS, segment_of, steps_of
from tests.server.scripted_engine import ScriptedEngine, Tokens, echo

LONG = "قال المسؤول إن الحكومة سوف تعمل على تحسين الطرق والمدارس في جميع المدن."
SHORT = "ذهب الولد."


def loop(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    return ["▁again"] * max(2 * len(tokens), 12)


def is_strict(decoding: Decoding) -> bool:
    return decoding.no_repeat_ngram_size > 0


async def test_a_sound_output_is_decoded_once_and_not_flagged(bundled_model: ServedModel) -> None:
    engine = ScriptedEngine()
    segment = await segment_of(bundled_model, engine, LONG)
    assert len(engine.batches) == 1
    assert not is_strict(engine.batches[0].decoding)
    assert not segment.flags & REPAIR_FLAGS


@pytest.mark.parametrize(
    "bad",
    [
        loop,
        lambda tokens, decoding: [],
        lambda tokens, decoding: tokens,
        lambda tokens, decoding: ["▁ha" + "ha" * 40],
        lambda tokens, decoding: echo(tokens * 30, decoding)[: decoding.max_target_tokens],
    ],
    ids=["loop", "empty", "copy", "one long word", "endless"],
)
@pytest.mark.parametrize("text", [LONG, SHORT])
async def test_what_is_sound_when_decoded_strictly_is_repaired(
    text: str, bad: object, bundled_model: ServedModel
) -> None:
    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        assert callable(bad)
        return echo(tokens, decoding) if is_strict(decoding) else list(bad(tokens, decoding))

    engine = ScriptedEngine(rule)
    segment = await segment_of(bundled_model, engine, text)
    assert segment.flags & REPAIR_FLAGS == {Flag.REPAIRED}
    assert [is_strict(batch.decoding) for batch in engine.batches] == [False, True]
    sound = await segment_of(bundled_model, ScriptedEngine(), text)
    assert segment.translation == sound.translation


async def test_what_is_sound_in_halves_is_repaired(bundled_model: ServedModel) -> None:
    whole_length = 0

    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        nonlocal whole_length
        whole_length = max(whole_length, len(tokens))
        return loop(tokens, decoding) if len(tokens) == whole_length else echo(tokens, decoding)

    engine = ScriptedEngine(rule)
    segment = await segment_of(bundled_model, engine, LONG)
    assert segment.flags & REPAIR_FLAGS == {Flag.REPAIRED}
    assert "again" not in segment.translation
    whole, strict, *halves = engine.sentences
    assert whole == strict
    assert len(halves) >= 2
    # No token is lost between the halves, nor sent twice.
    assert [token for half in halves for token in half] == list(whole)


@pytest.mark.parametrize("text", [LONG, SHORT])
async def test_what_stays_degenerate_is_flagged_and_answered(
    text: str, bundled_model: ServedModel
) -> None:
    segment = await segment_of(bundled_model, ScriptedEngine(loop), text + "\n")
    assert segment.flags & REPAIR_FLAGS == {Flag.DEGENERATE}
    assert segment.translation.startswith("again")
    assert segment.translation.endswith("\n")


async def test_of_two_degenerate_outputs_the_less_degenerate_is_given(
    bundled_model: ServedModel,
) -> None:
    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        sound = list(echo(tokens, decoding))
        return sound + ["▁again"] * 6 if is_strict(decoding) else loop(tokens, decoding)

    segment = await segment_of(bundled_model, ScriptedEngine(rule), SHORT)
    assert segment.flags & REPAIR_FLAGS == {Flag.DEGENERATE}
    assert not segment.translation.startswith("again")


async def test_one_degenerate_sentence_changes_nothing_of_its_neighbours(
    bundled_model: ServedModel,
) -> None:
    text = f"{SHORT} {LONG} {SHORT}"

    def rule(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
        return loop(tokens, decoding) if len(tokens) > 8 else echo(tokens, decoding)

    with_loop = await steps_of(bundled_model, ScriptedEngine(rule), text)
    without = await steps_of(bundled_model, ScriptedEngine(), text)
    assert len(with_loop) == len(without) == 3
    assert with_loop[0] == without[0]
    assert with_loop[2] == without[2]
    assert with_loop[1].segment.flags & REPAIR_FLAGS == {Flag.DEGENERATE}


async def test_beams_are_wide_enough_for_the_alternatives(bundled_model: ServedModel) -> None:
    engine = ScriptedEngine()
    options = Options(beam_size=2, alternative_count=4)
    segment = await segment_of(bundled_model, engine, LONG, options)
    assert len(segment.alternatives) == 4
    (batch,) = engine.batches
    assert (batch.decoding.beam_size, batch.decoding.hypothesis_count) == (5, 5)


async def test_no_repair_is_spent_on_letters_without_end(bundled_model: ServedModel) -> None:
    engine = ScriptedEngine(loop)
    metrics = Metrics()
    counted = metrics.add_model("counted", version="1", checksum="0")
    model = replace(bundled_model, metrics=counted)
    segment = await segment_of(model, engine, "ببببب" * 10)
    assert len(engine.batches) == 1
    assert segment.flags & REPAIR_FLAGS == {Flag.DEGENERATE}
    labels = {"model": "counted", "kind": "loop"}
    assert metrics.registry.get_sample_value("tarjama_degenerate_outputs_total", labels) == 1
