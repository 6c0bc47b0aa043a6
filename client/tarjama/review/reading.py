"""Reads reviews, in whatever kind of file."""

import json
from pathlib import Path

from tarjama.formats.content import FileContent
from tarjama.formats.errors import BadFile
from tarjama.review.docx import read_docx_review
from tarjama.review.errors import BadReview
from tarjama.review.html import read_html_review
from tarjama.review.model import ReviewedDocument
from tarjama.review.record import read_document
from tarjama.review.xliff import read_xliff_review

__all__ = ["read_review"]


def read_review(path: Path) -> ReviewedDocument:
    """Reads a reviewed file: a page, a Word document, XLIFF, or JSON saved from a page.

    Raises:
        BadReview: it cannot be opened, or is no review.
    """
    try:
        content = FileContent.of(path)
    except BadFile as error:
        raise BadReview(str(error)) from error
    head = content.text_head.lstrip().lower()
    if content.is_package:
        return read_docx_review(content.data)
    if head.startswith("{"):
        return read_document(_json(content.data))
    if head.startswith("<!doctype html") or head.startswith("<html"):
        return read_html_review(content.data)
    if head.startswith("<"):
        return read_xliff_review(content.data)
    raise BadReview(
        "The file is no review: it is neither a page, a Word document, XLIFF nor JSON. "
        "Give a file that `tarjama translate` wrote to be reviewed."
    )


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadReview("The review's record is damaged. Save the review anew.") from error
