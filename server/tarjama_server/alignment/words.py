"""What counts as a word where words are linked or replaced."""

from __future__ import annotations

from typing import TypeAlias

import regex

from tarjama_server.text.hygiene import Hygiene, clean

Span: TypeAlias = tuple[int, int]
"""Half-open, in code points."""

# After UAX #29, word boundaries: vowel marks and the joiners inside a word belong to it, as do
# the apostrophe of "don't" and the point of "3.5" and "U.S"; hyphens and slashes part words. Other
# than there, a full stop between two words that want a space (`قال.ثم`) parts them.
_LETTER = r"[\p{L}\p{N}\p{M}_]"
_WORD = regex.compile(
    rf"""
    [\p{{L}}\p{{N}}_]
    (?: {_LETTER}
      | \p{{Cf}}++ (?= {_LETTER})
      | (?<= \p{{L}}\p{{M}}*) ['’] (?= \p{{L}})
      | (?<= \p{{Lu}}) \. (?= \p{{Lu}})
      | (?<= \p{{N}}) [.,٫٬'’] (?= \p{{N}})
    )*+
    """,
    regex.VERBOSE,
)
_ENTITIES_ALONE = Hygiene(
    letter_forms=False,
    letter_variants=False,
    tatweel=False,
    diacritics=False,
    digits=False,
    invisible=False,
    quotes=False,
)


def find_words(text: str) -> list[Span]:
    """Find the words of a text: runs of letters and digits, with the marks inside them.

    Punctuation, symbols and emoji are in no word.
    """
    return [match.span() for match in _WORD.finditer(text)]


def find_source_words(text: str) -> list[Span]:
    """As `find_words`; an HTML entity is what it stands for, and not a word."""
    decoded = clean(text, _ENTITIES_ALONE)
    return [decoded.to_source(start, end) for start, end in find_words(decoded.text)]
