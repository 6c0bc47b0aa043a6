"""The Arabic side's normalization, which `source.spm` carries with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

# Beyond it are no characters that NFKC changes, save unassigned ones.
_LAST_CODE_POINT: Final = 0x2FFFF
_SURROGATES: Final = range(0xD800, 0xE000)
# Latin letters that come as a letter and a combining accent. The rest of NFKC works on one
# character at a time; rules for every sequence would be many thousands.
_COMPOSED_LATIN: Final = (range(0xC0, 0x250), range(0x1E00, 0x1F00))

_DELETED: Final = (
    range(0x01, 0x20),  # controls, except those that are spaces
    range(0x7F, 0xA0),
    range(0xAD, 0xAE),  # soft hyphen
    range(0x610, 0x61B),  # Arabic signs above and below
    range(0x61C, 0x61D),  # bidi control
    range(0x640, 0x641),  # tatweel
    range(0x64B, 0x660),  # vowels, shadda, sukun
    range(0x670, 0x671),  # alef above
    range(0x6D6, 0x6EE),  # Quranic signs
    range(0x200B, 0x2010),  # zero-width characters and bidi controls
    range(0x202A, 0x202F),
    range(0x2060, 0x206A),
    range(0xFEFF, 0xFF00),
)
_SPACES: Final = (
    "\t\n\r\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_FOLDED: Final = {
    # One alef and one yeh: writers leave out the hamza and the dots as they please.
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ى": "ي",
    # Persian and Urdu keyboards, and letters for sounds that Arabic lacks.
    "ی": "ي",
    "ک": "ك",
    "گ": "ك",
    "پ": "ب",
    "چ": "ج",
    "ڤ": "ف",
    "ہ": "ه",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "٪": "%",
    "٫": ".",
    "٬": ",",
}
_ARABIC_ZERO: Final = 0x660
_PERSIAN_ZERO: Final = 0x6F0


def normalization_rules() -> dict[str, str]:
    """Make the rules: NFKC, no diacritics or tatweel, one alef, Western digits.

    Returns:
        What each character, or Latin letter with its combining accents, becomes. What is in no
        rule stays. No rule's outcome is changed by another rule.
    """
    rules = {
        char: normal
        for char in map(chr, range(0x80, _LAST_CODE_POINT + 1))
        if ord(char) not in _SURROGATES and (normal := unicodedata.normalize("NFKC", char)) != char
    }
    rules |= {chr(code): "" for codes in _DELETED for code in codes}
    rules |= dict.fromkeys(_SPACES, " ")
    rules |= _FOLDED
    for digit in range(10):
        rules[chr(_ARABIC_ZERO + digit)] = rules[chr(_PERSIAN_ZERO + digit)] = str(digit)
    for char in (chr(code) for codes in _COMPOSED_LATIN for code in codes):
        parts = unicodedata.normalize("NFD", char)
        if len(parts) > 1 and unicodedata.normalize("NFC", parts) == char:
            rules[parts] = char
    # Outcomes of NFKC may be letters that are folded: ﺇ becomes إ and then ا.
    return {source: normalize(outcome, rules) for source, outcome in rules.items()}


def normalize(text: str, rules: Mapping[str, str]) -> str:
    """Apply the rules for single characters, without squeezing spaces as SentencePiece does."""
    return "".join(rules.get(char, char) for char in text)


def write_rules(rules: Mapping[str, str], path: Path) -> None:
    """Write the rules as code points in hex, for SentencePiece's `normalization_rule_tsv`."""
    lines = (f"{_in_hex(source)}\t{_in_hex(target)}\n" for source, target in sorted(rules.items()))
    path.write_text("".join(lines), encoding="ascii")


def _in_hex(text: str) -> str:
    return " ".join(f"{ord(char):X}" for char in text)
