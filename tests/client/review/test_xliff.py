"""Reviews as XLIFF: what a CAT tool is shown, and what comes back from it."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tarjama.formats.tags import escape
from tarjama.memory.entries import MemoryMatch
from tarjama.review.errors import BadReview
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
)
from tarjama.review.xliff import read_xliff_review, write_xliff_review

XLIFF = "{urn:oasis:names:tc:xliff:document:1.2}"
SOURCE = SourceFile("in/ملف 50%.docx", "ab" * 32)


def document(*segments: ReviewedSegment, unit_id: str = "p1") -> ReviewedDocument:
    text = "".join(segment.source for segment in segments)
    unit = ReviewedUnit(id=unit_id, source=text, segments=segments, context="Page 1", note="Short")
    return ReviewedDocument(source=SOURCE, units=(unit,))


def written(review: ReviewedDocument) -> bytes:
    target = io.BytesIO()
    write_xliff_review(review, target)
    return target.getvalue()


def edited(review: ReviewedDocument, edit: Callable[[etree._Element], object]) -> ReviewedSegment:
    """Changes the first trans-unit as a tool would, and reads its segment."""
    root = etree.fromstring(written(review))
    unit = root.find(f".//{XLIFF}trans-unit")
    assert unit is not None
    edit(unit)
    return read_xliff_review(etree.tostring(root)).units[0].segments[0]


PLAIN = ReviewedSegment(source="نص ", target="Text ", score=-0.25)
RICH = ReviewedSegment(
    source='أ <g id="1">ب</g> <x id="2"/>',
    target='<g id="1">b</g> a &amp; <x id="2"/>',
    score=-1.5,
    flags=("low_confidence", "check_numbers"),
    alternatives=('<g id="1">b</g> or a <x id="2"/>', "another"),
    matches=(
        MemoryMatch(source='أ <g id="1">ت</g>', target="x", percent=87),
        MemoryMatch(source="أ", target="y", percent=76, same_context=True),
    ),
    notes=("The glossary has a for أ.",),
)


@pytest.mark.parametrize(
    "segments",
    [
        (PLAIN,),
        (PLAIN, RICH),
        (replace(PLAIN, origin=Origin.MEMORY, score=None),),
        (replace(PLAIN, origin=Origin.FILE), replace(PLAIN, origin=Origin.PERSON)),
        (
            ReviewedSegment(source='أ <g id="1">ب. ', target='a <g id="1">b. '),
            ReviewedSegment(source='ت</g> <g id="2">ث</g>', target='<g id="2">c</g></g> d'),
        ),
        (ReviewedSegment(source='<g id="1"></g>نص', target='<g id="1"></g>text'),),
        (
            ReviewedSegment(source="\n", target="\n"),
            ReviewedSegment(source="نص\x0b\x01", target="a\x01"),
        ),
    ],
    ids=[
        "plain",
        "rich",
        "memory",
        "file-and-person",
        "code-over-segments",
        "empty-code",
        "controls",
    ],
)
def test_a_review_reads_back_as_it_was(segments: tuple[ReviewedSegment, ...]) -> None:
    review = document(*segments)
    again = read_xliff_review(written(review))
    assert again == review


@given(
    st.text(min_size=1),
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1),
)
def test_any_text_reads_back(unit_id: str, texts: list[str]) -> None:
    segments = [
        ReviewedSegment(source=escape(f"س{text}"), target=escape(f"t{text}")) for text in texts
    ]
    again = read_xliff_review(written(document(*segments, unit_id=unit_id))).units[0]
    assert again.id == unit_id
    # The white space at the ends of a target is that of its source.
    assert [one.source for one in again.segments] == [one.source for one in segments]
    assert [one.target for one in again.segments] == [one.target for one in segments]


@pytest.mark.parametrize(
    ("edit", "origin"),
    [
        (lambda unit: None, Origin.MACHINE),
        (lambda unit: setattr(unit.find(f"{XLIFF}target"), "text", "Better "), Origin.PERSON),
        (lambda unit: setattr(unit.find(f"{XLIFF}target"), "text", "Text"), Origin.MACHINE),
        (lambda unit: unit.set("approved", "yes"), Origin.PERSON),
        (lambda unit: unit.find(f"{XLIFF}target").set("state", "final"), Origin.PERSON),
        (lambda unit: unit.find(f"{XLIFF}target").set("state", "needs-adaptation"), Origin.MACHINE),
    ],
    ids=["nothing", "other-text", "other-white-space", "approved", "final", "not-final"],
)
def test_what_a_person_did_is_told(
    edit: Callable[[etree._Element], object], origin: Origin
) -> None:
    assert edited(document(PLAIN), edit).origin is origin


def test_a_code_that_is_written_otherwise_is_no_change() -> None:
    review = document(ReviewedSegment(source="<g id='1' />نص", target="<g id='1' />text"))
    assert read_xliff_review(written(review)).units[0].segments[0].origin is Origin.MACHINE


@pytest.mark.parametrize(("typed", "read"), [("Better", "Better "), ("  ", ""), ("", "")])
def test_white_space_that_a_tool_drops_is_put_back(typed: str, read: str) -> None:
    def edit(unit: etree._Element) -> None:
        unit.find(f"{XLIFF}target").text = typed  # type: ignore[union-attr]

    assert edited(document(PLAIN), edit).target == read


def test_what_a_tool_puts_around_text_is_let_go() -> None:
    def edit(unit: etree._Element) -> None:
        target = unit.find(f"{XLIFF}target")
        assert target is not None
        target.text = "A "
        mark = etree.SubElement(target, f"{XLIFF}mrk", mtype="x-comment")
        mark.text, mark.tail = "remark", " on <it>"
        target.append(etree.Comment("no text"))

    assert edited(document(PLAIN), edit).target == "A remark on &lt;it> "


def test_a_tool_is_shown_what_it_needs() -> None:
    root = etree.fromstring(written(document(RICH)))
    unit = root.find(f".//{XLIFF}trans-unit")
    assert unit is not None
    assert dict(unit.find(f"{XLIFF}target").attrib) == {  # type: ignore[union-attr]
        "state": "needs-review-translation",
        "state-qualifier": "mt-suggestion",
    }
    candidates = [
        (one.get("match-quality"), "".join(one.find(f"{XLIFF}target").itertext()))  # type: ignore[union-attr]
        for one in unit.iter(f"{XLIFF}alt-trans")
    ]
    assert candidates == [(None, "b or a "), (None, "another"), ("87%", "x"), ("76%", "y")]
    notes = [note.text for note in unit.iter(f"{XLIFF}note")]
    assert "Score -1.50. Low confidence. Check numbers." in notes
    assert "The glossary has a for أ." in notes and "Short" in notes


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<xliff>", "not well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (b"<xliff/>", "not XLIFF that Tarjama wrote"),
        (written(document(PLAIN)).replace(b"tarjama:sha256", b"other"), "dropped the attribute"),
        (written(document(PLAIN)).replace(b"p1#1", b"7"), "line 9 has an id"),
        (written(document(PLAIN)).replace(b'score="-0.25"', b'score="good"'), "line 9 has a score"),
    ],
)
def test_what_is_no_review_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(BadReview, match=told):
        read_xliff_review(data)
