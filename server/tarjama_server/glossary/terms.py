"""What a caller wants said in a certain way."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from tarjama_server.alignment.words import find_words

MAX_TERM_COUNT = 1000
"""Terms of a call or a bulk job, and as many phrases that are not to be translated."""

MAX_TERM_CHARACTERS = 200
"""Code points on either side of a term."""

# Neither a term nor its translation may begin a line: a translation has the lines of its source.
_BREAKING_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it is to be called in the translation.

    Attributes:
        source: as it stands in the source, in any spelling that `matching` takes for the same.
        target: its translation. Of a phrase that is not to be translated, the phrase.
        is_verbatim: whether it is such a phrase. It is found only as it is spelt.
    """

    source: str
    target: str
    is_verbatim: bool = False

    @classmethod
    def verbatim(cls, phrase: str) -> Term:
        """A phrase that is not to be translated."""
        return cls(phrase, phrase, is_verbatim=True)


def find_fault(text: str, *, is_source: bool) -> str | None:
    """Say what is wrong with one side of a term, as what follows its name; None if nothing is.

    Args:
        text: the term or its translation.
        is_source: whether it is to be found in texts.
    """
    if not text.strip():
        return f"is empty; it needs 1 to {MAX_TERM_CHARACTERS} characters"
    if len(text) > MAX_TERM_CHARACTERS:
        return f"has {len(text)} characters; the limit is {MAX_TERM_CHARACTERS}. Shorten it"
    for offset, character in enumerate(text):
        if unicodedata.category(character) in _BREAKING_CATEGORIES:
            return (
                f"holds U+{ord(character):04X} at code point {offset}; "
                "line ends and control characters are not part of a term"
            )
    if is_source and not find_words(text):
        return "holds no letter or digit, so it is no word to be found"
    return None


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term found in a text: its span in code points, proclitics left out."""

    term: Term
    start: int
    end: int
