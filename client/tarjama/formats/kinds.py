"""Tells by its name which file is converted before it is read. Loads nothing."""

from pathlib import Path

__all__ = ["PDF", "converted_extension", "is_converted_first"]

_CONVERTED = {
    ".doc": ".docx",
    ".dot": ".docx",
    ".fodt": ".docx",
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
PDF = ".pdf"
"""Never converted, but refused by the same room, which says what to do."""


def is_converted_first(path: Path) -> bool:
    """Tells by its name whether a file must go through `conversion.convert` to be translated."""
    return path.suffix.lower() in {*_CONVERTED, PDF}


def converted_extension(path: Path) -> str:
    """Gives the extension of what `conversion.convert` makes of a file, such as `.docx`.

    Args:
        path: A file that `is_converted_first`.
    """
    return _CONVERTED.get(path.suffix.lower(), ".docx")
