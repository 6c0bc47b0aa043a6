"""What formulas quote and name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.xlsx.formulas import Names, literals, rename, replace_literal

NAMES = Names(
    sheets={"ورقة1": "Sales", "ورقة 2": "Year's end", "b": "C"},
    columns={"جدول": {"السعر": "Price", "المجموع (كلي)": "Total [net]", "كمية": "a,b"}},
)


@pytest.mark.parametrize(
    ("formula", "quoted"),
    [
        ('IF(A1="نعم","لا ""أبداً""","")', ["نعم", 'لا "أبداً"', ""]),
        ('\'ورقة "1"\'!A1&"نص"', ["نص"]),
        ("SUM(A1:B2)", []),
        ('{"أ","ب"}', ["أ", "ب"]),
    ],
)
def test_quoted_text_is_found(formula: str, quoted: list[str]) -> None:
    assert literals(formula) == quoted


@pytest.mark.parametrize(
    ("formula", "renamed"),
    [
        ("ورقة1!A1", "Sales!A1"),
        ("'ورقة1'!$A$1+'ورقة 2'!B2", "Sales!$A$1+'Year''s end'!B2"),
        ("SUM(ورقة1:b!A1)", "SUM('Sales:C'!A1)"),
        ("'ورقة1:B'!A1", "'Sales:C'!A1"),
        # A name that may be a column's needs quotes.
        ("b!A1", "'C'!A1"),
        # Another workbook's sheet, a text and a name that only begins so stay.
        ("[1]ورقة1!A1", "[1]ورقة1!A1"),
        ("'[دفتر.xlsx]ورقة1'!A1", "'[دفتر.xlsx]ورقة1'!A1"),
        ('INDIRECT("ورقة1!A1")', 'INDIRECT("ورقة1!A1")'),
        ("ورقة11!A1+ورقة1", "ورقة11!A1+ورقة1"),
        ("SUM(جدول[السعر])", "SUM(جدول[Price])"),
        ("جدول[[#This Row],[السعر]]", "جدول[[#This Row],[Price]]"),
        ("جدول[@السعر]*2", "جدول[@Price]*2"),
        ("جدول[[السعر]:[كمية]]", "جدول[[Price]:[a,b]]"),
        ("جدول[كمية]", "جدول[[a,b]]"),
        ("جدول[المجموع (كلي)]", "جدول[[Total '[net']]]"),
        ("جدول[#All]", "جدول[#All]"),
        ("آخر[السعر]", "آخر[السعر]"),
    ],
)
def test_sheets_and_columns_are_renamed(formula: str, renamed: str) -> None:
    assert rename(formula, NAMES) == renamed


def test_a_range_of_sheets_needs_quotes_only_if_a_name_does() -> None:
    names = Names(sheets={"أ": "First", "ب": "Last"})
    assert rename("SUM(أ:ب!A1)", names) == "SUM(First:Last!A1)"


@pytest.mark.parametrize("piece", ["'", '"', "[", "'a'", "a.", "a:", "[a]", "'["])
def test_a_hostile_formula_takes_no_longer_than_its_length(piece: str) -> None:
    formula = piece * (1_000_000 // len(piece))
    assert rename(formula, NAMES) == formula
    assert literals(formula) in ([], ['"' * 499_999])


PIECES = st.lists(
    st.sampled_from(
        ['"نص"', "A1", "+", "(", ")", "[", "]", "'", "!", "جدول", "السعر", " ", '"', ","]
    )
)


@given(PIECES)
def test_a_formula_without_new_names_stays(pieces: list[str]) -> None:
    formula = "".join(pieces)
    assert rename(formula, Names(sheets={"غائب": "Absent"})) == formula


@given(st.lists(st.text(max_size=5), min_size=1, max_size=4), st.text(max_size=9), st.data())
def test_replaced_text_is_read_again(texts: list[str], new: str, data: st.DataObject) -> None:
    formula = "&".join('"' + text.replace('"', '""') + '"' for text in texts)
    number = data.draw(st.integers(0, len(texts) - 1))
    expected = [new if at == number else text for at, text in enumerate(texts)]
    assert literals(replace_literal(formula, number, new)) == expected
