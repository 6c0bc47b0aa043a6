"""Dirt of pasted Arabic, its removal, and offsets that stay true."""

import string
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.text.hygiene import Hygiene, clean

_TROUBLE = [
    *("&", ";", "#", "amp", "lt", "quot", "&amp;", "&lt;", "&zwnj;", "&nbsp;", "#39", "#1611"),
    *("#1620", "#1600", "ا", "ي", "ى", "ی", "ه", "هـ", "ـ", "ﻻ", "ﹱ", "ﷺ", "﷽", "ک", "گ"),
    *("\u064b", "\u0651", "\u0653", "\u0654", "\u0655", "\u0670", "\u06ed"),
    *("٣", "۴", "1", "٪", "٫", "٬", "،", "“", "’", "«", " ", "\n", "\t", "\u00a0", "\x00"),
    *("\u200b", "\u200c", "\u200d", "\u200f", "\u202b", "\u2069", "\ufeff", "👨", "👩", "❤\ufe0f"),
]
_texts = st.lists(st.sampled_from(_TROUBLE) | st.characters(exclude_categories=["Cs"])).map("".join)
_hygienes = st.builds(Hygiene, *[st.booleans()] * len(fields(Hygiene)))


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        pytest.param("ﻻ إﻟﻪ إلا ﷲ", "لا إله إلا الله", id="presentation forms and ligatures"),
        pytest.param("ﷺ", "صلى الله عليه وسلم", id="a phrase in one code point"),
        pytest.param("ﹷ ﹱ ﱠ", "  ", id="spacing marks leave no tatweel or space"),
        pytest.param("ا\u0653ن وا\u0654ن ا\u0655ن", "آن وأن إن", id="separate hamza and madda"),
        pytest.param("ا\u064e\u0654ن", "أن", id="separate hamza after a vowel"),
        pytest.param("عل\u06cc \u06a9تاب ھذا ٱلبيت", "علي كتاب هذا البيت", id="letter variants"),
        pytest.param("گوگل پاريس ڤيديو چاي", "گوگل پاريس ڤيديو چاي", id="foreign sounds stay"),
        pytest.param("مرحـــبا بـ 5", "مرحبا ب 5", id="tatweel in words"),
        pytest.param("1990 ـ 1995", "1990 - 1995", id="tatweel typed as a dash"),
        pytest.param("1442هـ، هـذا كتابهـ", "1442هـ، هذا كتابه", id="hijri year"),
        pytest.param("مُحَمَّدٌ رَحْمٰن", "محمد رحمن", id="diacritics"),
        pytest.param("٣٫٥٪ و١٬٢٣٤ و۴۵", "3.5% و1,234 و45", id="digits and separators"),
        pytest.param("نعم٫ لا", "نعم، لا", id="decimal mark typed as a comma"),
        pytest.param("\u200fنص\u200c\u202b هنا\ufeff", "نص هنا", id="invisible marks"),
        pytest.param("نص\u00a0هنا\u2003و\x00هناك", "نص هنا و هناك", id="odd spaces, controls"),
        pytest.param("👨\u200d👩 نص\u200d", "👨\u200d👩 نص", id="the joiner of an emoji stays"),
        pytest.param("&quot;نعم&#39;&nbsp;لا&amp;lt;", "\"نعم' لا<", id="entities"),
        pytest.param("&nosuch; AT&T; &#0; &", "&nosuch; AT&T; &#0; &", id="unknown entities stay"),
        pytest.param("“نعم” ‘لا’ «ربما»", "\"نعم\" 'لا' «ربما»", id="quotation marks"),
        pytest.param("سطر\r\n\tآخر\n", "سطر\r\n\tآخر\n", id="line ends and tabs stay"),
    ],
)
def test_dirt_is_cleaned(dirty: str, tidy: str) -> None:
    assert clean(dirty).text == tidy


@pytest.mark.parametrize(
    ("switch", "dirty"),
    [
        ("letter_forms", "ﻻ ا\u0653"),
        ("letter_variants", "کتاب"),
        ("tatweel", "مرحـبا"),
        ("diacritics", "مَرحبا"),
        ("digits", "٣٫٥٪"),
        ("invisible", "نص\u200f\u00a0"),
        ("entities", "&quot;"),
        ("quotes", "“"),
    ],
)
def test_each_switch_spares_its_kind(switch: str, dirty: str) -> None:
    only = {field.name: field.name != switch for field in fields(Hygiene)}
    if switch == "letter_forms":
        only["diacritics"] = False  # which would take a separate madda
    assert clean(dirty, Hygiene(**only)).text == dirty
    assert clean(dirty).text != dirty


def test_clean_text_comes_back_as_it_is() -> None:
    text = "قال الوزير إن الخطة، التي أعلنت أمس، ستنفذ في 2024."
    cleaned = clean(text)
    assert cleaned.text is text
    assert list(cleaned.source_offsets) == list(range(len(text)))


@given(_texts, _hygienes)
def test_cleaning_twice_is_cleaning_once(text: str, hygiene: Hygiene) -> None:
    once = clean(text, hygiene).text
    assert clean(once, hygiene).text == once


@given(_texts, _hygienes)
def test_offsets_never_decrease_and_lie_in_the_source(text: str, hygiene: Hygiene) -> None:
    cleaned = clean(text, hygiene)
    offsets = list(cleaned.source_offsets)
    assert len(offsets) == len(cleaned.text)
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


@given(_texts, _hygienes)
def test_spans_cover_the_source_and_neighbours_meet(text: str, hygiene: Hygiene) -> None:
    cleaned = clean(text, hygiene)
    if not cleaned.text:
        return
    size = len(cleaned.text)
    assert cleaned.to_source(0, size) == (0, len(text))
    for index in range(size):
        start, end = cleaned.to_source(index, index + 1)
        assert start < end
        after, _ = cleaned.to_source(index + 1, size)
        assert after in (end, start)  # the same place: two code points of one ligature


@given(_texts)
def test_plain_letters_map_to_themselves(text: str) -> None:
    cleaned = clean(text, Hygiene(entities=False))
    for char, offset in zip(cleaned.text, cleaned.source_offsets, strict=True):
        if char in string.ascii_letters:
            assert text[offset] == char


@given(st.lists(st.sampled_from(["مدرسة", "ﻣﺪرﺳﺔ", "مَدرسـة", "&#1605;درسة", "م\u200cدرسة"])))
def test_a_word_span_holds_the_word_as_it_was_written(words: list[str]) -> None:
    cleaned = clean(" ".join(words))
    at = 0
    for word in words:
        start, end = cleaned.to_source(at, at + len("مدرسة"))
        assert " ".join(words)[start:end] == word
        at += len("مدرسة") + 1


def test_a_chain_of_escapes_is_decoded_in_one_go() -> None:
    cleaned = clean("&" + "amp;" * 20_000 + "quot;")
    assert cleaned.text == '"'
    assert list(cleaned.source_offsets) == [0]
