"""Reads the glossary of a bulk job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tarjama_server.bulk.errors import InputFault
from tarjama_server.glossary.terms import MAX_TERM_COUNT, Term, find_fault


def read_glossary(path: Path) -> tuple[Term, ...]:
    """Read a file in UTF-8 with a term and its translation in each line, a tab between them.

    Raises:
        InputFault: it cannot be read, or the service would not take a line of it.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputFault(f"cannot read the glossary {path}: {error}") from error
    return _counted(str(path), _terms(path, lines))


def verbatim_terms(phrases: Sequence[str]) -> tuple[Term, ...]:
    """Make terms of phrases that are not to be translated.

    Raises:
        InputFault: the service would not take one of them.
    """
    for phrase in phrases:
        _check("the phrase of --do-not-translate", phrase, is_source=True)
    return _counted("--do-not-translate", map(Term.verbatim, phrases))


def _terms(path: Path, lines: Iterable[str]) -> Iterator[Term]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        source, tab, target = line.partition("\t")
        source, target = source.strip(), target.strip()
        place = f"line {number} of {path}"
        if not tab:
            raise InputFault(f"{place} has no tab between a term and its translation")
        _check(f"the term in {place}", source, is_source=True)
        _check(f"the translation in {place}", target, is_source=False)
        yield Term(source, target)


def _counted(place: str, terms: Iterable[Term]) -> tuple[Term, ...]:
    terms = tuple(terms)
    if len(terms) > MAX_TERM_COUNT:
        raise InputFault(f"{place} holds {len(terms)} entries; the limit is {MAX_TERM_COUNT}")
    return terms


def _check(name: str, text: str, *, is_source: bool) -> None:
    fault = find_fault(text, is_source=is_source)
    if fault is not None:
        raise InputFault(f"{name} {fault}")
