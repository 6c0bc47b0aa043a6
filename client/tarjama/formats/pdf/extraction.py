"""Prints the letters of a PDF. A program of its own, which a hostile file may break.

Run as `python -m tarjama.formats.pdf.extraction FILE`. Prints a line of JSON for each page: a list
of its upright signs, each `[text, left, right, baseline, size]`, and how many are tilted. Where it
fails, the last line is a string: the value of a `Failure`.
"""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pdfminer.layout import LTChar
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, decode_text

from tarjama.formats.pdf.glyphs import UNKNOWN, Failure

__all__: list[str] = []

# The largest file that is taken, three times, and a page, which is dropped once it is printed: a
# bomb takes all there is.
_MAX_MEMORY_BYTES = 1024**3

# Those of 2,500 full pages. Forms within forms can repeat a page a million times.
_MAX_SIGNS = 5_000_000

# A page that was scanned, and read by a program, is a few degrees askew.
_MAX_TILT = 0.1


class _Sign(NamedTuple):
    """What is printed of a sign; the attributes are those of `Glyph`."""

    text: str
    left: float
    right: float
    baseline: float
    size: float


class _TooManySigns(Exception):
    """There is more on the pages than any document has."""


class _Signs(PDFTextDevice):
    """Collects the signs of one page after the other.

    Heeds what a PDF says that several shapes stand for in all (`ActualText`), as LibreOffice's do
    where one letter is of several shapes.

    Attributes:
        upright: The page's signs.
        tilted_count: How many signs there are besides.
    """

    def __init__(self, resources: PDFResourceManager) -> None:
        super().__init__(resources)
        self.upright: list[_Sign] = []
        self.tilted_count = 0
        self._left_count = _MAX_SIGNS
        # For each tag that is open: what its shapes stand for, None if for themselves, and "" once
        # the first of them is there, which then stands for all.
        self._meant: list[str | None] = []

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        self.upright = []
        self.tilted_count = 0
        self._meant = []

    def begin_tag(self, tag: PSLiteral, props: object = None) -> None:
        text = props.get("ActualText") if isinstance(props, dict) else None
        self._meant.append(decode_text(text) if isinstance(text, bytes) else None)

    def end_tag(self) -> None:
        if self._meant:
            self._meant.pop()

    def render_char(  # The interface of pdfminer.
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        shape = LTChar(
            matrix,
            font,
            fontsize,
            scaling,
            rise,
            _text_of(font, cid),
            font.char_width(cid),
            font.char_disp(cid),
            ncs,
            graphicstate,
        )
        self._left_count -= 1
        if not self._left_count:
            raise _TooManySigns
        along, up = shape.matrix[:2]
        if abs(up) <= _MAX_TILT * along:
            self._add(shape)
        else:
            self.tilted_count += 1
        return shape.adv

    def _add(self, shape: LTChar) -> None:
        meant = self._meant[-1] if self._meant else None
        if meant == "" and self.upright:
            before = self.upright[-1]
            left, right = min(before.left, shape.x0), max(before.right, shape.x1)
            self.upright[-1] = before._replace(left=left, right=right)
            return
        if meant is not None:
            self._meant[-1] = ""
        text = shape.get_text() if meant is None else meant
        self.upright.append(_Sign(text, shape.x0, shape.x1, shape.matrix[5], shape.size))


def _text_of(font: PDFFont, cid: int) -> str:
    try:
        return font.to_unichr(cid)
    except PDFUnicodeNotDefined:
        return UNKNOWN


def _records(path: Path) -> Iterator[object]:
    """Gives what to print of a PDF."""
    resources = PDFResourceManager()
    signs = _Signs(resources)
    interpreter = PDFPageInterpreter(resources, signs)
    try:
        with path.open("rb") as file:
            for page in PDFPage.create_pages(PDFDocument(PDFParser(file))):
                interpreter.process_page(page)
                yield signs.upright, signs.tilted_count
    except PDFEncryptionError:
        yield Failure.ENCRYPTED
    except (MemoryError, _TooManySigns):
        yield Failure.TOO_LARGE
    except Exception:
        # pdfminer raises whatever it stumbles on in a broken file: KeyError, RecursionError, ...
        yield Failure.BROKEN


def _limit_memory() -> None:
    """Limits what a bomb can take, where the system can."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))


def main() -> None:
    """Prints the pages of the PDF that the command line names."""
    logging.disable()  # pdfminer warns of each odd object, which nobody here can mend.
    _limit_memory()
    for record in _records(Path(sys.argv[1])):
        print(json.dumps(record))


if __name__ == "__main__":
    main()
