"""What must survive is looked for, in whatever form it may rightly take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.guard.restoration import repair_verbatim
from tarjama_server.guard.verbatim import LostKind, check, find_verbatim
from tarjama_server.text.tracked import TrackedText


def repaired_text(source: str, translation: str) -> str | None:
    untracked: TrackedText[None] = TrackedText.of(translation)
    repaired = repair_verbatim(source, untracked)
    return repaired.text if repaired else None


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("بلغ العدد ١٬٢٣٤٫٥ طن", "It was 1,234.5 tonnes"),
        ("بلغ العدد 1.234,5 طن", "It was 1234.5 tonnes"),
        ("بلغت النسبة ٣٫٥٪", "It came to 3.5 per cent"),
        ("حضر 10000 شخص", "10 000 people came"),
        ("بعد 3 أيام", "After three days"),
        ("بعد 25 عاما", "After twenty-five years"),
        ("المرتبة 3", "Third place"),
        ("مرت 5 ملايين سنة", "5,000,000 years went by"),
        ("مرت 5,000,000 سنة", "Five million years went by"),
        ("نحو 1.5 مليون", "About 1,500,000"),
        ("في 12/5/2020", "On 12 May 2020"),
        ("في الساعة 15:30", "At 3.30 p.m."),
        ("في الساعة 06:30", "At 0630 hours"),
        ("في الساعة 15:00", "At 3 o'clock"),
        ("موسم 2010-2011", "The 2010/11 season"),
        ("في عام 1998", "In '98"),
        ("لويس 14", "Louis XIV"),
        ("تفوق 5-3", "Won 5–3"),
        ("حوالي 24 جائزة", "Some two-dozen awards"),
        ("المحرك A380", "The A380 engine"),
        ("في القرن الثالث عشر", "In the 13th century"),
        ("ألف وتسعمائة وخمسة وتسعين", "1995"),
        ("في الثالث و العشرين من أغسطس", "On August 23"),
        ("في سبعينيات القرن الماضي", "In the 1970s"),
        ("ساعة ونصف", "1.5 hours"),
        ("مليون ونصف مليون", "1,500,000"),
        ("قبل يومين", "2 days ago"),
        ("مئة وعشرون مليون نسمة", "120 million people"),
        ("في المرحلتين الحادية عشرة والثانية عشرة", "In stages 11 and 12"),
    ],
)
def test_numbers_may_change_their_form(source: str, translation: str) -> None:
    report = check(source, translation)
    assert report.numbers_ok
    assert report.missing == ()


@pytest.mark.parametrize(
    ("source", "translation", "lost"),
    [
        ("بلغ العدد 1234", "It was 1243", "1234"),
        ("بلغ العدد ١٢٣٤", "It was large", "١٢٣٤"),
        ("بلغت النسبة 50٪ منهم", "It came to 50 of them", "50"),
        ("انتصر 5-3", "Won 5-2", "3"),
        ("في عام 1998", "In 1999", "1998"),
        ("الساعة 8:46", "At 8:45", "46"),
        ("اشترى 17 كتابا", "He bought seven books", "17"),
        ("بقيمة 3 ملايين", "Worth 30 million", "3"),
        ("بقيمة 3 ملايين", "Worth 3 billion", "3"),
    ],
)
def test_a_changed_or_missing_number_is_lost(source: str, translation: str, lost: str) -> None:
    report = check(source, translation)
    assert not report.numbers_ok
    assert [source[item.start : item.end] for item in report.missing] == [lost]
    assert report.missing[0].kind is LostKind.NUMBER


@pytest.mark.parametrize(
    ("source", "translation", "invented"),
    [
        ("غادر الجنود العراق", "The 500 soldiers left Iraq", "500"),
        ("تاركة وراءها ألف جندي", "Leaving 5,000 soldiers behind", "5,000"),
        ("ولد في عام 1990", "Born in 1990, died in 2001", "2001"),
    ],
)
def test_a_number_without_any_source_is_invented(
    source: str, translation: str, invented: str
) -> None:
    report = check(source, translation)
    assert not report.numbers_ok
    assert [translation[start:end] for start, end in report.invented] == [invented]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://example.org/a/b?c=1&d=%20", LostKind.URL),
        ("www.example.com", LostKind.URL),
        ("example.com.eg/news", LostKind.URL),
        ("first.last+tag@mail.example.org", LostKind.EMAIL),
        ("@tarjama_app", LostKind.HANDLE),
        ("#Baghdad", LostKind.TAG),
        ("`pip install tarjama`", LostKind.CODE),
        ("/etc/hosts", LostKind.CODE),
        (r"C:\Temp\file", LostKind.CODE),
        ("read_me()", LostKind.CODE),
        ("report.pdf", LostKind.CODE),
        ("--force", LostKind.CODE),
        ("COVID-19", LostKind.LATIN),
        ("AT&T", LostKind.LATIN),
        ("Zoë", LostKind.LATIN),
        ("😀", LostKind.EMOJI),
        ("👩‍👧", LostKind.EMOJI),
        ("👍🏽", LostKind.EMOJI),
        ("🇮🇶", LostKind.EMOJI),
    ],
)
def test_what_must_survive_is_found_whole(text: str, kind: LostKind) -> None:
    source = f"انظر {text}، ثم عد."
    found = [(item.kind, source[item.start : item.end]) for item in find_verbatim(source)]
    assert found == [(kind, text)]
    assert [item.kind for item in check(source, "See and come back.").missing] == [kind]
    report = check(source, f"See {text}, then come back.")
    assert report.missing == ()
    assert report.numbers_ok


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("شبكة Wi-Fi", "The wifi network"),
        ("شركة USA", "A U.S.A. company"),
        ("قصر Élysée", "The Elysee palace"),
        ("سرعته 90 km/h", "It does 90 kilometres per hour"),
        ('الحرف "Õ/õ"', 'The letter "Õ/õ"'),
        ("وسم #العراق", "The tag #Iraq"),
        ("و/أو 1/2", "And/or 1/2"),
        ("قلب ❤️", "A heart ❤"),
        ("نفذ `ls`", "Run ls"),
    ],
)
def test_names_and_the_like_may_change_their_look(source: str, translation: str) -> None:
    assert check(source, translation).missing == ()


def test_short_names_are_not_found_inside_words() -> None:
    assert [item.kind for item in check("قسم IT", "The section in Italy").missing] == [
        LostKind.LATIN
    ]


@pytest.mark.parametrize(
    ("source", "translation", "repaired"),
    [
        (
            "زوروا https://www.example.com/a?id=1 اليوم",
            "Visit (https://ww.example.com/a@id=1), today",
            "Visit (https://www.example.com/a?id=1), today",
        ),
        ("زوروا www.example.com/x", "Visit www . example . com / x.", "Visit www.example.com/x."),
        ("راسل info@example.org", "Write to info @ exmaple.org!", "Write to info@example.org!"),
        ("صفحة Corcovado", "The Corcoado page", "The Corcovado page"),
        ("تابع @tarjama_app", "Follow @tarjamaapp", "Follow @tarjama_app"),
        ("😀 نص جميل 👍🏽🎉", "A nice text.", "😀 A nice text. 👍🏽🎉"),
    ],
)
def test_what_is_almost_right_is_put_back(source: str, translation: str, repaired: str) -> None:
    assert repaired_text(source, translation) == repaired
    assert check(source, repaired).missing == ()


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        pytest.param("شركة Microsoft", "A company", id="nothing like it"),
        pytest.param("نادي Austria", "A club in austere times", id="a plain word"),
        pytest.param("نظام centre", "The center", id="a word that has a translation"),
        pytest.param("في 5 😀 أيام", "In 5 days", id="emoji from the middle"),
        pytest.param("بلغ 1234", "It was 1243", id="a number"),
        pytest.param(
            "انظر http://a.example.com و http://b.example.com",
            "See http://a.example.com",
            id="another address stands there",
        ),
        pytest.param("انظر www.example.com", "See www.example.com", id="nothing missing"),
        pytest.param("", "", id="empty"),
    ],
)
def test_what_is_not_plain_is_left_to_be_flagged(source: str, translation: str) -> None:
    assert repaired_text(source, translation) is None


_pieces = st.lists(
    st.sampled_from(["نص", "١٢", "3.5", "https://a.example.com", "@name", "#tag", "😀", "Google"]),
    max_size=8,
).map(" ".join)


@given(_pieces, st.text(max_size=40))
def test_losses_lie_in_the_source_in_order(source: str, translation: str) -> None:
    spans = [(item.start, item.end) for item in check(source, translation).missing]
    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(source) for start, end in spans)


@given(st.text(max_size=60))
def test_a_copy_loses_nothing(text: str) -> None:
    assert check(text, text).missing == ()


@given(st.lists(st.integers(min_value=2, max_value=10**9), min_size=1, max_size=5))
def test_digits_that_come_through_are_never_reported(numbers: list[int]) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    source = " ثم ".join(str(number).translate(arabic) for number in numbers)
    report = check(source, " then ".join(f"{number:,}" for number in numbers))
    assert report.missing == ()
    assert report.numbers_ok


@given(_pieces, _pieces)
def test_a_repair_never_loses_more(source: str, translation: str) -> None:
    repaired = repaired_text(source, translation)
    if repaired is not None:
        assert len(check(source, repaired).missing) < len(check(source, translation).missing)
