"""A review table survives another word processor."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tarjama.review.merging import merge, read_source
from tarjama.review.reading import read_review
from tarjama.review.writing import ReviewForm, write_review
from tests.client.review.documents import reviewed_document
from tests.client.review.editing import edited

pytestmark = pytest.mark.system

_TIMEOUT_S = 120
_PAGE = """<html lang="ar"><p>قال <b>وزير الخارجية</b> نعم. وأضاف  أن <a href="x">الزيارة</a>
كانت ناجحة.</p><p>سطر أول<br>سطر ثان <img src="a.png" alt="صورة"> ونهاية &amp; ⟦.</p></html>"""


def _converted(path: Path, kind: str, folder: Path) -> Path:
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
    return folder / path.with_suffix(f".{kind}").name


def test_a_table_that_libreoffice_saved_merges_as_it_was(tmp_path: Path) -> None:
    source = tmp_path / "page.html"
    source.write_text(_PAGE, encoding="utf-8")
    path = tmp_path / "review.docx"
    with path.open("wb") as file:
        written_at = datetime(2026, 5, 1, tzinfo=UTC)
        write_review(file, reviewed_document(source), ReviewForm.DOCX, written_at=written_at)
    path.write_bytes(edited(path.read_bytes(), ".docx", 1, lambda text: f"EDITED {text}"))
    before = read_review(path)

    # By way of its own format, so that it cannot just copy what it does not know.
    saved = _converted(_converted(path, "odt", tmp_path / "odt"), "docx", tmp_path / "docx")

    assert read_review(saved) == before
    translations = merge(read_review(saved), read_source(source)).translations
    assert "EDITED" in "".join(translations.values())
