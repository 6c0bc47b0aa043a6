"""Sheets and columns of tables under translated names."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table

from tarjama.formats.xlsx.renaming import sheet_name
from tests.client.formats.xlsx.excel_file import (
    S,
    loaded,
    opened,
    part,
    saved,
    translated,
    with_part,
)


def two_sheets() -> Workbook:
    """A sheet with a table, and one that refers to it in many ways."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "المبيعات"
    for row in (["الاسم", "السعر", "المجموع"], ["قلم", 3, "=جدول[[#This Row],[السعر]]*2"]):
        sheet.append(row)
    sheet.add_table(Table(displayName="جدول", ref="A1:C2"))
    other = book.create_sheet("الملخص")
    other["A1"] = "=SUM('المبيعات'!B2:B2)+SUM(جدول[السعر])"
    other["A2"] = "اذهب"
    other["A2"].hyperlink = Hyperlink(ref="A2", location="'المبيعات'!A1")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    other.add_chart(chart, "D1")
    book.defined_names["أول"] = DefinedName("أول", attr_text="'المبيعات'!$B$2")
    book.defined_names["Label"] = DefinedName("Label", attr_text='"بيان"')
    return book


def test_all_that_names_a_sheet_or_column_is_written_anew(tmp_path: Path) -> None:
    document = opened(saved(two_sheets()), tmp_path)
    translations = {"المبيعات": "Sales of 2024", "الملخص": "Summary", "السعر": "Unit price"}
    data = translated(document, translations)
    book = loaded(data)
    assert book.sheetnames == ["Sales of 2024", "Summary"]
    summary = book["Summary"]
    assert summary["A1"].value == "=SUM('Sales of 2024'!B2:B2)+SUM(جدول[Unit price])"
    assert summary["A2"].hyperlink.location == "'Sales of 2024'!A1"
    assert book.defined_names["أول"].attr_text == "'Sales of 2024'!$B$2"
    sheet = book["Sales of 2024"]
    assert sheet["C2"].value == "=جدول[[#This Row],[Unit price]]*2"
    names = [one.name for one in sheet.tables["جدول"].tableColumns]
    assert names == [sheet[cell].value for cell in ("A1", "B1", "C1")]
    assert names[1] == "Unit price"
    chart = part(data, "xl/charts/chart1.xml")
    assert {str(one.text).partition("!")[0] for one in chart.iter("{*}f")} == {"'Sales of 2024'"}


def test_names_by_which_formulas_call_things_stay_and_are_reported(tmp_path: Path) -> None:
    units = opened(saved(two_sheets()), tmp_path).units
    fixed = {(one.text, one.context) for one in units if not one.is_translatable}
    assert fixed == {
        ("جدول", "name of a table"),
        ("أول", "name in formulas"),
        ("بيان", "text in a formula of a name in formulas"),
    }


def test_columns_that_become_equal_are_numbered_and_so_are_their_heads(tmp_path: Path) -> None:
    document = opened(saved(two_sheets()), tmp_path)
    data = translated(document, {"السعر": "Price", "المجموع": "PRICE"})
    sheet = loaded(data).worksheets[0]
    names = [one.name for one in sheet.tables["جدول"].tableColumns]
    assert names == ["الاسم", "Price", "PRICE 2"]
    assert [sheet[cell].value for cell in ("A1", "B1", "C1")] == names


def test_sheets_that_become_equal_are_numbered(tmp_path: Path) -> None:
    document = opened(saved(two_sheets()), tmp_path)
    data = translated(document, {"المبيعات": "Sheet", "الملخص": "sheet"})
    assert loaded(data).sheetnames == ["Sheet", "sheet 2"]


def test_a_sheet_whose_name_a_formula_puts_together_keeps_it(tmp_path: Path) -> None:
    book = two_sheets()
    book["الملخص"]["B1"] = "=INDIRECT(\"'المبيعات'!A1\")"
    document = opened(saved(book), tmp_path)
    translations = {one.text: "New" for one in document.units if one.context.startswith("name of")}
    assert any("keep their names" in notice for notice in document.notices)
    assert loaded(translated(document, translations)).sheetnames == ["المبيعات", "New"]


@pytest.mark.parametrize(
    ("translation", "name"),
    [
        ("Sales: 2024/25 [net]", "Sales 2024 25 net"),
        ("'quoted'", "quoted"),
        ("A &amp; B", "A & B"),
        ("History", "History_"),
        ("???", "Sheet"),
    ],
)
def test_what_excel_forbids_in_names_is_left_out(translation: str, name: str) -> None:
    assert sheet_name(translation) == name


def test_a_long_name_ends_with_a_word(tmp_path: Path) -> None:
    document = opened(saved(two_sheets()), tmp_path)
    data = translated(document, {"المبيعات": "A very long translation of a short name"})
    name = loaded(data).sheetnames[0]
    assert len(name) <= 31
    assert name == "A very long translation of a…"


def test_without_translations_names_stay(tmp_path: Path) -> None:
    data = saved(two_sheets())
    assert translated(opened(data, tmp_path), {}, direction="keep") == data


@pytest.mark.parametrize("area", ["", "!!", "١:٢", "A" * 1000, "1:9", "a1:b2"])
def test_a_table_whose_area_is_none_names_its_columns_as_before(area: str, tmp_path: Path) -> None:
    data = saved(two_sheets())
    data = with_part(data, "xl/tables/table1.xml", 'ref="A1:C2"', f'ref="{area}"')
    result = translated(opened(data, tmp_path), {"السعر": "Price"})
    columns = part(result, "xl/tables/table1.xml").iter(f"{S}tableColumn")
    assert [one.get("name") for one in columns] == ["الاسم", "السعر", "المجموع"]


def test_many_names_that_become_equal_are_numbered_in_order(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["أحمر", "أزرق", "أخضر", "Color 2"])
    sheet.append([1, 2, 3, 4])
    sheet.add_table(Table(displayName="Colors", ref="A1:D2"))
    document = opened(saved(book), tmp_path)
    data = translated(document, dict.fromkeys(("أحمر", "أزرق", "أخضر"), "Color"))
    heads = [cell.value for cell in loaded(data).worksheets[0][1]]
    assert heads == ["Color", "Color 2", "Color 3", "Color 2 2"]
