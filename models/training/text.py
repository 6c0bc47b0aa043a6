"""Cleans sentences, and tells plausible pairs from the rest."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Diacritics, tatweel, bidi controls and what is invisible: no translation depends on them.
_INVISIBLE: Final = re.compile(
    r"[\u0610-\u061a\u061c\u064b-\u065f\u0670\u06d6-\u06ed\u0640"
    r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SPACE: Final = re.compile(r"\s+")
_ARABIC: Final = re.compile(r"[\u0621-\u064a\u0671-\u06d3]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_WORD_CHARACTER: Final = re.compile(r"\w")

# Bounds that drop what is plainly no translation and keep terse or wordy ones: looked at on samples
# of documentation, UN text and phrases. Longer lines are paragraphs, not sentences.
_MAX_ARABIC_WORDS: Final = 110
_MAX_ENGLISH_WORDS: Final = 130
_MIN_LETTERS: Final = 2
_MIN_ARABIC_SHARE: Final = 0.45
_MIN_LATIN_SHARE: Final = 0.55
_MAX_ARABIC_IN_ENGLISH: Final = 0.1
_LENGTH_RATIOS: Final = (0.3, 2.0)
_MAX_ENGLISH_PER_ARABIC_WORDS: Final = 3.2
_MAX_ARABIC_PER_ENGLISH_WORDS: Final = 2.2
# Added to both sides of a ratio, so that short labels are not dropped for one word more or less.
_CHARACTER_ALLOWANCE: Final = 8
_WORD_ALLOWANCE: Final = 3


def clean(text: str) -> str:
    """Bring a sentence to NFKC with single spaces, without diacritics, tatweel and controls."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    # Line ends and tabs are controls too, but part words.
    text = "".join(char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    return _SPACE.sub(" ", text).strip()


def is_plausible_pair(arabic: str, english: str, *, lexical: bool = False) -> bool:
    """Say whether two clean sentences may be translations of each other.

    Each side must be mostly in its own script, neither a paragraph, and their lengths alike.

    Args:
        arabic: cleaned.
        english: cleaned.
        lexical: the pair is a term or a name, where one word may need many.
    """
    arabic_words, english_words = len(arabic.split()), len(english.split())
    if not (0 < arabic_words <= _MAX_ARABIC_WORDS and 0 < english_words <= _MAX_ENGLISH_WORDS):
        return False
    return (
        _is_mostly(_ARABIC, arabic, _MIN_ARABIC_SHARE)
        and _is_mostly(_LATIN, english, _MIN_LATIN_SHARE)
        and len(_ARABIC.findall(english)) <= _MAX_ARABIC_IN_ENGLISH * len(english)
        and _are_lengths_alike(arabic, english)
        and (lexical or _are_word_counts_alike(arabic_words, english_words))
    )


def _is_mostly(script: re.Pattern[str], text: str, least: float) -> bool:
    letters = len(script.findall(text))
    return letters >= max(_MIN_LETTERS, least * len(_WORD_CHARACTER.findall(text)))


def _are_lengths_alike(arabic: str, english: str) -> bool:
    ratio = (len(arabic) + _CHARACTER_ALLOWANCE) / (len(english) + _CHARACTER_ALLOWANCE)
    return _LENGTH_RATIOS[0] <= ratio <= _LENGTH_RATIOS[1]


def _are_word_counts_alike(arabic_words: int, english_words: int) -> bool:
    arabic, english = arabic_words + _WORD_ALLOWANCE, english_words + _WORD_ALLOWANCE
    return (
        english / arabic <= _MAX_ENGLISH_PER_ARABIC_WORDS
        and arabic / english <= _MAX_ARABIC_PER_ENGLISH_WORDS
    )
