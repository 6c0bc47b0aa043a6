"""Reads the letters of a PDF by a program of its own, in bounds of time and memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tarjama.formats.errors import BadFile
from tarjama.formats.pdf.glyphs import Failure, Glyph, Page, readable

__all__ = ["TIME_LIMIT_S", "read_pages"]

TIME_LIMIT_S = 300.0
"""A page takes 0.05 seconds, so this is a book of thousands. Some damaged files never end."""

_TOLD = {
    Failure.BROKEN: (
        "The PDF cannot be read: it is damaged or cut off. Get it anew, or open it in a viewer "
        "and print it to a new PDF."
    ),
    Failure.ENCRYPTED: (
        "The PDF has a password. Open it with the password, print it to a new PDF without one, "
        "and translate that."
    ),
    Failure.TOO_LARGE: (
        "The PDF takes more memory than a document does: it is damaged or made to do harm. "
        "Divide it, or translate the document that it was made from."
    ),
}


def read_pages(path: Path, *, time_limit_s: float = TIME_LIMIT_S) -> Iterator[Page]:
    """Reads the letters of every page.

    Args:
        path: A PDF.
        time_limit_s: The reading is ended when it takes longer.

    Returns:
        The pages. All are read, but each takes much more memory once it is given.

    Raises:
        BadFile: the PDF is broken, encrypted, hostile, or takes too long.
    """
    command = (sys.executable, "-m", "tarjama.formats.pdf.extraction", str(path.absolute()))
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=time_limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadFile(
            f"The PDF was not read within {time_limit_s:,.0f} seconds. Divide it, or translate the "
            "document that it was made from."
        ) from error
    lines = done.stdout.splitlines()
    last = json.loads(lines[-1]) if lines else Failure.BROKEN.value
    if isinstance(last, str):
        raise BadFile(_TOLD[Failure(last)])
    if done.returncode:
        raise BadFile(_TOLD[Failure.BROKEN])
    return map(_page, lines)


def _page(line: bytes) -> Page:
    glyphs, tilted_count = json.loads(line)
    return Page(
        tuple(Glyph(text, *places) for given, *places in glyphs if (text := readable(given))),
        tilted_count,
    )
