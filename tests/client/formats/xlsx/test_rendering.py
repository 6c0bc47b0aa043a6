"""What LibreOffice shows of a workbook before and after it is translated."""

from pathlib import Path

import pytest

from tarjama.formats.xlsx import XlsxFormat
from tests.client.formats.conformance import ARABIC, SAMPLES_FOLDER, to_latin, written
from tests.client.formats.printing import printed

pytestmark = pytest.mark.system


def test_a_translated_workbook_opens_with_its_first_column_at_the_left(tmp_path: Path) -> None:
    path = SAMPLES_FOLDER / "workbook.xlsx"
    document = XlsxFormat().read(path)
    before = printed(path.read_bytes(), tmp_path / "before", ".xlsx")
    after = printed(written(document, to_latin), tmp_path / "after", ".xlsx")
    assert sum(bool(ARABIC.search(word.text)) for word in before) > 20
    # What a formula quotes and no cell has: one result of two words.
    assert sum(bool(ARABIC.search(word.text)) for word in after) <= 2
    heads = [to_latin(head) for head in ("المنتج", "متوفر", "السعر", "الكمية")]
    lefts = [next(word.left for word in after if word.text == head) for head in heads]
    assert lefts == sorted(lefts)
    english = next(word.left for word in after if word.text == "Already")
    assert english < 0.2 < next(word.left for word in before if word.text == "Already")
    # The sum is still found in the cells that were renamed.
    assert [word.text for word in after if word.text == "19"] == ["19"]
