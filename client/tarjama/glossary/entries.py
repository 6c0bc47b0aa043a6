"""A glossary: terms, and which of them a document needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from tarjama.glossary.spelling import folded, stem
from tarjama.options import GlossaryTerm

__all__ = ["MAX_TERMS", "MAX_TERM_CHARACTERS", "Glossary", "GlossaryEntry"]

MAX_TERMS = 1000
"""Terms that one call may carry: `TranslationOptions.glossary`."""
MAX_TERM_CHARACTERS = 200
"""Code points on either side of a term: `GlossaryTerm`."""


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """A line of a glossary.

    Attributes:
        source: The term in Arabic, without white space at its ends. Empty if the line lacks it.
        target: The term in English, likewise.
        note: What the glossary tells its reader.
        place: Where it stands: `line 7`, or `entry 7` of TBX.
    """

    source: str
    target: str
    note: str
    place: str

    @property
    def is_usable(self) -> bool:
        """Whether a server takes it."""
        return all(0 < len(side) <= MAX_TERM_CHARACTERS for side in (self.source, self.target))


@dataclass(frozen=True, slots=True)
class Glossary:
    """The entries of a file, in its order."""

    entries: tuple[GlossaryEntry, ...]

    def terms(self) -> tuple[GlossaryTerm, ...]:
        """The usable terms. Of several with one source the first holds."""
        first: dict[str, GlossaryEntry] = {}
        for entry in self.entries:
            if entry.is_usable:
                first.setdefault(folded(entry.source), entry)
        return tuple(GlossaryTerm(entry.source, entry.target) for entry in first.values())

    def terms_in(self, texts: Iterable[str]) -> tuple[GlossaryTerm, ...]:
        """The usable terms that may occur in any of some texts: none that does is missing."""
        text = "\n".join(map(folded, texts))
        return tuple(term for term in self.terms() if stem(term.source) in text)
