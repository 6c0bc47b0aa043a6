"""Finds what is wrong with a glossary."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto

from tarjama.formats.script import has_arabic
from tarjama.formats.wording import listed
from tarjama.glossary.entries import MAX_TERM_CHARACTERS, Glossary, GlossaryEntry
from tarjama.glossary.spelling import folded

__all__ = ["Problem", "ProblemKind", "find_problems"]


class ProblemKind(StrEnum):
    """What is wrong."""

    CONFLICT = auto()
    """One Arabic term has several English ones: the first is used."""
    DUPLICATE = auto()
    """The same term comes again."""
    EMPTY = auto()
    """One side is missing: the entry is not used."""
    TOO_LONG = auto()
    """A side is longer than a server takes: the entry is not used."""
    NOT_ARABIC = auto()
    """The Arabic side is in another script."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with some entries.

    Attributes:
        kind: What it is.
        entries: Those it is about; of conflicts and duplicates all, in the file's order.
        message: The same as a sentence, with the entries' places.
    """

    kind: ProblemKind
    entries: tuple[GlossaryEntry, ...]
    message: str


def find_problems(glossary: Glossary) -> list[Problem]:
    """Finds conflicts, duplicates and entries that cannot be used. Empty if all is well."""
    return [*_unusable(glossary), *_clashes(glossary)]


def _unusable(glossary: Glossary) -> Iterator[Problem]:
    for entry in glossary.entries:
        sides = {"Arabic": entry.source, "English": entry.target}
        for side, text in sides.items():
            if not text:
                yield Problem(
                    ProblemKind.EMPTY, (entry,), f"{entry.place}: the {side} side is empty."
                )
            elif len(text) > MAX_TERM_CHARACTERS:
                yield Problem(
                    ProblemKind.TOO_LONG,
                    (entry,),
                    f"{entry.place}: the {side} side has {len(text)} characters; "
                    f"the limit is {MAX_TERM_CHARACTERS}.",
                )
        if entry.source and not has_arabic(entry.source):
            yield Problem(
                ProblemKind.NOT_ARABIC,
                (entry,),
                f"{entry.place}: {entry.source!r} is not in Arabic script.",
            )


def _clashes(glossary: Glossary) -> Iterator[Problem]:
    entries_of: defaultdict[str, list[GlossaryEntry]] = defaultdict(list)
    for entry in glossary.entries:
        if entry.is_usable:
            entries_of[folded(entry.source)].append(entry)
    for entries in entries_of.values():
        if len(entries) == 1:
            continue
        targets = dict.fromkeys(entry.target for entry in entries)
        places = listed([entry.place for entry in entries])
        if len({target.casefold() for target in targets}) > 1:
            yield Problem(
                ProblemKind.CONFLICT,
                tuple(entries),
                f"{places}: one Arabic term has several translations, "
                f"{listed([repr(target) for target in targets])}; the first is used.",
            )
        else:
            yield Problem(
                ProblemKind.DUPLICATE, tuple(entries), f"{places}: the same term comes again."
            )
