"""What a caller wants said in a certain way."""

from __future__ import annotations

from dataclasses import dataclass

MAX_TERM_COUNT = 1000
"""Terms of a call or a bulk job, and as many phrases that are not to be translated."""

MAX_TERM_CHARACTERS = 200
"""Code points on either side of a term."""


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


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term found in a text: its span in code points, proclitics left out."""

    term: Term
    start: int
    end: int
