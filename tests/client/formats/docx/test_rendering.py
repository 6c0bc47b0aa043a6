"""What LibreOffice shows of a document before and after it is translated."""

import io
from pathlib import Path

import pytest

from tarjama.formats.docx import DocxFormat
from tests.client.formats.conformance import ARABIC, SAMPLES_FOLDER, to_latin
from tests.client.formats.printing import printed

pytestmark = pytest.mark.system


def test_a_translated_document_opens_and_reads_from_the_left(tmp_path: Path) -> None:
    path = SAMPLES_FOLDER / "everything.docx"
    document = DocxFormat().read(path)
    target = io.BytesIO()
    document.write(target, {unit.id: to_latin(unit.text) for unit in document.units})
    before = printed(path.read_bytes(), tmp_path / "before", ".docx")
    after = printed(target.getvalue(), tmp_path / "after", ".docx")
    left_in_print = [word for word in after if ARABIC.search(word.text)]
    # Deleted text and an equation stay.
    assert len(left_in_print) <= 3
    words = {word.text: word.left for word in reversed(after)}
    middle = 0.5
    for unit in document.units:
        first = to_latin(unit.text).split()[0]
        if unit.context == "" and "<" not in first and unit.id.startswith("word/document"):
            assert words.get(first, 0) < middle
    header = next(word.left for word in before if ARABIC.search(word.text))
    assert header > middle > words[to_latin("رأس")]
