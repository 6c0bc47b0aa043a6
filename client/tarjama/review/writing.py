"""Writes reviews, in whatever kind of file."""

from datetime import datetime
from enum import StrEnum, auto
from io import BytesIO
from typing import BinaryIO

from tarjama.review.docx import write_docx_review
from tarjama.review.html import write_html_review
from tarjama.review.model import ReviewedDocument
from tarjama.review.tmx import write_tmx_review
from tarjama.review.xliff import write_xliff_review

__all__ = ["ReviewForm", "write_review"]


class ReviewForm(StrEnum):
    """A kind of file to review in."""

    HTML = auto()
    """A page for any browser, which stands by itself."""

    DOCX = auto()
    """A table for any word processor."""

    XLIFF = auto()
    """For any CAT tool."""

    TMX = auto()
    """For the translation memory of any CAT tool. It cannot be merged."""

    @property
    def extension(self) -> str:
        """The file name extension, with its dot."""
        return ".xlf" if self is ReviewForm.XLIFF else f".{self.value}"


def write_review(
    target: BinaryIO, document: ReviewedDocument, form: ReviewForm, *, written_at: datetime
) -> None:
    """Writes a document for its reviewer.

    Args:
        target: Takes the bytes; only its `write` is called.
        document: What to review.
        form: The kind of file.
        written_at: The date that the file gives, with a time zone.
    """
    # Archives are written to and fro.
    buffer = BytesIO()
    if form is ReviewForm.HTML:
        write_html_review(buffer, document)
    elif form is ReviewForm.DOCX:
        write_docx_review(buffer, document, written_at=written_at)
    elif form is ReviewForm.XLIFF:
        write_xliff_review(document, buffer)
    else:
        write_tmx_review(buffer, document, written_at=written_at)
    target.write(buffer.getbuffer())
