"""A document is translated for review, reviewed, merged, and what was reviewed is used again."""

from pathlib import Path

import pytest

from tests.client.cli.conftest import Run
from tests.client.cli.scripted_server import Script
from tests.client.review.editing import edited

_FORMS = {"--bilingual=html": ".html", "--bilingual=docx": ".docx", "--xliff": ".xlf"}


@pytest.mark.parametrize("form", _FORMS)
def test_reviewed_text_is_merged_and_used_again(
    tarjama: Run, translate: Run, script: Script, tmp_path: Path, form: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>قال <b>الوزير</b> نعم.</p><p>لا.</p>", encoding="utf-8")
    memory = ("--memory", "memory.db")
    assert translate(page, form, *memory).code == 0
    review = tmp_path / f"page.en.review{_FORMS[form]}"
    review.write_bytes(edited(review.read_bytes(), review.suffix, 2, lambda _: "Never & no."))

    merged = tarjama("merge", review, "-o", "final.html", *memory)

    assert merged.code == 0
    assert "reviewed: 1; new or changed in the memory: 1" in merged.err
    final = (tmp_path / "final.html").read_text()
    assert final.endswith("<p>Never &amp; no.</p>")
    assert (
        final.partition("</p>")[0] == (tmp_path / "page.en.html").read_text().partition("</p>")[0]
    )

    (tmp_path / "other.html").write_text("<h1>لا.</h1>", encoding="utf-8")
    asked = len(script.texts)
    assert translate("other.html", *memory).code == 0
    assert (tmp_path / "other.en.html").read_text() == "<h1>Never &amp; no.</h1>"
    assert len(script.texts) == asked
