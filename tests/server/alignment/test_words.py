import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.alignment.words import find_source_words, find_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("قال الرجل: «نعم»، ثم ذهب.", ["قال", "الرجل", "نعم", "ثم", "ذهب"]),
        ("مُحَمَّدٌ كتـــاب", ["مُحَمَّدٌ", "كتـــاب"]),
        ("بلغ ١٬٢٣٤٫٥ و 3.5٪", ["بلغ", "١٬٢٣٤٫٥", "و", "3.5"]),
        ("قال.ثم ذهب", ["قال", "ثم", "ذهب"]),
        (
            "The U.S. didn't well-known O’Neil's",
            ["The", "U.S", "didn't", "well", "known", "O’Neil's"],
        ),
        ("می\u200cخواهم\u200f نص", ["می\u200cخواهم", "نص"]),
        ("😀 — … \n", []),
        ("", []),
    ],
)
def test_words_are_letters_and_digits_with_what_is_inside_them(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in find_words(text)] == words


@given(st.text("aب1 .'’-ـَ\u200f😀\n", max_size=30))
def test_every_letter_and_digit_is_in_one_word(text: str) -> None:
    words = find_words(text)
    covered = [at for start, end in words for at in range(start, end)]
    assert covered == sorted(set(covered))
    assert {at for at, each in enumerate(text) if each.isalnum()} <= set(covered)
    assert all(text[start].isalnum() or text[start] == "_" for start, _ in words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("قال &quot;نعم&quot;", ["قال", "نعم"]),
        ("AT&amp;T &#1602;&#1575;&#1604;", ["AT", "T", "&#1602;&#1575;&#1604;"]),
        ("مُحَمَّدٌ &nosuchentity; ﻻ", ["مُحَمَّدٌ", "nosuchentity", "ﻻ"]),
    ],
)
def test_entities_of_a_source_are_what_they_stand_for(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in find_source_words(text)] == words
