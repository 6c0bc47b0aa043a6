"""Glossaries and phrases that are not to be translated, checked and made ready to be found."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.alignment.words import find_words
from tarjama_server.api.status import invalid
from tarjama_server.glossary.matching import TermFinder
from tarjama_server.glossary.terms import MAX_TERM_CHARACTERS, MAX_TERM_COUNT, Term

# Neither a term nor its translation may begin a line: a translation has the lines of its source.
_BREAKING_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})


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
        _check_source(f"options.do_not_translate[{index}]", phrase)
        terms.append(Term.verbatim(phrase))
    for index, term in enumerate(options.glossary):
        _check_source(f"options.glossary[{index}].source", term.source)
        _check(f"options.glossary[{index}].target", term.target)
        terms.append(Term(term.source, term.target))
    return TermFinder(terms) if terms else None


def _check_count(field: str, values: Sequence[object]) -> None:
    if len(values) > MAX_TERM_COUNT:
        raise invalid(
            field,
            f"holds {len(values)} entries; the limit is {MAX_TERM_COUNT}. "
            "Send those that the text needs",
        )


def _check_source(field: str, text: str) -> None:
    _check(field, text)
    if not find_words(text):
        raise invalid(field, "holds no letter or digit, so it is no word to be found")


def _check(field: str, text: str) -> None:
    if not text.strip():
        raise invalid(field, f"is empty; send 1 to {MAX_TERM_CHARACTERS} characters")
    if len(text) > MAX_TERM_CHARACTERS:
        raise invalid(
            field, f"has {len(text)} characters; the limit is {MAX_TERM_CHARACTERS}. Shorten it"
        )
    for offset, character in enumerate(text):
        if unicodedata.category(character) in _BREAKING_CATEGORIES:
            raise invalid(
                field,
                f"holds U+{ord(character):04X} at code point {offset}; "
                "line ends and control characters are not part of a term",
            )
