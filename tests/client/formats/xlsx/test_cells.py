"""What is translated in workbooks, and what is left."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tarjama.formats.errors import BadFile
from tarjama.formats.xlsx import XlsxFormat
from tests.client.formats.xlsx.excel_file import (
    S,
    loaded,
    opened,
    part,
    saved,
    translated,
    with_part,
)

SHEET = "xl/worksheets/sheet1.xml"


def workbook(**cells: str | float | CellRichText) -> Workbook:
    """A workbook of one sheet with cells by their names."""
    book = Workbook()
    for name, value in cells.items():
        first_of(book)[name] = value
    return book


def first_of(book: Workbook) -> Worksheet:
    """The first sheet of a workbook."""
    return book.worksheets[0]


def texts(book: Workbook, folder: Path) -> list[str]:
    return [one.text for one in opened(saved(book), folder).units]


def test_a_string_is_one_unit_however_many_cells_share_it(tmp_path: Path) -> None:
    document = opened(saved(workbook(A1="نعم", B2="نعم", C3="Yes", D4=7)), tmp_path)
    [unit] = document.units
    assert unit.context == 'sheet "Sheet", A1'
    sheet = loaded(translated(document, {"نعم": "Yes"})).worksheets[0]
    assert [sheet[name].value for name in ("A1", "B2", "C3", "D4")] == ["Yes", "Yes", "Yes", 7]


def test_runs_keep_their_formatting(tmp_path: Path) -> None:
    rich = CellRichText("سعر ", TextBlock(InlineFont(b=True), "القلم"), " اليوم")
    document = opened(saved(workbook(A1=rich)), tmp_path)
    [unit] = document.units
    assert unit.text == 'سعر <g id="1">القلم</g> اليوم'
    data = translated(document, {unit.text: 'Today\'s price <g id="1">of pens</g>'})
    value = loaded(data).worksheets[0]["A1"].value
    assert [(str(run), getattr(run, "font", None) is not None) for run in value] == [
        ("Today's price ", False),
        ("of pens", True),
    ]


def test_lines_and_characters_by_number_are_read_and_written(tmp_path: Path) -> None:
    data = saved(workbook(A1="place"))
    data = with_part(data, SHEET, "<t>place</t>", "<t>أول_x000D_\nثان _x0041_</t>")
    document = opened(data, tmp_path)
    [unit] = document.units
    assert unit.text == "أول\nثان A"
    result = part(translated(document, {unit.text: "first _x0041_\nsecond"}), SHEET)
    assert [one.text for one in result.iter(f"{S}t")] == ["first _x005F_x0041_\nsecond"]


def test_text_in_formulas_is_translated_only_with_a_cell_that_it_is_compared_to(
    tmp_path: Path,
) -> None:
    book = workbook(A1="نعم", B1='=IF(A1="نعم","حاضر","غائب")', C1='=COUNTIF(A:A,"نعم")')
    document = opened(saved(book), tmp_path)
    assert {one.text: one.is_translatable for one in document.units} == {
        "نعم": True,
        "حاضر": False,
        "غائب": False,
    }
    assert any("Formulas quote Arabic text" in notice for notice in document.notices)
    translations = {"نعم": 'Yes "sir"', "حاضر": "present"}
    sheet = loaded(translated(document, translations)).worksheets[0]
    assert sheet["B1"].value == '=IF(A1="Yes ""sir""","حاضر","غائب")'
    assert sheet["C1"].value == '=COUNTIF(A:A,"Yes ""sir""")'


def test_the_result_of_a_formula_goes_with_the_cell_that_it_repeats(tmp_path: Path) -> None:
    data = with_part(
        saved(workbook(A1="نعم", B1="=A1")),
        SHEET,
        '<c r="B1"><f>A1</f><v></v></c>',
        '<c r="B1" t="str"><f>A1</f><v>نعم</v></c>',
    )
    document = opened(data, tmp_path)
    assert [one.text for one in document.units] == ["نعم"]
    result = translated(document, {"نعم": "Yes"})
    assert [one.text for one in part(result, SHEET).iter(f"{S}v")] == ["Yes"]
    calculation = part(result, "xl/workbook.xml").find(f"{S}calcPr")
    assert calculation is not None and calculation.get("fullCalcOnLoad") == "1"


def test_choices_and_prompts_are_translated(tmp_path: Path) -> None:
    book = workbook(A1="نعم")
    rule = DataValidation("list", formula1='"نعم,ربما"', promptTitle="اختر", prompt="واحداً منها")
    rule.error, rule.errorTitle = "غير صحيح", "خطأ"
    rule.add("A1:A9")
    first_of(book).add_data_validation(rule)
    document = opened(saved(book), tmp_path)
    assert [one.text for one in document.units] == [
        "نعم", "اختر", "واحداً منها", "خطأ", "غير صحيح", "ربما",
    ]  # fmt: skip
    data = translated(
        document, {"نعم": "Yes, sir", "ربما": "Maybe", "اختر": "x" * 40, "خطأ": "Error"}
    )
    [written] = loaded(data).worksheets[0].data_validations.dataValidation
    assert written.formula1 == '"Yes sir,Maybe"'
    assert (len(written.promptTitle), written.errorTitle) == (32, "Error")


def test_a_list_of_choices_that_becomes_too_long_for_excel_stays(tmp_path: Path) -> None:
    book = workbook(A1=1)
    rule = DataValidation("list", formula1='"نعم,لا"')
    rule.add("A1")
    first_of(book).add_data_validation(rule)
    document = opened(saved(book), tmp_path)
    data = translated(document, {"نعم": "y" * 300, "لا": "No"})
    [written] = loaded(data).worksheets[0].data_validations.dataValidation
    assert written.formula1 == '"نعم,No"'


def test_conditions_that_look_for_a_cells_text_look_for_its_translation(tmp_path: Path) -> None:
    book = workbook(A1="نعم")
    formula = 'NOT(ISERROR(SEARCH("نعم",A1)))'
    rule = Rule("containsText", operator="containsText", text="نعم", formula=[formula])
    first_of(book).conditional_formatting.add("A1:A9", rule)
    first_of(book).auto_filter.ref = "A1:A9"
    first_of(book).auto_filter.add_filter_column(0, ["نعم"])
    document = opened(saved(book), tmp_path)
    assert len(document.units) == 1
    tree = part(translated(document, {"نعم": "Yes"}), SHEET)
    assert [one.get("text") for one in tree.iter(f"{S}cfRule")] == ["Yes"]
    assert [one.text for one in tree.iter(f"{S}formula")] == ['NOT(ISERROR(SEARCH("Yes",A1)))']
    assert [one.get("val") for one in tree.iter(f"{S}filter")] == ["Yes"]


def test_headers_keep_their_codes(tmp_path: Path) -> None:
    book = workbook(A1=1)
    data = with_part(
        saved(book),
        SHEET,
        "<pageMargins",
        '<headerFooter><oddHeader>&amp;L&amp;"Arial,غامق"&amp;12تقرير &amp;&amp; خلاصة'
        "&amp;Rصفحة &amp;P من &amp;N</oddHeader></headerFooter><pageMargins",
    )
    document = opened(data, tmp_path)
    assert [one.text for one in document.units] == [
        "تقرير &amp; خلاصة",
        'صفحة <x id="1"/> من',
    ]
    translations = {
        "تقرير &amp; خلاصة": "2 reports &amp; more",
        'صفحة <x id="1"/> من': 'Page <x id="1"/> of',
    }
    tree = part(translated(document, translations), SHEET)
    [header] = [one.text for one in tree.iter(f"{S}oddHeader")]
    assert header == '&L&"Arial,Bold"&12 2 reports && more&RPage &P of &N'


@pytest.mark.parametrize("length", [100, 400])
def test_a_header_never_exceeds_what_excel_reads(length: int, tmp_path: Path) -> None:
    book = workbook(A1=1)
    data = with_part(
        saved(book),
        SHEET,
        "<pageMargins",
        "<headerFooter><oddHeader>&amp;Lتقرير&amp;Rسري</oddHeader></headerFooter><pageMargins",
    )
    document = opened(data, tmp_path)
    data = translated(document, {"تقرير": "word " * (length // 5), "سري": "Secret"})
    [header] = [one.text or "" for one in part(data, SHEET).iter(f"{S}oddHeader")]
    assert len(header) <= 255
    assert header.count("word") >= 20


def test_comments_charts_and_formats_of_numbers_are_translated(tmp_path: Path) -> None:
    book = workbook(A1="المنتج", A2="قلم", B1="السعر", B2=3)
    sheet = first_of(book)
    sheet["A1"].comment = Comment("راجع السعر", "سامي")
    sheet["B2"].number_format = '0 "ريال" [$ر.س-401]'
    chart = BarChart()
    chart.title = "الأسعار"
    chart.y_axis.number_format = '0 "ريال"'
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    sheet.add_chart(chart, "D1")
    document = opened(saved(book), tmp_path)
    found = {one.text: one.is_translatable for one in document.units}
    assert found == {
        "المنتج": True,
        "قلم": True,
        "السعر": True,
        "راجع السعر": True,
        "الأسعار": True,
        "ريال": True,
        "ر.س": False,
    }
    data = translated(document, {"راجع السعر": "check", "الأسعار": "Prices", "ريال": "riyals"})
    written = loaded(data).worksheets[0]
    assert written["A1"].comment.text == "check"
    assert written["B2"].number_format == '0 "riyals" [$ر.س-401]'
    formats = [
        one.get("formatCode") for one in part(data, "xl/charts/chart1.xml").iter("{*}numFmt")
    ]
    assert '0 "riyals"' in formats


def test_sheets_and_cells_are_turned(tmp_path: Path) -> None:
    book = workbook(A1="نص", A2="نص", A3="نص")
    sheet = first_of(book)
    sheet.sheet_view.rightToLeft = True
    sheet["A1"].alignment = Alignment(horizontal="right", readingOrder=2)
    sheet["A2"].alignment = Alignment(horizontal="left")
    sheet["A3"].alignment = Alignment(horizontal="center")
    written = loaded(translated(opened(saved(book), tmp_path), {})).worksheets[0]
    assert not written.sheet_view.rightToLeft
    assert written["A1"].alignment.readingOrder == 1
    sides = [written[name].alignment.horizontal for name in ("A1", "A2", "A3")]
    assert sides == ["left", "right", "center"]


def test_sides_stay_where_only_some_sheets_are_right_to_left(tmp_path: Path) -> None:
    book = workbook(A1="نص")
    book.create_sheet("Other").sheet_view.rightToLeft = True
    first_of(book)["A1"].alignment = Alignment(horizontal="right")
    written = loaded(translated(opened(saved(book), tmp_path), {}))
    assert written.worksheets[0]["A1"].alignment.horizontal == "right"
    assert not written.worksheets[1].sheet_view.rightToLeft


def test_a_presentation_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes((Path(__file__).parents[1] / "samples" / "deck.pptx").read_bytes())
    with pytest.raises(BadFile, match="not an Excel workbook"):
        XlsxFormat().read(path)
