"""Writes pages of review, and reads saved ones."""

import base64
import hashlib
import json
import re
from html import escape
from importlib.resources import files
from pathlib import PurePosixPath
from string import Template
from typing import BinaryIO

from tarjama.review.errors import BadReview
from tarjama.review.model import ReviewedDocument
from tarjama.review.record import document_record, read_document

__all__ = ["RECORD", "read_html_review", "write_html_review"]

# As a browser writes it too: it keeps the order of attributes.
RECORD = re.compile(r'<script type="application/json" id="review">(.*?)</script>', re.DOTALL)


def write_html_review(target: BinaryIO, document: ReviewedDocument) -> None:
    """Writes a page to review a document in.

    A content security policy lets it run its own script and nothing else, and load nothing.

    Args:
        target: Takes the bytes.
        document: What to review.
    """
    # Nothing in the record can end the script element that holds it.
    record = json.dumps(document_record(document), ensure_ascii=False).replace("<", r"\u003c")
    style, script = (_part(name).strip() for name in ("page.css", "page.js"))
    page = Template(_part("page.html")).substitute(
        name=escape(PurePosixPath(document.source.path).name),
        review_id=hashlib.sha256(record.encode()).hexdigest(),
        style=style,
        style_hash=_policy_hash(style),
        script=script,
        script_hash=_policy_hash(script),
        record=record,
    )
    target.write(page.encode())


def read_html_review(data: bytes) -> ReviewedDocument:
    """Reads a page that `write_html_review` wrote, or that a reviewer saved from it.

    Raises:
        BadReview: it is no such page.
    """
    found = RECORD.search(data.decode("utf-8", errors="replace"))
    if found is None:
        raise BadReview("The page is no review: it lacks the record that Tarjama writes.")
    try:
        record = json.loads(found[1])
    except (ValueError, RecursionError) as error:
        raise BadReview("The review's record is damaged. Save the review anew.") from error
    return read_document(record)


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy_hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
