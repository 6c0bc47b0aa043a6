"""Lines as they stand from left to right, and as they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.pdf.ordering import logical_text, turned_brackets

ARABIC = st.text("ابتثجحخد", min_size=1)
LATIN = st.text("abcXYZ", min_size=1)
NUMBER = st.from_regex(r"[1-9]{1,3}([.,:/][1-9]{1,3})*", fullmatch=True)


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("بتك", "كتب"),
        ("World Bank ريرقت", "تقرير World Bank"),
        ("Python 3.11 عم", "مع Python 3.11"),
        ("١٢٬٣٤٥ ددع", "عدد ١٢٬٣٤٥"),
        ("٩:٣٠ 15/03/2024 موي", "يوم 15/03/2024 ٩:٣٠"),
        ("%12.5 ةدايزب", "بزيادة 12.5%"),
        (".https://example.org/ar عقوملا", "الموقع https://example.org/ar."),
        (")HTTP/2( عم", "مع (HTTP/2)"),
        ("gRPC (HTTP/2) ةهجاو", "واجهة gRPC (HTTP/2)"),
        # As LibreOffice writes it.
        ("gRPC )HTTP/2( ةهجاو", "واجهة gRPC (HTTP/2)"),
        ("٣٩-ساج", "جاس-٣٩"),
        ("", ""),
    ],
)
def test_a_line_from_right_to_left_is_read(shown: str, read: str) -> None:
    assert logical_text(tuple(shown), right_to_left=True) == read


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("The word بتك means books.", "The word كتب means books."),
        ("In 2024: ١٢ باتك, 3 more", "In 2024: كتاب ١٢, 3 more"),
    ],
)
def test_a_line_from_left_to_right_is_read(shown: str, read: str) -> None:
    assert logical_text(tuple(shown), right_to_left=False) == read


def test_a_ligature_is_one_sign() -> None:
    assert logical_text(("م", "لا", "س"), right_to_left=True) == "سلام"


@given(st.lists(st.tuples(ARABIC, st.one_of(LATIN, NUMBER)), min_size=1))
def test_arabic_words_between_others_are_read_in_turn(pairs: list[tuple[str, str]]) -> None:
    read = " ".join(f"{arabic} {other}" for arabic, other in pairs)
    shown = " ".join(f"{other} {arabic[::-1]}" for arabic, other in reversed(pairs))
    assert logical_text(tuple(shown), right_to_left=True) == read


@given(st.text("ابت abc 123 ١٢٣ .,:/-()«»%"), st.booleans())
def test_no_sign_is_lost_or_doubled(shown: str, right_to_left: bool) -> None:
    read = logical_text(tuple(shown), right_to_left=right_to_left)
    assert sorted(read.translate(SIDES)) == sorted(shown.translate(SIDES))


SIDES = str.maketrans(")»", "(«")


@pytest.mark.parametrize(
    ("shown", "turned"),
    [("(بتك) مث", ")بتك( مث"), ("f(x) «ةلاد»", "f(x) »ةلاد«"), ("abc (d)", "abc (d)")],
)
def test_brackets_among_arabic_are_turned(shown: str, turned: str) -> None:
    assert "".join(turned_brackets(tuple(shown))) == turned
