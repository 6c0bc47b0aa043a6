"""Spellings of Arabic that count as the same."""

import re
import unicodedata

__all__ = ["folded", "stem"]

# Hamza on its carriers, final forms and Persian letters: writers mix these freely.
_FOLDED = str.maketrans("أإآٱؤئىةیک", "ااااوييهيك")
_TATWEEL = "\u0640"
_ARTICLE = "ال"
_LEAST_STEM = 2


def folded(text: str) -> str:
    """Writes a text so that spellings which a server takes for the same term are equal.

    Vowel marks, tatweel, invisible characters and punctuation go; so do the differences of alef,
    hamza, final ya and ta marbuta, of presentation forms, of kinds of digits, and of case.
    """
    letters = []
    for character in unicodedata.normalize("NFKC", text).translate(_FOLDED).casefold():
        category = unicodedata.category(character)
        if category == "Nd":
            letters.append(str(unicodedata.digit(character)))
        elif category[0] == "L" and character != _TATWEEL:
            letters.append(character)
        elif category[0] not in "MC" and character != _TATWEEL:
            letters.append(" ")
    return re.sub(" +", " ", "".join(letters)).strip()


def stem(term: str) -> str:
    """The beginning of a term as it stands in any text that has it, however the text joins it.

    Prepositions swallow the article's alef (الوزارة, للوزارة), so the first word is taken without.
    """
    first = folded(term).partition(" ")[0]
    short = first.removeprefix(_ARTICLE)
    return short if len(short) >= _LEAST_STEM else first
