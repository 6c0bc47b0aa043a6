"""What LibreOffice shows of a document before and after it is translated."""

import io
import re
import subprocess
from pathlib import Path

import pytest

from tarjama.formats.docx import DocxFormat
from tests.client.formats.conformance import ARABIC, SAMPLES_FOLDER, to_latin

pytestmark = pytest.mark.system

_WORD = re.compile(r'<word xMin="([\d.]+)"[^>]*>([^<]+)</word>')


def shown(data: bytes, folder: Path) -> list[tuple[float, str]]:
    """Lets LibreOffice print a file, and gives each word with its left edge in points."""
    folder.mkdir()
    (folder / "file.docx").write_bytes(data)
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--convert-to", "pdf", "--outdir", str(folder)),
            str(folder / "file.docx"),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(folder / "file.pdf"), "-"],
        check=True,
        capture_output=True,
        text=True,
        timeout=20,
    )
    return [(float(left), word) for left, word in _WORD.findall(boxes.stdout)]


def test_a_translated_document_opens_and_reads_from_the_left(tmp_path: Path) -> None:
    path = SAMPLES_FOLDER / "everything.docx"
    document = DocxFormat().read(path)
    target = io.BytesIO()
    document.write(target, {unit.id: to_latin(unit.text) for unit in document.units})
    before = shown(path.read_bytes(), tmp_path / "before")
    after = shown(target.getvalue(), tmp_path / "after")
    left_in_print = [word for _, word in after if ARABIC.search(word)]
    # Deleted text and an equation stay.
    assert len(left_in_print) <= 3
    words = dict((word, left) for left, word in reversed(after))
    middle = 297.5  # Half of the width of A4 in points.
    for unit in document.units:
        first = to_latin(unit.text).split()[0]
        if unit.context == "" and "<" not in first and unit.id.startswith("word/document"):
            assert words.get(first, 0) < middle
    header = next(left for left, word in before if ARABIC.search(word))
    assert header > middle > words[to_latin("رأس")]
