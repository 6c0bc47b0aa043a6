"""A document is extracted for review, edited in each kind of review file, and merged."""

import io
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docx import Document
from lxml import etree
from pptx import Presentation

from tarjama.review.errors import BadReview, ReviewOutdated
from tarjama.review.merging import Merge, find_source, merge, read_source
from tarjama.review.model import Origin, ReviewedDocument, SourceFile
from tarjama.review.reading import read_review
from tarjama.review.writing import ReviewForm, write_review
from tests.client.formats.conformance import arabic_left
from tests.client.review.documents import reviewed_document
from tests.client.review.editing import edited, without_marks

_NOW = datetime(2026, 5, 1, tzinfo=UTC)
_FORMS = [ReviewForm.HTML, ReviewForm.DOCX, ReviewForm.XLIFF]

_RECORD_TAG = b'<html><script type="application/json" id="review">'
_PAGE = """<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
<title>خبر اليوم</title></head><body>
<p>قال <b>وزير الخارجية</b> إن الاتفاق دخل حيز التنفيذ. وأضاف أن <a href="x">الزيارة</a>
كانت ناجحة. وهذا <b>أمر. مهم</b> جدا &amp; ⟦1⟧.</p>
<p>سطر أول<br>سطر ثان <img src="a.png" alt="صورة"> ونهاية.</p></body></html>"""


def _page(path: Path) -> None:
    path.write_text(_PAGE, encoding="utf-8")


def _report(path: Path) -> None:
    file = Document()
    paragraph = file.add_paragraph("قال ")
    paragraph.add_run("وزير الخارجية").bold = True
    paragraph.add_run(" إن الاتفاق دخل حيز التنفيذ. وأضاف أن الزيارة كانت ناجحة.")
    file.add_table(1, 1).cell(0, 0).text = "خلية الجدول"
    file.save(str(path))


def _deck(path: Path) -> None:
    file = Presentation()
    slide = file.slides.add_slide(file.slide_layouts[5])
    assert slide.shapes.title is not None
    slide.shapes.title.text = "عنوان الشريحة. وجملة أخرى."
    run = slide.shapes.title.text_frame.paragraphs[0].add_run()
    run.text = "كلمة غامقة"
    run.font.bold = True
    slide.notes_slide.notes_text_frame.text = "ملاحظة"
    file.save(str(path))


def _text(path: Path) -> None:
    path.write_text("فقرة أولى. جملة ثانية <b>.\r\nسطر.\r\n\r\n  فقرة ثانية.  \r\n", newline="")


_DOCUMENTS: dict[str, Callable[[Path], None]] = {
    "page.html": _page,
    "report.docx": _report,
    "deck.pptx": _deck,
    "notes.txt": _text,
}


@pytest.fixture(params=_DOCUMENTS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    _DOCUMENTS[path.name](path)
    return path


def _review_file(source: Path, form: ReviewForm) -> Path:
    path = source.parent / f"{source.stem}.review{form.extension}"
    with path.open("wb") as file:
        write_review(file, reviewed_document(source), form, written_at=_NOW)
    return path


def _merged(review: Path) -> Merge:
    read = read_review(review)
    return merge(read, read_source(find_source(read.source, review)))


def _written(merged: Merge) -> bytes:
    buffer = io.BytesIO()
    merged.original.write(buffer, merged.translations)
    return buffer.getvalue()


def _origins(document: ReviewedDocument) -> list[Origin]:
    return [segment.origin for unit in document.units for segment in unit.segments]


@pytest.mark.parametrize("form", _FORMS)
def test_a_review_that_nobody_touched_merges_to_the_translation(
    source: Path, form: ReviewForm
) -> None:
    merged = _merged(_review_file(source, form))

    machine = reviewed_document(source)
    assert merged.translations == {unit.id: unit.target for unit in machine.units}
    assert set(_origins(merged.document)) == {Origin.MACHINE}
    assert not arabic_left(_written(merged), kept=())


@pytest.mark.parametrize("form", _FORMS)
def test_an_edit_of_a_review_reaches_the_document(source: Path, form: ReviewForm) -> None:
    path = _review_file(source, form)
    path.write_bytes(edited(path.read_bytes(), form.extension, 1, lambda text: "EDITED & " + text))

    merged = _merged(path)

    machine = reviewed_document(source)
    first, *others = (unit.id for unit in machine.units)
    changed = merged.translations[first]
    assert "EDITED" in changed and changed.endswith(machine.units[0].target[1:])
    assert [merged.translations[each] for each in others] == [
        unit.target for unit in machine.units[1:]
    ]
    origins = _origins(merged.document)
    assert (origins[0], set(origins[1:])) == (Origin.PERSON, {Origin.MACHINE})
    assert "EDITED" in _all_text(_written(merged), source.suffix)


def _all_text(data: bytes, suffix: str) -> str:
    if suffix == ".docx":
        return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(data)).paragraphs)
    if suffix == ".pptx":
        slides = Presentation(io.BytesIO(data)).slides
        return "\n".join(str(slide.shapes.title.text) for slide in slides if slide.shapes.title)
    return data.decode()


@pytest.mark.parametrize("form", _FORMS)
def test_lost_marks_are_named_by_segment(tmp_path: Path, form: ReviewForm) -> None:
    _page(tmp_path / "page.html")
    path = _review_file(tmp_path / "page.html", form)
    path.write_bytes(without_marks(path.read_bytes(), form.extension))

    with pytest.raises(BadReview, match=r"segments 2 to 5: tag 1 is missing; tag 2") as caught:
        _merged(path)
    assert "segment 6: tag 1 is missing" in str(caught.value)


def _swap_ids(review: ReviewedDocument) -> ReviewedDocument:
    first, second, *rest = review.units
    return replace(
        review, units=(replace(first, id=second.id), replace(second, id=first.id), *rest)
    )


def _without_first_segment(review: ReviewedDocument) -> ReviewedDocument:
    return replace(
        review, units=tuple(replace(unit, segments=unit.segments[1:]) for unit in review.units)
    )


def _with_target(review: ReviewedDocument, target: str) -> ReviewedDocument:
    first, *rest = review.units
    segment = replace(first.segments[0], target=target)
    return replace(review, units=(replace(first, segments=(segment,)), *rest))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_swap_ids, "segment 1: the Arabic is not that of the document"),
        (_without_first_segment, "a row is missing"),
        (lambda review: _with_target(review, " \n"), "segment 1: the English is empty"),
        (lambda review: _with_target(review, '<x id="9"/>a'), "tag 9 is not in the source"),
        (
            lambda review: replace(review, units=(replace(review.units[0], id="none"),)),
            "segment 1: the Arabic is not",
        ),
    ],
)
def test_a_review_that_does_not_fit_names_its_segments(
    tmp_path: Path, change: Callable[[ReviewedDocument], ReviewedDocument], message: str
) -> None:
    path = tmp_path / "page.html"
    _page(path)

    with pytest.raises(BadReview, match=message) as caught:
        merge(change(reviewed_document(path)), read_source(path))
    assert "خبر" not in str(caught.value) and "nqwur" not in str(caught.value)


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("emptied", [1, 2, 3])
def test_two_sentences_can_become_one(tmp_path: Path, form: ReviewForm, emptied: int) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("جملة أولى. جملة ثانية.\n\nأخرى", encoding="utf-8")
    review = _review_file(path, form)
    machine = [unit.target for unit in reviewed_document(path).units]
    review.write_bytes(edited(review.read_bytes(), form.extension, emptied, lambda _: ""))

    if emptied == 3:
        with pytest.raises(BadReview, match="segment 3: the English is empty"):
            _merged(review)
    else:
        sentences = machine[0].split(". ")
        kept = sentences[1] if emptied == 1 else sentences[0] + "."
        assert _written(_merged(review)).decode() == f"{kept}\n\n{machine[1]}"


def test_a_doubled_mark_is_named(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    _page(path)
    review = _review_file(path, ReviewForm.HTML)
    twice = edited(review.read_bytes(), ".html", 6, lambda text: '<x id="1"/>' + text)
    review.write_bytes(twice)

    with pytest.raises(BadReview, match="segment 6: tag 1 is doubled"):
        _merged(review)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[3].remove(), "lacks 1 of its 7 rows: 3"),
        (lambda rows: [row.remove() for row in rows[1:]], "lacks 7 of its 7 rows: 1, 2, 3"),
        (lambda rows: rows[3].copy(), "has row 3 more than once"),
    ],
)
def test_rows_of_a_table_that_are_gone_or_doubled_are_named(
    tmp_path: Path, change: Callable[[list["_Row"]], object], message: str
) -> None:
    _page(tmp_path / "page.html")
    path = _review_file(tmp_path / "page.html", ReviewForm.DOCX)
    file = Document(str(path))
    change([_Row(row._tr) for row in file.tables[0].rows])
    file.save(str(path))

    with pytest.raises(BadReview, match=message):
        read_review(path)


class _Row:
    """A row of a table."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def remove(self) -> None:
        parent = self._element.getparent()
        assert parent is not None
        parent.remove(self._element)

    def copy(self) -> None:
        self._element.addnext(deepcopy(self._element))


def test_at_most_twenty_faults_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("\n\n".join(["نص"] * 30))
    review = reviewed_document(path)
    emptied = replace(
        review,
        units=tuple(
            replace(unit, segments=(replace(unit.segments[0], target=""),)) for unit in review.units
        ),
    )

    with pytest.raises(BadReview, match=r"segment 20: .*; and 10 more"):
        merge(emptied, read_source(path))


def test_the_document_is_found_beside_the_review_wherever_both_went(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    _page(path)
    (tmp_path / "out").mkdir()
    source = SourceFile.of(path, seen_from=tmp_path / "out")
    assert source.path == "../page.html"
    assert find_source(source, tmp_path / "out" / "review.html") == tmp_path / "out/../page.html"

    moved = tmp_path / "elsewhere" / "deep"
    moved.mkdir(parents=True)
    path.rename(moved / "page.html")
    assert find_source(source, moved / "review.html") == moved / "page.html"
    named = find_source(source, tmp_path / "review.html", named=moved / "page.html")
    assert named == moved / "page.html"


def test_a_document_that_changed_or_is_gone_is_told(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    _page(path)
    source = SourceFile.of(path, seen_from=tmp_path)
    path.write_text(_PAGE + " ")

    with pytest.raises(ReviewOutdated, match="--source"):
        find_source(source, tmp_path / "review.html")
    with pytest.raises(ReviewOutdated):
        find_source(source, tmp_path / "review.html", named=path)
    path.unlink()
    with pytest.raises(BadReview, match="not there"):
        find_source(source, tmp_path / "review.html")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"some text", "neither a page"),
        (b"<!DOCTYPE html><p>a page", "lacks the record"),
        (_RECORD_TAG + b"{</script>", "damaged"),
        (b"<xliff/>", "no review"),
        (b"<xliff", "not well-formed"),
        (b"{}", "lacks the record"),
        (b"{", "damaged"),
        (b"[" * 100_000, "neither"),
        (b'{"a":' * 100_000, "damaged"),
        (b'{"tarjama_review": 2}', "version 2"),
        (b'{"tarjama_review": 1, "units": []}', "damaged"),
        (
            b'<html><script type="application/json" id="review">' + b"[" * 99_999 + b"</script>",
            "dam",
        ),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"%PDF-1.7", "neither a page"),
    ],
)
def test_what_is_no_review_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "review"
    path.write_bytes(content)

    with pytest.raises(BadReview, match=message):
        read_review(path)


def test_a_word_document_that_is_no_review_is_told(tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    _report(path)

    with pytest.raises(BadReview, match="is no review"):
        read_review(path)
