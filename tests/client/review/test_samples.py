"""Every sample of every format goes through every kind of review and comes back whole."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tarjama.formats.registry import all_formats
from tarjama.review.merging import merge, read_source
from tarjama.review.model import ReviewedDocument
from tarjama.review.reading import read_review
from tarjama.review.writing import ReviewForm, write_review
from tests.client.formats.conformance import SAMPLES_FOLDER
from tests.client.review.documents import reviewed_document

_EXTENSIONS = {extension for one in all_formats() for extension in one.extensions}
_SAMPLES = sorted(path for path in SAMPLES_FOLDER.iterdir() if path.suffix in _EXTENSIONS)


@pytest.fixture(scope="module", params=_SAMPLES, ids=lambda path: path.name)
def translated(request: pytest.FixtureRequest) -> tuple[Path, ReviewedDocument]:
    return request.param, reviewed_document(request.param)


@pytest.mark.parametrize("form", [ReviewForm.HTML, ReviewForm.DOCX, ReviewForm.XLIFF])
def test_a_sample_merges_to_what_was_translated(
    translated: tuple[Path, ReviewedDocument], form: ReviewForm, tmp_path: Path
) -> None:
    source, document = translated
    path = tmp_path / f"review{form.extension}"
    with path.open("wb") as file:
        write_review(file, document, form, written_at=datetime(2026, 5, 1, tzinfo=UTC))

    original = read_source(source)
    merged, direct = io.BytesIO(), io.BytesIO()
    original.write(merged, merge(read_review(path), original).translations)
    original.write(direct, {unit.id: unit.target for unit in document.units})

    assert merged.getvalue() == direct.getvalue()
