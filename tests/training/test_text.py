import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.training.text import clean, is_plausible_pair


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("مُحَمَّدٌ", "محمد"),
        ("الـعـربـية", "العربية"),
        ("سلام\u200f (test)\u202c", "سلام (test)"),
        ("ﻻ", "لا"),
        ("سطر\nوسطر\tثالث", "سطر وسطر ثالث"),
        ("  two\u00a0\u2003spaces ", "two spaces"),
        ("bell\u0007 and soft\u00adhyphen", "bell and softhyphen"),
        ("٣ أيام", "٣ أيام"),
    ],
)
def test_cleaning_keeps_what_is_translated(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text())
def test_clean_text_is_one_trimmed_line(raw: str) -> None:
    cleaned = clean(raw)
    assert cleaned.splitlines() in ([], [cleaned])
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned


@pytest.mark.parametrize(
    ("arabic", "english"),
    [
        ("ذهب الولد إلى المدرسة.", "The boy went to school."),
        ("تعطيل Wi-Fi", "Turn off Wi-Fi"),
        ("نعم", "Yes, of course"),
        ("وسيكتبونها", "And they will write it"),
    ],
)
def test_translations_are_plausible(arabic: str, english: str) -> None:
    assert is_plausible_pair(arabic, english)


@pytest.mark.parametrize(
    ("arabic", "english"),
    [
        pytest.param("", "Nothing.", id="one side empty"),
        pytest.param("Copied, not translated.", "Copied, not translated.", id="no Arabic"),
        pytest.param("ذهب الولد إلى المدرسة.", "ذهب الولد إلى المدرسة.", id="no English"),
        pytest.param("١٢٣ - ٤٥٦", "123 - 456", id="no letters"),
        pytest.param("نعم", "Yes, and then they all went home together", id="too long for it"),
        pytest.param("كلمة " * 111, "word " * 111, id="a paragraph"),
        pytest.param("see the manual page هنا", "See the manual page here", id="mostly Latin"),
        pytest.param("هذا نص طويل بعض الشيء", "This text كتاب كتاب is long", id="mixed"),
    ],
)
def test_what_is_plainly_no_translation_is_implausible(arabic: str, english: str) -> None:
    assert not is_plausible_pair(arabic, english)


def test_a_term_may_need_many_words() -> None:
    term = ("استقصاء", "to look at it in all of the ways it is")
    assert is_plausible_pair(*term, lexical=True)
    assert not is_plausible_pair(*term)
