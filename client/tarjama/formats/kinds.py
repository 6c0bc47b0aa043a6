"""Tells by its name which file is converted before it is read. Loads nothing."""

from pathlib import Path

__all__ = ["converted_extension", "is_converted_first", "is_pdf"]

_CONVERTED = {
    ".doc": ".docx",
    ".dot": ".docx",
    ".fodt": ".docx",
    ".pdf": ".docx",
    ".rtf": ".docx",
    ".sxw": ".docx",
    ".odp": ".pptx",
    ".otp": ".pptx",
    ".pps": ".pptx",
    ".ppt": ".pptx",
    ".ods": ".xlsx",
    ".ots": ".xlsx",
    ".xls": ".xlsx",
    ".xlt": ".xlsx",
}


def is_converted_first(path: Path) -> bool:
    """Tells by its name whether a file must go through `ConvertedFormat` to be translated."""
    return path.suffix.lower() in _CONVERTED


def is_pdf(path: Path) -> bool:
    """Tells by its name whether a file is converted by ourselves, and not by LibreOffice."""
    return path.suffix.lower() == ".pdf"


def converted_extension(path: Path) -> str:
    """Gives the extension of what a file is converted to, such as `.docx`.

    Args:
        path: A file that `is_converted_first`.
    """
    return _CONVERTED[path.suffix.lower()]
