"""What LibreOffice shows of a text before and after it is translated."""

import io
from pathlib import Path

import pytest

from tarjama.formats.odt import OdtFormat
from tests.client.formats.conformance import ARABIC, SAMPLES_FOLDER, to_latin
from tests.client.formats.printing import printed

pytestmark = pytest.mark.system

MIDDLE = 0.5


def shown(data: bytes, folder: Path) -> dict[str, float]:
    """Lets LibreOffice print a file, and gives the left edge of each word's first place."""
    return {_read(word.text): word.left for word in reversed(printed(data, folder, ".odt"))}


def _read(word: str) -> str:
    """Gives a word in the order it is read in: Arabic is printed from its last letter on."""
    return word[::-1] if ARABIC.search(word) else word


def test_a_translated_text_opens_and_is_the_mirror_of_what_it_was(tmp_path: Path) -> None:
    path = SAMPLES_FOLDER / "libreoffice.odt"
    document = OdtFormat().read(path)
    target = io.BytesIO()
    document.write(target, {unit.id: to_latin(unit.text) for unit in document.units})
    before = shown(path.read_bytes(), tmp_path / "before")
    after = shown(target.getvalue(), tmp_path / "after")
    # Deleted text stays, and nothing parts it from the words around it.
    assert sum(ARABIC.search(word) is not None for word in after) <= 1
    assert before["رأس"] > MIDDLE > after[to_latin("رأس")]
    assert before["فقرة"] > MIDDLE
    # Of a table's two cells in a row, the first is at the side where reading begins.
    assert before["القيمة"] < after[to_latin("القيمة")]
    assert after[to_latin("الطول")] < after[to_latin("مترا")]
    # A paragraph that was at the left by hand is at the right.
    assert after[to_latin("اليسار") + "."] > MIDDLE
    for word in ("تنص", "حاشية", "صفحة", "المدينة:"):
        assert after.get(to_latin(word), 0) < MIDDLE
