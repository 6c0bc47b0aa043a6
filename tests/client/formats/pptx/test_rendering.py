"""What LibreOffice shows of a presentation before and after it is translated."""

from pathlib import Path

import pytest

from tarjama.formats.pptx import PptxFormat
from tests.client.formats.conformance import ARABIC, SAMPLES_FOLDER, to_latin, written
from tests.client.formats.printing import printed

pytestmark = pytest.mark.system


def test_a_translated_presentation_opens_and_reads_from_the_left(tmp_path: Path) -> None:
    path = SAMPLES_FOLDER / "deck.pptx"
    before = printed(path.read_bytes(), tmp_path / "before", ".pptx")
    data = written(PptxFormat().read(path), to_latin)
    after = printed(data, tmp_path / "after", ".pptx")
    assert {word.page for word in before} == {word.page for word in after} == {1, 2, 3}
    assert any(ARABIC.search(word.text) for word in before)
    assert not any(ARABIC.search(word.text) for word in after)
    for title, page in (("أهم", 2), ("الأسعار", 3)):
        lefts = [word.left for word in after if word.page == page and word.text == to_latin(title)]
        assert lefts[0] < 0.2
    # The side of a title is the right one before.
    assert max(word.left for word in before if word.page == 2) > 0.8
