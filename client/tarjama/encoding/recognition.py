"""What the first bytes of a document tell about its encoding."""

import codecs
from itertools import chain

from charset_normalizer import from_bytes

HEAD_BYTES = 4
"""Enough to see any byte order mark."""

PROBE_BYTES = 64
"""Enough to tell UTF-16 from binary: 32 characters."""

WINDOW_BYTES = 4096
"""The most evidence that is waited for before an 8-bit encoding is decided."""

# Line ends, tabs, form feeds, escapes and DOS' end-of-file mark stand in texts.
_CONTROLS = bytes(
    byte
    for byte in chain(range(0x20), (0x7F,))
    if byte not in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B)
)

# With 30 characters charset-normalizer 3.5.2 took ISO-8859-6 or MacArabic for Windows-1256 in 3 of
# 300 samples, with 40 or more in none of 900 (news, captions and encyclopaedia text).
_MIN_ARABIC_LETTERS = 32

# French letters and typographic signs stand among Arabic ones in Windows-1256, but are few.
_MIN_ARABIC_SHARE = 0.9

# At least this share of a text's UTF-16 units must be usual under one byte order, and
# at most `_MAX_OTHER_SHARE` under the other.
_MIN_USUAL_SHARE = 0.95
_MAX_OTHER_SHARE = 0.5
_MIN_UNITS = 3


def control_share(data: bytes) -> float:
    """Gives the share of control characters that do not stand in texts."""
    return 1 - len(data.translate(None, _CONTROLS)) / len(data) if data else 0.0


def multibyte_count(data: bytes) -> tuple[int, int | None]:
    """Reads bytes as UTF-8, as far as they are right.

    Returns:
        The count of characters that are not ASCII before the first wrong byte, and where that
        byte stands, or None if there is none. A character cut off at the end is not wrong.
    """
    wrong_at = None
    try:
        text = codecs.getincrementaldecoder("utf-8")("strict").decode(data)
    except UnicodeDecodeError as error:
        wrong_at = error.start
        text = data[:wrong_at].decode("utf-8")
    return sum(character > "\x7f" for character in text), wrong_at


def utf16_byte_order(data: bytes) -> str | None:
    """Tells UTF-16 without a byte order mark by its characters.

    Returns:
        `utf-16-le` or `utf-16-be` if the text is unmistakable under that byte order, else None.
    """
    data = data[: len(data) & ~1]
    if len(data) < 2 * _MIN_UNITS:
        return None
    little, big = (_usual_share(data, order) for order in ("little", "big"))
    if little >= _MIN_USUAL_SHARE and big <= _MAX_OTHER_SHARE:
        return "utf-16-le"
    if big >= _MIN_USUAL_SHARE and little <= _MAX_OTHER_SHARE:
        return "utf-16-be"
    return None


def _usual_share(data: bytes, order: str) -> float:
    low, high = (0, 1) if order == "little" else (1, 0)
    units = [row << 8 | cell for cell, row in zip(data[low::2], data[high::2], strict=True)]
    return sum(map(_is_usual, units)) / len(units)


def _is_usual(unit: int) -> bool:
    """Whether a UTF-16 unit is one that Arabic documents are made of."""
    if unit < 0x80:
        return bool(unit) and unit not in _CONTROLS
    # U+2000, the space of the other byte order, is left out of General Punctuation.
    blocks = ((0xA0, 0xFF), (0x600, 0x6FF), (0x2009, 0x206F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF))
    return any(first <= unit <= last for first, last in blocks)


def is_windows_1256(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 are surely Arabic in Windows-1256.

    Every byte means something in Windows-1256, so that it decodes proves nothing: the letters
    must be mostly Arabic, enough of them, and charset-normalizer must find that Windows-1256 makes
    better text of them than any other encoding does.
    """
    # Lines of plain ASCII say nothing about the encoding and would drown those that do.
    telling = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    letters = [c for c in telling.decode("cp1256") if c.isalpha() and not c.isascii()]
    arabic = sum("\u0600" <= letter <= "\u06ff" for letter in letters)
    if arabic < _MIN_ARABIC_LETTERS or arabic < _MIN_ARABIC_SHARE * len(letters):
        return False
    best = from_bytes(telling).best()
    return best is not None and best.encoding == "cp1256"
