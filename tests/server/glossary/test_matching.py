from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.glossary.matching import TermFinder
from tarjama_server.glossary.terms import Term


def found(text: str, *terms: Term) -> list[str]:
    return [text[match.start : match.end] for match in TermFinder(terms).find(text)]


def term(source: str) -> Term:
    return Term(source, source)


@pytest.mark.parametrize(
    ("source", "text", "stretch"),
    [
        ("العراق", "في العراق.", "العراق"),
        ("العراق", "والعراق", "العراق"),
        ("العراق", "بالعراق", "العراق"),
        ("العراق", "للعراق", "لعراق"),
        ("العراق", "وللعراق", "لعراق"),
        ("عراق", "فبالعراق", "عراق"),
        ("عراق", "للعراق", "عراق"),
        ("اللغة", "للغة", "لغة"),
        ("الأمم المتحدة", "الامم\n  المتحده", "الامم\n  المتحده"),
        ("الأمم المتحدة", "و«الأمم المتحدة»", "الأمم المتحدة"),
        ("قوات أمريكية", "القوات الأمريكية", "قوات الأمريكية"),
        ("مُحَمَّد", "محمد", "محمد"),
        ("محمد", "مُحَمَّدٌ", "مُحَمَّدٌ"),
        ("مستشفى", "مستشفي", "مستشفي"),
        ("كتاب", "كتـــاب", "كتـــاب"),
        ("مسؤول", "مسوول", "مسوول"),
        ("ایران", "إيران", "إيران"),
        ("COVID-19", "لقاح Covid-19 الجديد", "Covid-19"),
        ("(أ)", "البند (أ) والبند (ب)", "(أ)"),
        ("السوق 24", "السوق ٢٤", "السوق ٢٤"),
    ],
)
def test_a_term_is_found_in_any_spelling_and_behind_proclitics(
    source: str, text: str, stretch: str
) -> None:
    assert found(text, term(source)) == [stretch]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("طن", "وطن"),
        ("عراق", "عراقي"),
        ("الأمم المتحدة", "الأمم، المتحدة"),
        ("الأمم المتحدة", "الأمم الآسيوية المتحدة"),
        ("رجل", "الأرجل"),
        ("العراق", ""),
    ],
)
def test_no_term_is_found_in_part_of_a_word_or_across_marks(source: str, text: str) -> None:
    assert found(text, term(source)) == []


def test_the_first_and_longest_term_is_found_and_none_overlap() -> None:
    terms = map(term, ["مجلس", "مجلس الأمن", "الأمن القومي", "الأمن"])
    assert found("قرر مجلس الأمن القومي حفظ الأمن", *terms) == ["مجلس الأمن", "الأمن"]


def test_of_terms_found_alike_the_first_given_holds() -> None:
    (match,) = TermFinder([Term("أحمد", "Ahmad"), Term("احمد", "Ahmed")]).find("احمد")
    assert match.term.target == "Ahmad"


@pytest.mark.parametrize(
    ("phrase", "text", "stretches"),
    [
        ("Tarjama", "خدمة Tarjama وTarjama", ["Tarjama", "Tarjama"]),
        ("Tarjama", "بـTarjama", ["Tarjama"]),
        ("Tarjama", "tarjama Tarjamas", []),
        ("بي بي سي", "قناة بي  بي سي", ["بي  بي سي"]),
        ("أحمد", "احمد", []),
        ("C++", "لغة C++ و C", ["C++"]),
        ("@tarjama", "تابع @tarjama", ["@tarjama"]),
    ],
)
def test_a_phrase_is_found_as_it_is_spelt(phrase: str, text: str, stretches: list[str]) -> None:
    assert found(text, Term.verbatim(phrase)) == stretches


def test_a_phrase_comes_before_a_term_in_the_same_place() -> None:
    (match,) = TermFinder([term("العراق"), Term.verbatim("العراق")]).find("العراق")
    assert match.term.is_verbatim


_pieces = ["العراق", "و", "ال", "لل", "مُحمد", " ", "،", "ـ", "Covid-19", "&amp;", "ﻻ", "\u200f"]


@given(st.lists(st.sampled_from(_pieces), max_size=12).map("".join))
def test_matches_are_in_order_and_within_the_text(text: str) -> None:
    terms = [term("عراق"), term("محمد"), Term.verbatim("Covid"), term("لا")]
    spans = [(match.start, match.end) for match in TermFinder(terms).find(text)]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
