"""Lets LibreOffice print office files, and reads what is on the pages."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PAGE = re.compile(r'<page width="([\d.]+)"')
_WORD = re.compile(r'<word xMin="([\d.]+)"[^>]*>([^<]+)</word>')


@dataclass(frozen=True)
class Word:
    """A word in print.

    Attributes:
        text: The word.
        left: Where it begins, as a part of the page's width.
        page: Its page, from 1.
    """

    text: str
    left: float
    page: int


def printed(data: bytes, folder: Path, extension: str) -> list[Word]:
    """Prints a file with LibreOffice, and reads its words with poppler."""
    folder.mkdir()
    path = folder / f"file{extension}"
    path.write_bytes(data)
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)),
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
    words = []
    for number, page in enumerate(boxes.stdout.split("<page ")[1:], 1):
        width = _PAGE.match(f"<page {page}")
        assert width is not None
        words += [
            Word(text, float(left) / float(width[1]), number) for left, text in _WORD.findall(page)
        ]
    return words
