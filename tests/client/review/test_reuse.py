"""A memory gives a document what people translated, and takes what they reviewed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tarjama.memory import MemoryEntry, TranslationMemory, open_memory
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)
from tarjama.review.reuse import (
    drafts_of,
    keep_drafts,
    keep_reviewed,
    remembered_segments,
    with_matches,
)

_NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[TranslationMemory]:
    with open_memory(tmp_path / "memory.db") as memory:
        yield memory


def _unit(
    *sides: tuple[str, str], unit_id: str = "1", origin: Origin = Origin.MACHINE
) -> ReviewedUnit:
    return ReviewedUnit(
        id=unit_id,
        source="".join(source for source, _ in sides),
        segments=tuple(
            ReviewedSegment(
                source=source, target=target, score=-0.5, flags=("split",), origin=origin
            )
            for source, target in sides
        ),
    )


_TWO = _unit(("قال نعم. ", "He said yes. "), ("وقال لا.", "And no."))
_CODED = _unit(('<g id="3">نعم. ', '<g id="3">Yes. '), ("لا</g>.", "No</g>."))


def test_a_unit_that_was_reviewed_is_not_translated_again(memory: TranslationMemory) -> None:
    memory.add([MemoryEntry(source="نعم", target="yes")])

    assert remembered_segments(memory, "لا") is None
    assert remembered_segments(memory, "نعم") == (
        ReviewedSegment(source="نعم", target="yes", origin=Origin.MEMORY),
    )


def test_drafts_are_kept_whole_and_given_to_the_same_model_and_options(
    memory: TranslationMemory,
) -> None:
    remembered = replace(_TWO, segments=(replace(_TWO.segments[0], origin=Origin.MEMORY),))
    keep_drafts(memory, [_TWO, replace(remembered, source="أخرى")], "model a")

    assert drafts_of(memory, _TWO.source, "model a") == _TWO.segments
    assert drafts_of(memory, _TWO.source, "model b") is None
    assert drafts_of(memory, "أخرى", "model a") is None


@pytest.mark.parametrize("kept", ["", "{", "[]", '[{"source": 1}]', '{"a": 1}', "[1]"])
def test_a_draft_of_another_shape_is_no_draft(memory: TranslationMemory, kept: str) -> None:
    memory.add_drafts([("نعم", kept)], "model")

    assert drafts_of(memory, "نعم", "model") is None


def test_a_segment_that_the_memory_has_exactly_takes_its_translation(
    memory: TranslationMemory,
) -> None:
    memory.add([MemoryEntry(source="وقال  لا.", target="And he said no.")])

    unit = with_matches(memory, _TWO)

    assert unit.target == "He said yes. And he said no."
    assert unit.segments[0] == _TWO.segments[0]
    assert unit.segments[1] == ReviewedSegment(
        source="وقال لا.", target="And he said no.", origin=Origin.MEMORY
    )


def test_similar_segments_are_shown_and_never_put_in(memory: TranslationMemory) -> None:
    memory.add([MemoryEntry(source="وقالت لا.", target="And she said no.")])

    unit = with_matches(memory, _TWO)

    assert unit.target == _TWO.target
    assert [match.target for match in unit.segments[1].matches] == ["And she said no."]
    assert 75 <= unit.segments[1].matches[0].percent < 100


def test_a_segment_whose_codes_open_elsewhere_keeps_them(memory: TranslationMemory) -> None:
    memory.add(
        [MemoryEntry(source="نعم.", target="Aye."), MemoryEntry(source="لا.", target="Nay.")]
    )

    unit = with_matches(memory, _CODED)

    assert unit.target == _CODED.target
    assert [match.percent for segment in unit.segments for match in segment.matches] == [99, 99]


def _document(*units: ReviewedUnit) -> ReviewedDocument:
    return ReviewedDocument(source=SourceFile("a.txt", "0" * 64), units=units)


def test_reviewed_segments_and_units_that_are_all_reviewed_are_remembered(
    memory: TranslationMemory,
) -> None:
    by_person = _unit(("نعم. ", "Yes. "), ("لا.", "No."), unit_id="2", origin=Origin.PERSON)
    half = replace(
        _TWO, segments=(replace(_TWO.segments[0], origin=Origin.PERSON), _TWO.segments[1])
    )

    added = keep_reviewed(memory, _document(half, by_person), author="Amal", changed_at=_NOW)

    kept = {entry.source: entry for entry in memory.entries()}
    assert added == len(kept) == 4
    assert set(kept) == {"قال نعم.", "نعم.", "لا.", "نعم. لا."}
    assert kept["نعم."].before == half.source
    assert kept["نعم."].after == "لا."
    assert (kept["نعم. لا."].target, kept["نعم. لا."].author) == ("Yes. No.", "Amal")
    assert kept["لا."].changed_at == _NOW


def test_reviewed_text_replaces_what_the_memory_had(memory: TranslationMemory) -> None:
    unit = _unit(("نعم", "yes"), origin=Origin.PERSON)
    keep_reviewed(memory, _document(unit), author="", changed_at=_NOW)
    better = _unit(("نعم", "aye"), origin=Origin.PERSON)

    assert keep_reviewed(memory, _document(better), author="", changed_at=_NOW) == 1
    assert [entry.target for entry in memory.entries()] == ["aye"]


def test_codes_that_reach_beyond_a_segment_are_remembered_with_the_unit_alone(
    memory: TranslationMemory,
) -> None:
    unit = replace(
        _CODED, segments=tuple(replace(one, origin=Origin.PERSON) for one in _CODED.segments)
    )
    keep_reviewed(memory, _document(unit), author="", changed_at=_NOW)

    assert [entry.source for entry in memory.entries()] == [_CODED.source]
    again = remembered_segments(memory, _CODED.source.replace('"3"', '"1"'))
    assert again and again[0].target == _CODED.target.replace('"3"', '"1"')
