"""Right-to-left turned to left-to-right in presentations."""

from pathlib import Path

import pptx
import pytest
from lxml import etree

from tests.client.formats.pptx.powerpoint_file import A, first, opened, part, saved, translated
from tests.client.formats.pptx.test_slides import one_slide, with_slide

SLIDE = "ppt/slides/slide1.xml"
MASTER = "ppt/slideMasters/slideMaster1.xml"


def turned(data: bytes, folder: Path, name: str = SLIDE) -> etree._Element:
    return part(translated(opened(data, folder), {}), name)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a:pPr rtl="1" algn="r"/>', {"rtl": "0", "algn": "l"}),
        ('<a:pPr rtl="1" algn="l"/>', {"rtl": "0", "algn": "r"}),
        ('<a:pPr rtl="1" algn="ctr"/>', {"rtl": "0", "algn": "ctr"}),
        ('<a:pPr rtl="true" algn="just"/>', {"rtl": "0", "algn": "just"}),
        ('<a:pPr rtl="0" algn="r"/>', {"rtl": "0", "algn": "r"}),
        ('<a:pPr algn="r"/>', {"algn": "r"}),
        # The margin before the text is called the left one in either direction.
        ('<a:pPr marL="9" marR="1" rtl="1"/>', {"marL": "9", "marR": "1", "rtl": "0"}),
    ],
)
def test_a_paragraph_is_turned(before: str, after: dict[str, str], tmp_path: Path) -> None:
    data = with_slide(one_slide("نص"), "<a:p><a:r>", f"<a:p>{before}<a:r>")
    [properties] = turned(data, tmp_path).iter(f"{A}pPr")
    assert dict(properties.attrib) == after


def test_nothing_is_turned_where_directions_are_kept(tmp_path: Path) -> None:
    data = with_slide(one_slide("نص"), "<a:p><a:r>", '<a:p><a:pPr rtl="1" algn="r"/><a:r>')
    kept = translated(opened(data, tmp_path), {}, direction="keep")
    assert kept == data


def test_numbers_languages_columns_and_tables_are_turned(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    presentation.element.set("rtl", "1")
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = slide.shapes.add_table(1, 1, 0, 0, 9, 9).table
    table._tbl.tblPr.set("rtl", "1")
    body = slide.shapes.add_textbox(0, 0, 9, 9).text_frame
    body.text = "نص"
    body._txBody.bodyPr.set("rtlCol", "1")
    body.paragraphs[0].runs[0]._r.get_or_add_rPr().set("lang", "ar-EG")
    body.paragraphs[0].runs[0]._r.get_or_add_rPr().set("altLang", "ar-SA")
    properties = body.paragraphs[0]._p.get_or_add_pPr()
    properties.append(properties.makeelement(f"{A}buAutoNum", {"type": "arabic2Minus"}))
    data = saved(presentation)
    tree = turned(data, tmp_path)
    assert first(tree, f".//{A}tblPr").get("rtl") == "0"
    assert [one.get("rtlCol") for one in tree.iter(f"{A}bodyPr") if "rtlCol" in one.attrib] == ["0"]
    run = first(tree, f".//{A}r/{A}rPr")
    assert (run.get("lang"), run.get("altLang")) == ("en-US", "en-US")
    assert first(tree, f".//{A}buAutoNum").get("type") == "alphaLcPeriod"
    assert turned(data, tmp_path, "ppt/presentation.xml").get("rtl") == "0"


@pytest.mark.parametrize(
    ("where", "side"),
    [("master", "l"), ("layout", "l"), ("shape", "l"), ("nowhere", "r")],
)
def test_a_side_is_swapped_where_right_to_left_is_inherited(
    where: str, side: str, tmp_path: Path
) -> None:
    presentation = pptx.Presentation()
    layout = presentation.slide_layouts[1]
    slide = presentation.slides.add_slide(layout)
    shape = slide.placeholders[1]
    shape.text_frame.text = "نص"
    shape.text_frame.paragraphs[0]._p.get_or_add_pPr().set("algn", "r")
    if where == "master":
        style = presentation.slide_master.element.find(".//{*}txStyles/{*}bodyStyle/{*}lvl1pPr")
        style.set("rtl", "1")
    elif where != "nowhere":
        holder = shape if where == "shape" else layout.placeholders[1]
        style = first(holder.element, f".//{A}lstStyle")
        style.insert(0, style.makeelement(f"{A}lvl1pPr", {"rtl": "1"}))
    data = saved(presentation)
    paragraphs = [
        one
        for one in turned(data, tmp_path).iter(f"{A}p")
        if "نص" in "".join(str(text) for text in one.itertext())
    ]
    assert first(paragraphs[0], f"{A}pPr").get("algn") == side


def test_a_level_that_is_left_to_right_is_not_swapped(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    body = presentation.slide_master.element.find(".//{*}txStyles/{*}bodyStyle")
    body.find("{*}lvl1pPr").set("rtl", "1")
    body.find("{*}lvl2pPr").set("rtl", "0")
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    paragraph = slide.placeholders[1].text_frame.paragraphs[0]
    paragraph.add_run().text = "نص"
    paragraph.level = 1
    paragraph._p.get_or_add_pPr().set("algn", "r")
    tree = turned(saved(presentation), tmp_path)
    assert [one.get("algn") for one in tree.iter(f"{A}pPr") if "lvl" in one.attrib] == ["r"]


def test_shapes_with_arabic_names_get_those_of_english_programs(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, 9, 9).name = "مربع نص 1"
    slide.shapes.add_table(1, 1, 0, 0, 9, 9).name = "جدول 2"
    slide.shapes.add_group_shape().name = "مجموعة 3"
    slide.shapes.add_textbox(0, 0, 9, 9).name = "Mine"
    slide.shapes.add_textbox(0, 0, 9, 9).name = "!!انتقال"
    tree = turned(saved(presentation), tmp_path)
    found = [one.get("name", "") for one in tree.iter("{*}cNvPr")][1:]
    kinds = [name.rstrip(" 0123456789") for name in found]
    assert kinds == ["Shape", "Content", "Group", "Mine", "!!انتقال"]
    assert all(name.split()[-1].isdecimal() for name in found[:3])
