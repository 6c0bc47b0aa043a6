"""What the writer and the reader of review tables know it by."""

import hashlib

__all__ = ["COLUMNS", "UNTICKED", "digest", "qualified"]

COLUMNS = ("No.", "Arabic", "English", "Reviewed", "Remarks")
"""Headings. A program may restyle the table, but not move its columns."""

UNTICKED = "☐"
"""In the column of reviewed segments; anything else there means that it is."""

_NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "xml": "http://www.w3.org/XML/1998/namespace",
}


def qualified(name: str) -> str:
    """Gives the name that lxml knows an element or attribute by: `w:p`."""
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def digest(target: str) -> str:
    """Tells translations apart, as tagged text, but for the white space at their ends."""
    return hashlib.sha256(target.strip().encode("utf-8", "surrogatepass")).hexdigest()[:16]
