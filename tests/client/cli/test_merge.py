"""`tarjama merge` puts a review back, or says why it cannot."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tarjama.memory import open_memory
from tarjama.review.writing import ReviewForm, write_review
from tests.client.cli.conftest import Run
from tests.client.review.documents import reviewed_document
from tests.client.review.editing import edited, without_marks

_PAGE = '<html lang="ar" dir="rtl"><p>قال <b>الوزير</b> نعم.</p><p>لا.</p></html>'


@pytest.fixture
def review(tmp_path: Path) -> Path:
    source = tmp_path / "page.html"
    source.write_text(_PAGE, encoding="utf-8")
    path = tmp_path / "page.en.review.html"
    with path.open("wb") as file:
        document = reviewed_document(source)
        write_review(file, document, ReviewForm.HTML, written_at=datetime(2026, 5, 1, tzinfo=UTC))
    path.write_bytes(edited(path.read_bytes(), ".html", 2, lambda _: "Never."))
    return path


def test_the_reviewed_document_is_written_and_the_work_is_summed_up(
    tarjama: Run, review: Path, tmp_path: Path
) -> None:
    outcome = tarjama("merge", review, "-o", tmp_path / "page.en.html")

    assert (outcome.code, outcome.out) == (0, b"")
    assert outcome.err == "tarjama: segments: 2; reviewed: 1\n"
    merged = (tmp_path / "page.en.html").read_text()
    assert merged.startswith('<html lang="en" dir="ltr"><p>') and merged.endswith(
        "<p>Never.</p></html>"
    )


def test_what_is_not_in_the_review_is_told(tarjama: Run, tmp_path: Path) -> None:
    source, path = tmp_path / "page.html", tmp_path / "review.html"
    source.write_text(_PAGE, encoding="utf-8")
    whole = reviewed_document(source)
    with path.open("wb") as file:
        part = replace(whole, units=whole.units[1:])
        write_review(file, part, ReviewForm.HTML, written_at=datetime(2026, 5, 1, tzinfo=UTC))

    outcome = tarjama("merge", path, "-o", "-")

    assert outcome.code == 0
    assert "not in the review: 1; they stay as they are" in outcome.err


def test_standard_output_gets_the_document_alone(tarjama: Run, review: Path) -> None:
    outcome = tarjama("merge", review, "-o", "-", "--quiet")

    assert outcome.code == 0
    assert outcome.out.endswith(b"<p>Never.</p></html>")
    assert outcome.err == ""


@pytest.mark.parametrize("name", ["memory.db", "memory.tmx"])
def test_reviewed_segments_go_into_the_memory(
    tarjama: Run, review: Path, tmp_path: Path, name: str
) -> None:
    memory = tmp_path / name
    command = ("merge", review, "-o", "-", "--memory", memory, "--author", "Amal")

    assert "new or changed in the memory: 1" in tarjama(*command).err
    with open_memory(memory) as opened:
        (entry,) = opened.entries()
    assert (entry.source, entry.target, entry.author) == ("لا.", "Never.", "Amal")

    assert "reviewed: 2; new or changed in the memory: 1" in tarjama(*command, "--approve-all").err


def test_lost_marks_are_named_and_nothing_is_written(
    tarjama: Run, review: Path, tmp_path: Path
) -> None:
    review.write_bytes(without_marks(review.read_bytes(), ".html"))
    memory = tmp_path / "memory.db"

    outcome = tarjama("merge", review, "-o", tmp_path / "out.html", "--memory", memory)

    assert outcome.code == 1
    assert (
        "page.en.review.html: The review does not fit: segment 1: tag 1 is missing." in outcome.err
    )
    assert not (tmp_path / "out.html").exists()
    assert not memory.exists()


def test_a_document_that_changed_is_told_and_can_be_named(
    tarjama: Run, review: Path, tmp_path: Path
) -> None:
    source = tmp_path / "page.html"
    source.rename(tmp_path / "as-it-was.html")
    gone = tarjama("merge", review, "-o", "-")
    source.write_text(_PAGE + " ")
    changed = tarjama("merge", review, "-o", "-")
    named = tarjama("merge", review, "-o", "-", "--source", tmp_path / "as-it-was.html")

    assert [gone.code, changed.code, named.code] == [1, 1, 0]
    assert "not there. Name it with --source" in gone.err
    assert "not the one that was translated" in changed.err


@pytest.mark.parametrize("name", ["page.html", "page.en.review.html"])
def test_what_is_read_is_never_replaced(
    tarjama: Run, review: Path, tmp_path: Path, name: str
) -> None:
    before = (tmp_path / name).read_bytes()

    outcome = tarjama("merge", review, "-o", tmp_path / name, "--force")

    assert outcome.code == 1
    assert "is what is read" in outcome.err
    assert (tmp_path / name).read_bytes() == before


def test_an_existing_file_is_kept_unless_forced(tarjama: Run, review: Path, tmp_path: Path) -> None:
    out, memory = tmp_path / "out.html", tmp_path / "memory.db"
    out.write_text("mine")

    assert tarjama("merge", review, "-o", out, "--memory", memory).code == 1
    assert out.read_text() == "mine"
    assert not memory.exists()
    assert tarjama("merge", review, "-o", out, "--force").code == 0
    assert "Never." in out.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--memory", "memory.txt"), "ends in .db or .tmx"),
        (("--memory", "broken.tmx"), "broken.tmx: The file is not well-formed"),
    ],
)
def test_a_memory_that_cannot_be_used_leaves_no_output(
    tarjama: Run, review: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "broken.tmx").write_text("<tmx>")

    outcome = tarjama("merge", review, "-o", tmp_path / "out.html", *arguments)

    assert outcome.code == 1
    assert message in outcome.err
    assert not (tmp_path / "out.html").exists()


def test_what_is_no_review_and_misuse_are_told(tarjama: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("نص")

    assert "is no review" in tarjama("merge", "notes.txt", "-o", "-").err
    assert "none.html: Cannot be opened" in tarjama("merge", "none.html", "-o", "-").err
    assert tarjama("merge", "notes.txt").code == 2
