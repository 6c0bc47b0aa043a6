"""Letters of a PDF and where they stand."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum, auto

__all__ = ["UNKNOWN", "Failure", "Glyph", "Page", "readable"]

UNKNOWN = "\ufffd"
"""Stands for a letter of which the PDF does not say what it is."""

# Ligatures and letters by their shape, which PDF programs give instead of letters.
_SHAPES = ((0xFB00, 0xFDFF), (0xFE70, 0xFEFC))
# How Word and LibreOffice write list marks in symbol fonts.
_BULLETS = "\uf0b7\uf0a7\uf0d8\uf0fc\uf076\uf02d"


@dataclass(frozen=True, slots=True)
class Glyph:
    """One sign on a page. Places are in points, from the page's left and bottom.

    Attributes:
        text: What it stands for, in reading order: mostly one letter, several for a ligature.
        left: Where it begins.
        right: Where it ends, which is where it begins for a sign over another.
        baseline: The height of the line that it stands on.
        size: The height of its font.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float

    @property
    def is_mark(self) -> bool:
        """Whether it stands over or under another, as short vowels do."""
        return all(unicodedata.combining(letter) for letter in self.text)


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        glyphs: Its upright signs, in the order of the file, which need not be that of reading.
        tilted_count: How many signs were left out, since they do not stand upright.
    """

    glyphs: tuple[Glyph, ...]
    tilted_count: int = 0

    @property
    def known_glyphs(self) -> list[Glyph]:
        """The signs of which the file says what they stand for."""
        return [glyph for glyph in self.glyphs if glyph.text != UNKNOWN]


class Failure(StrEnum):
    """Why a PDF was not read."""

    BROKEN = auto()
    ENCRYPTED = auto()
    TOO_LARGE = auto()


def readable(text: str) -> str:
    """Gives what a PDF says that a sign stands for as letters of plain text.

    Returns:
        The letters; `UNKNOWN` in place of what is no letter; empty for what is not to be seen.
    """
    return "".join(map(_letter, text))


def _letter(character: str) -> str:
    if any(first <= ord(character) <= last for first, last in _SHAPES):
        # The shape of a short vowel by itself has a space to stand on.
        return unicodedata.normalize("NFKC", character).strip()
    if character in _BULLETS:
        return "•"
    if character.isspace():
        return " "
    kind = unicodedata.category(character)
    if kind in ("Co", "Cn", "Cc", "Cs"):
        return UNKNOWN
    return "" if kind == "Cf" else character
