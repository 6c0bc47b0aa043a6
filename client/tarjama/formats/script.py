"""Tells Arabic writing from other text."""

import re

__all__ = ["has_arabic"]

# The Unicode blocks of the Arabic script: letters, marks, digits and punctuation. U+FEFF, the byte
# order mark, ends the last block and is no writing.
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]")


def has_arabic(text: str) -> bool:
    """Tells whether anything in a text is in Arabic script, be it one digit or comma."""
    return _ARABIC.search(text) is not None
