"""Reviews say what is known of each segment, whatever the kind of file."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from tarjama import (
    Alternative,
    GlossaryApplication,
    GlossaryTerm,
    ModelReference,
    Segment,
    SegmentFlag,
    Span,
    Translation,
)
from tarjama.memory import MemoryMatch
from tarjama.memory.tmx import read_tmx
from tarjama.review.marks import from_marked, to_marked
from tarjama.review.model import (
    Origin,
    ReviewedDocument,
    ReviewedSegment,
    ReviewedUnit,
    SourceFile,
    segments_of,
)
from tarjama.review.reading import read_review
from tarjama.review.record import document_record, read_document
from tarjama.review.writing import ReviewForm, write_review

_NOW = datetime(2026, 5, 1, tzinfo=UTC)
_SOURCE = SourceFile("folder/تقرير <1>.docx", "0" * 64)
_SEGMENTS = (
    ReviewedSegment(
        source='قال <g id="1">الوزير &amp; نعم. ',
        target='The <g id="1">minister &amp; yes. ',
        score=-0.25,
        flags=("check_numbers", "flag_99"),
        alternatives=("Yes, he said. ",),
        matches=(MemoryMatch(source="قال", target="He said", percent=80, same_context=True),),
        notes=("The glossary has state for دولة.",),
    ),
    ReviewedSegment(source="لا</g>\n", target="no</g>\n", origin=Origin.MEMORY),
    ReviewedSegment(source="\t", target="\t", flags=("passed_through",)),
    ReviewedSegment(source='سطر\n<x id="2"/>', target='line\n<x id="2"/>', origin=Origin.PERSON),
)
_DOCUMENT = ReviewedDocument(
    source=_SOURCE,
    units=(
        ReviewedUnit(
            id="word/document.xml 1",
            source="".join(segment.source for segment in _SEGMENTS),
            segments=_SEGMENTS,
            context="paragraph",
            note="Keep it short.",
        ),
    ),
)


def _written(form: ReviewForm, document: ReviewedDocument = _DOCUMENT) -> bytes:
    buffer = io.BytesIO()
    write_review(buffer, document, form, written_at=_NOW)
    return buffer.getvalue()


def test_segments_are_taken_from_a_translation() -> None:
    term = GlossaryTerm("دولة", "state")
    segment = Segment(
        source_span=Span(0, 5),
        sentence_index=0,
        translation="yes. ",
        score=-0.5,
        alternatives=(Alternative("aye. ", -0.6),),
        flags=frozenset({SegmentFlag.REPAIRED, SegmentFlag.SPLIT}),
        unknown_flags=frozenset({99}),
        glossary_applications=(
            GlossaryApplication(term, Span(0, 1), None),
            GlossaryApplication(term, Span(0, 1), Span(0, 3)),
        ),
    )
    other = Segment(source_span=Span(5, 7), sentence_index=1, translation="no")

    taken = segments_of("نعم. لا", Translation("yes. no", (segment, other), ModelReference("", "")))

    assert taken == (
        ReviewedSegment(
            source="نعم. ",
            target="yes. ",
            score=-0.5,
            flags=("split", "repaired", "flag_99"),
            alternatives=("aye. ",),
            notes=("The glossary has state for دولة.",),
        ),
        ReviewedSegment(source="لا", target="no"),
    )


def test_a_page_carries_all_that_is_known(tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    path.write_bytes(_written(ReviewForm.HTML))

    assert read_review(path) == _DOCUMENT


@pytest.mark.parametrize("form", [ReviewForm.HTML, ReviewForm.DOCX, ReviewForm.XLIFF])
def test_what_needs_review_is_shown_in_each_form(form: ReviewForm) -> None:
    data = _written(form)
    if form is ReviewForm.DOCX:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read("word/document.xml")
    shown = data.decode().lower()

    for told in ("-0.25", "yes, he said", "he said", "80", "the glossary has state for دولة"):
        assert told in shown
    assert "check_numbers" in shown or "check numbers" in shown


def test_a_table_has_a_row_for_each_segment_with_text() -> None:
    file = Document(io.BytesIO(_written(ReviewForm.DOCX)))
    rows = file.tables[0].rows

    assert [cell.text for cell in rows[0].cells] == [
        "No.",
        "Arabic",
        "English",
        "Reviewed",
        "Remarks",
    ]
    assert [row.cells[2].text for row in rows][1:] == [
        "The ⟦1›minister & yes.",
        "no‹0⟧",
        "line\n⟦2⟧",
    ]
    assert file.core_properties.title == "Review of تقرير <1>.docx"


def test_a_ticked_box_counts_as_reviewed_and_so_does_any_other_sign(tmp_path: Path) -> None:
    file = Document(io.BytesIO(_written(ReviewForm.DOCX)))
    box = file.tables[0].rows[1].cells[3]._tc
    for text in box.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"):
        text.text = "x"
    file.save(str(tmp_path / "review.docx"))

    segments = read_review(tmp_path / "review.docx").units[0].segments

    assert [each.origin for each in segments] == [Origin.PERSON, Origin.MACHINE, Origin.PERSON]


def test_tracked_changes_count_as_accepted(tmp_path: Path) -> None:
    data = _written(ReviewForm.DOCX)
    path = tmp_path / "review.docx"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = part.replace(
                    b'<w:t xml:space="preserve">minister &amp; yes.</w:t>',
                    b"<w:t>min</w:t></w:r><w:del><w:r><w:delText>ister</w:delText></w:r></w:del>"
                    b"<w:ins><w:r><w:t>e</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>gone</w:t></w:r>"
                    b"</w:moveFrom><w:r><w:t>!</w:t>",
                )
            new.writestr(name, part)

    segment = read_review(path).units[0].segments[0]

    assert (segment.target, segment.origin) == ('The <g id="1">mine!', Origin.PERSON)


def test_tmx_has_the_segments_that_hold_text(tmp_path: Path) -> None:
    path = tmp_path / "review.tmx"
    path.write_bytes(_written(ReviewForm.TMX))

    entries = list(read_tmx(path))

    assert [(each.source, each.target, each.author) for each in entries] == [
        ("قال الوزير &amp; نعم.", "The minister &amp; yes.", "MT!"),
        ("لا", "no", ""),
        ('سطر\n<x id="1"/>', 'line\n<x id="1"/>', ""),
    ]
    root = ElementTree.fromstring(path.read_bytes())
    props = [(each.get("type"), each.text) for each in root.iterfind(".//tu[1]/prop")]
    assert props == [
        ("x-tarjama-origin", "machine"),
        ("x-tarjama-score", "-0.25"),
        ("x-tarjama-flag", "check_numbers"),
        ("x-tarjama-flag", "flag_99"),
        ("x-tarjama-alternative", "Yes, he said."),
    ]


def test_extensions_are_those_that_programs_open() -> None:
    assert [form.extension for form in ReviewForm] == [".html", ".docx", ".xlf", ".tmx"]


_TEXTS = st.text(max_size=20)


@given(
    st.builds(
        ReviewedSegment,
        source=_TEXTS,
        target=_TEXTS,
        score=st.none() | st.floats(-10, 0),
        flags=st.lists(_TEXTS, max_size=2).map(tuple),
        alternatives=st.lists(_TEXTS, max_size=2).map(tuple),
        origin=st.sampled_from(Origin),
        notes=st.lists(_TEXTS, max_size=2).map(tuple),
    )
)
def test_any_segment_is_read_back_from_its_record(segment: ReviewedSegment) -> None:
    unit = ReviewedUnit(id="1", source=segment.source, segments=(segment,))
    document = ReviewedDocument(source=_SOURCE, units=(unit,))

    assert read_document(document_record(document)) == document


@given(
    st.lists(
        st.sampled_from(
            ["نص", "⟦", "⟧", "›", "‹", "1", "&lt;", "&amp;", '<g id="1">', "</g>", '<x id="2"/>']
        )
    ).map("".join)
)
def test_marks_are_read_back_as_the_codes_they_stand_for(tagged: str) -> None:
    assert from_marked(to_marked(tagged)) == tagged
