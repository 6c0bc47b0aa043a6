"""Finds the remembered texts that are like a text."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from tarjama.formats.tags import plain_text
from tarjama.glossary.spelling import folded

__all__ = ["LEAST_PERCENT", "SimilarTexts", "comparable"]

LEAST_PERCENT = 75
"""Below this a translator is faster without the match: the usual threshold of CAT tools."""


def comparable(tagged: str) -> str:
    """Writes a text as it is compared: without codes, punctuation, vowel marks and such."""
    return folded(plain_text(tagged))


class SimilarTexts:
    """Texts to be searched. Kept in memory: 100,000 sentences take about 30 MB."""

    def __init__(self) -> None:
        """Begins with none."""
        self._texts: dict[int, str] = {}

    @property
    def last(self) -> int:
        """The greatest number of a text. 0 for none."""
        return next(reversed(self._texts), 0)

    def extend(self, texts: Iterable[tuple[int, str]]) -> None:
        """Takes texts, each with its number, in growing order, as `comparable` writes them."""
        self._texts.update(texts)

    def like(self, text: str, limit: int) -> list[tuple[int, int]]:
        """Finds the texts most like a text.

        Args:
            text: As `comparable` writes it.
            limit: How many to give at most.

        Returns:
            Numbers and whole percents, from `LEAST_PERCENT` on, best first. The percent is that
            of the characters which both texts have in one order.
        """
        found = process.extract(
            text, self._texts, scorer=fuzz.ratio, limit=limit, score_cutoff=LEAST_PERCENT
        )
        return [(number, int(percent)) for _, percent, number in found]
