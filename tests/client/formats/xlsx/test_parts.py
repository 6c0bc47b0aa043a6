"""Pivot tables, slicers, threads of comments, captions of controls and shapes on sheets."""

from pathlib import Path

import pytest
from lxml import etree
from openpyxl import Workbook

from tests.client.formats.xlsx.excel_file import (
    S,
    opened,
    part,
    saved,
    translated,
    with_new_part,
    with_part,
)

_SPREADSHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*cells: str) -> bytes:
    """A workbook with a column of cells."""
    book = Workbook()
    for cell in cells:
        book.worksheets[0].append([cell])
    return saved(book)


def values(tree: etree._Element, tag: str, attribute: str) -> list[str | None]:
    return [one.get(attribute) for one in tree.iter(tag)]


def test_a_pivot_table_says_what_its_cells_say(tmp_path: Path) -> None:
    cache = (
        f'<pivotCacheDefinition {_MAIN}><cacheSource type="worksheet">'
        '<worksheetSource ref="A1:A3" sheet="المصدر"/></cacheSource><cacheFields count="1">'
        '<cacheField name="المدينة"><sharedItems><s v="الرياض"/><s v="جدة"/><s v="مكة"/>'
        "</sharedItems></cacheField></cacheFields></pivotCacheDefinition>"
    )
    name = "xl/pivotCache/pivotCacheDefinition1.xml"
    data = with_new_part(
        workbook("المدينة", "الرياض", "جدة"),
        name,
        cache,
        f"{_SPREADSHEETML}.pivotCacheDefinition+xml",
    )
    data = with_part(data, "xl/workbook.xml", 'name="Sheet"', 'name="المصدر"')
    document = opened(data, tmp_path)
    assert [one.text for one in document.units] == ["المدينة", "الرياض", "جدة", "مكة", "المصدر"]
    translations = {"المدينة": "City", "الرياض": "Riyadh", "مكة": "riyadh", "المصدر": "Source"}
    tree = part(translated(document, translations), name)
    assert values(tree, f"{S}cacheField", "name") == ["City"]
    # Excel reads no list in which two items are equal.
    assert values(tree, f"{S}s", "v") == ["Riyadh", "جدة", "riyadh 2"]
    assert values(tree, f"{S}worksheetSource", "sheet") == ["Source"]


def test_captions_of_pivot_tables_are_translated_and_their_names_stay(tmp_path: Path) -> None:
    table = (
        f'<pivotTableDefinition {_MAIN} name="جدول محوري1" grandTotalCaption="المجموع الكلي">'
        '<dataFields><dataField name="مجموع السعر" fld="0"/></dataFields></pivotTableDefinition>'
    )
    name = "xl/pivotTables/pivotTable1.xml"
    data = with_new_part(workbook("مجموع السعر"), name, table, f"{_SPREADSHEETML}.pivotTable+xml")
    document = opened(data, tmp_path)
    assert {one.text: one.is_translatable for one in document.units} == {
        "مجموع السعر": True,
        "جدول محوري1": False,
        "المجموع الكلي": True,
    }
    tree = part(translated(document, {"مجموع السعر": "Sum of prices"}), name)
    assert values(tree, f"{S}dataField", "name") == ["Sum of prices"]


def test_threads_of_comments_are_translated(tmp_path: Path) -> None:
    uri = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    name = "xl/threadedComments/threadedComment1.xml"
    data = with_new_part(
        workbook("نص"),
        name,
        f'<ThreadedComments xmlns="{uri}"><threadedComment ref="B2"><text>راجع</text>'
        "</threadedComment></ThreadedComments>",
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    document = opened(data, tmp_path)
    assert document.units[1].context == "comment on B2"
    assert "".join(part(translated(document, {"راجع": "check"}), name).itertext()) == "check"


VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<v:shape alt="صورة"><v:textbox style="direction:rtl"><div style="text-align:right">'
    '<font face="Arial">اضغط</font></div></v:textbox>'
    "<x:ClientData><x:TextHAlign>Right</x:TextHAlign></x:ClientData></v:shape></xml>"
)


def test_captions_of_controls_are_translated_and_turned(tmp_path: Path) -> None:
    name = "xl/drawings/vmlDrawing1.vml"
    kind = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    document = opened(with_new_part(workbook("نص"), name, VML, kind), tmp_path)
    assert [one.text for one in document.units] == ["نص", "اضغط", "صورة"]
    data = translated(document, {"اضغط": "Press", "صورة": "picture"})
    written = etree.tostring(part(data, name), encoding="unicode")
    for expected in (">Press<", 'alt="picture"', "direction:ltr", "text-align:left", ">Left<"):
        assert expected in written


def test_an_old_drawing_that_is_no_xml_stays(tmp_path: Path) -> None:
    name = "xl/drawings/vmlDrawing1.vml"
    kind = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    broken = VML.replace("<font", "<br><font")
    document = opened(with_new_part(workbook("نص"), name, broken, kind), tmp_path)
    assert [one.text for one in document.units] == ["نص"]


@pytest.mark.parametrize("macros", [False, True])
def test_names_that_macros_may_call_stay(macros: bool, tmp_path: Path) -> None:
    data = with_part(workbook("نص"), "xl/workbook.xml", 'name="Sheet"', 'name="ورقة"')
    drawing = (
        '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">'
        '<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="شكل 1" descr="وصف"/></xdr:nvSpPr></xdr:sp>'
        "</xdr:wsDr>"
    )
    name = "xl/drawings/drawing1.xml"
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    data = with_new_part(data, name, drawing, kind)
    if macros:
        data = with_new_part(data, "xl/vbaProject.bin", "x", "application/vnd.ms-office.vbaProject")
    document = opened(data, tmp_path)
    [sheet] = [one for one in document.units if one.text == "ورقة"]
    assert sheet.is_translatable is not macros
    assert any("Macros" in notice for notice in document.notices) is macros
    [shape] = part(translated(document, {"وصف": "a shape"}), name).iter("{*}cNvPr")
    assert shape.get("name") == ("شكل 1" if macros else "Shape 2")
    assert shape.get("descr") == "a shape"
