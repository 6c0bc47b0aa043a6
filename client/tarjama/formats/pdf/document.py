"""Writes the text of a PDF as a Word document."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_DIRECTION
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as WordParagraph
from lxml import etree

from tarjama.formats.content import FileContent
from tarjama.formats.errors import BadFile
from tarjama.formats.pdf.columns import Row, in_reading_order
from tarjama.formats.pdf.furniture import without_furniture
from tarjama.formats.pdf.glyphs import UNKNOWN, Page
from tarjama.formats.pdf.lines import rows_of
from tarjama.formats.pdf.paragraphs import Block, Paragraph, Table, blocks_of, level_sizes
from tarjama.formats.pdf.reading import read_pages
from tarjama.formats.wording import counted

__all__ = ["convert_pdf"]

# Ornaments and formulas are of letters that nobody knows, in a text that is readable.
_MAX_UNKNOWN = 0.1
# A writer misspells some words; where words are spelt backwards, all of them are.
_MIN_BACKWARDS = 5

_BRACKETED = re.compile(r"(?:^|\s)[(«\[]\w|\w[)»\]](?:$|\s)", re.MULTILINE)
_WORD = re.compile(r"[\u0621-\u064a]{3,}")
_FINAL_LETTERS = "ةى"


def convert_pdf(path: Path, target: Path) -> list[str]:
    """Writes the text of a PDF as a Word document.

    Args:
        path: The PDF.
        target: The .docx to write: its paragraphs, headings and tables, as far as they can be
            told by where the letters stand.

    Returns:
        What the user should know about the result, a sentence each.

    Raises:
        BadFile: the PDF is broken, encrypted, hostile, or its text cannot be read.
    """
    # Programs find the beginning even if something stands before it.
    if b"%PDF-" not in FileContent.of(path).data[:1024]:
        raise BadFile(
            "The file is not a PDF, though its name says so. Get it anew, or rename it rightly."
        )
    read = _Read()
    for page in read_pages(path):
        read.add(page)
    read.refuse_unreadable()
    rows, has_less = without_furniture(_with_brackets(read.rows))
    right_to_left = _is_right_to_left(rows)
    parts = [part for page in rows for part in in_reading_order(page, right_to_left=right_to_left)]
    blocks = blocks_of(parts)
    _refuse_backwards(blocks)
    _written(blocks).save(str(target))
    return list(_notices(read, has_less=has_less))


@dataclass(slots=True)
class _Read:
    """What was read of a PDF.

    Attributes:
        rows: The rows of each page, from top to bottom.
        letter_count: How many signs there are that can be seen.
        unknown_count: How many of them do not say which letters they are.
        tilted_count: How many more there are that do not stand upright.
    """

    rows: list[list[Row]] = field(default_factory=list)
    letter_count: int = 0
    unknown_count: int = 0
    tilted_count: int = 0

    def add(self, page: Page) -> None:
        self.rows.append(rows_of(page.known_glyphs))
        self.letter_count += sum(glyph.text != " " for glyph in page.glyphs)
        self.unknown_count += sum(glyph.text == UNKNOWN for glyph in page.glyphs)
        self.tilted_count += page.tilted_count

    def refuse_unreadable(self) -> None:
        if not self.letter_count:
            raise BadFile(
                "The PDF has no text, only pictures of it, as from a scanner. Let a program for "
                "text recognition (OCR) that reads Arabic make it text, or ask for the document "
                "that it was made from."
            )
        if self.unknown_count > _MAX_UNKNOWN * self.letter_count:
            raise BadFile(
                f"{self.unknown_count:,} of the {self.letter_count:,} letters of the PDF do not "
                "say which letters they are: its fonts are only for the eye. Let a program for "
                "text recognition (OCR) read it, or ask for the document that it was made from."
            )


def _refuse_backwards(blocks: Iterable[Block]) -> None:
    words = [word for one in _paragraphs(blocks) for word in _WORD.findall(one.text)]
    wrong = sum(word[0] in _FINAL_LETTERS for word in words)
    if wrong >= _MIN_BACKWARDS and wrong > sum(word[-1] in _FINAL_LETTERS for word in words):
        raise BadFile(
            "The Arabic words of the PDF are spelt backwards: the program that made it cannot "
            "write Arabic. Ask for the document that it was made from."
        )


def _with_brackets(pages: list[list[Row]]) -> list[list[Row]]:
    """Turns brackets where that makes more of them stand rightly around words.

    Some programs write which bracket is meant, others which shape it has, and in a text from right
    to left these are contrary.
    """
    turned = [[[line.with_turned_brackets() for line in row] for row in page] for page in pages]
    return max(pages, turned, key=_bracket_count)


def _bracket_count(pages: Iterable[Iterable[Row]]) -> int:
    """Counts brackets that stand at a word's beginning or end as they should."""
    lines = (line for page in pages for row in page for line in row if line.is_right_to_left)
    return sum(len(_BRACKETED.findall(line.text(right_to_left=True))) for line in lines)


def _is_right_to_left(pages: Iterable[Iterable[Row]]) -> bool:
    lines = [line.is_right_to_left for page in pages for row in page for line in row]
    return 2 * sum(lines) >= len(lines)


def _notices(read: _Read, *, has_less: bool) -> Iterator[str]:
    yield (
        "Of the PDF only the text was read: the translation is written as .docx, without the "
        "layout, pictures and formatting."
    )
    empty = [number for number, rows in enumerate(read.rows, start=1) if not rows]
    if len(empty) == 1:
        yield f"Page {empty[0]:,} has no text: if it is a picture of text, it is not translated."
    elif empty:
        yield (
            f"{len(empty):,} of its {len(read.rows):,} pages have no text, the first of them page "
            f"{empty[0]:,}: if they are pictures of text, they are not translated."
        )
    if read.unknown_count:
        yield (
            "Left out, since they do not say which letters they are: "
            f"{counted(read.unknown_count, 'sign')}."
        )
    if has_less:
        yield "Page numbers and what else pages repeat at their ends are left out."
    if read.tilted_count:
        yield "What is not written upright, such as a stamp, is left out."


def _written(blocks: Sequence[Block]) -> Document:
    document = docx.Document()
    # python-docx signs its documents else.
    document.core_properties.author = document.core_properties.comments = ""
    sizes = level_sizes([block for block in blocks if isinstance(block, Paragraph)])
    for block in blocks:
        if isinstance(block, Table):
            _add_table(document, block)
        else:
            style = f"Heading {level}" if (level := block.level(sizes)) else None
            _turn(document.add_paragraph(block.text, style), block)
    return document


def _add_table(document: Document, table: Table) -> None:
    made = document.add_table(len(table.rows), len(table.rows[0]), style="Table Grid")
    if table.is_right_to_left:
        made.table_direction = WD_TABLE_DIRECTION.RTL
    for cells, row in zip(made.rows, table.rows, strict=True):
        for cell, paragraph in zip(cells.cells, table.in_order(row), strict=True):
            cell.paragraphs[0].add_run(paragraph.text)
            _turn(cell.paragraphs[0], paragraph)


def _turn(written: WordParagraph, paragraph: Paragraph) -> None:
    """Makes a paragraph begin at the right, if it is in such a script."""
    if paragraph.is_right_to_left:
        etree.SubElement(written._p.get_or_add_pPr(), qn("w:bidi"))
        for run in written.runs:
            run.font.rtl = True


def _paragraphs(blocks: Iterable[Block]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Table):
            yield from (cell for row in block.rows for cell in row)
        else:
            yield block
