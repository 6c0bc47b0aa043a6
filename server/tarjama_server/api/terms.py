"""Glossaries and phrases that are not to be translated, checked and made ready to be found."""

from __future__ import annotations

from collections.abc import Sequence

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.api.status import invalid
from tarjama_server.glossary.matching import TermFinder
from tarjama_server.glossary.terms import MAX_TERM_COUNT, Term, find_fault


def read_terms(options: pb.TranslationOptions) -> TermFinder | None:
    """Check and read the glossary and the phrases that are not to be translated.

    Returns:
        What finds them; None when there are none.

    Raises:
        CallError: there are too many, or one is empty, too long or of no words.
    """
    _check_count("options.glossary", options.glossary)
    _check_count("options.do_not_translate", options.do_not_translate)
    terms = []
    for index, phrase in enumerate(options.do_not_translate):
        _check(f"options.do_not_translate[{index}]", phrase, is_source=True)
        terms.append(Term.verbatim(phrase))
    for index, term in enumerate(options.glossary):
        _check(f"options.glossary[{index}].source", term.source, is_source=True)
        _check(f"options.glossary[{index}].target", term.target, is_source=False)
        terms.append(Term(term.source, term.target))
    return TermFinder(terms) if terms else None


def _check_count(field: str, values: Sequence[object]) -> None:
    if len(values) > MAX_TERM_COUNT:
        raise invalid(
            field,
            f"holds {len(values)} entries; the limit is {MAX_TERM_COUNT}. "
            "Send those that the text needs",
        )


def _check(field: str, text: str, *, is_source: bool) -> None:
    fault = find_fault(text, is_source=is_source)
    if fault is not None:
        raise invalid(field, fault)
