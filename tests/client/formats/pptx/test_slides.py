"""What is translated in presentations, and what is left."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest
from lxml import etree
from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide
from pptx.util import Inches

from tarjama.formats.errors import BadFile
from tarjama.formats.pptx import PptxFormat
from tests.client.formats.pptx.powerpoint_file import (
    A,
    first,
    opened,
    part,
    saved,
    translated,
    with_parts,
)

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


def one_slide(*paragraphs: str) -> bytes:
    """A slide with a text box of paragraphs."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    box = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(2))
    box.text_frame.text = "\n".join(paragraphs)
    return saved(presentation)


def with_slide(data: bytes, old: str, new: str) -> bytes:
    """Changes the XML of the first slide."""
    name = "ppt/slides/slide1.xml"
    with io.BytesIO(data) as buffer:
        presentation = pptx.Presentation(buffer)
        blob = next(
            one.blob for one in presentation.part.package.iter_parts() if one.partname == f"/{name}"
        )
    assert old in blob.decode()
    return with_parts(data, {name: blob.decode().replace(old, new)})


def with_related(data: bytes, name: str, content: str, kind: str, content_type: str) -> bytes:
    """Adds a part that the first slide leads to."""
    types = part(data, "[Content_Types].xml")
    types.append(
        types.makeelement(
            f"{{{types.nsmap[None]}}}Override",
            {"PartName": f"/{name}", "ContentType": content_type},
        )
    )
    listing = "ppt/slides/_rels/slide1.xml.rels"
    links = part(data, listing)
    links.append(
        links.makeelement(
            f"{{{_RELATIONSHIPS}}}Relationship",
            {"Id": f"rIdAdded{len(links)}", "Type": f"{_OFFICE}/{kind}", "Target": f"/{name}"},
        )
    )
    return with_parts(
        data,
        {
            "[Content_Types].xml": _bytes(types),
            listing: _bytes(links),
            name: content,
        },
    )


def _bytes(element: etree._Element) -> bytes:
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", standalone=True)


def texts(data: bytes, folder: Path) -> list[str]:
    return [one.text for one in opened(data, folder).units]


def test_slides_come_in_the_order_in_which_they_are_shown(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    for text in ("ثانياً", "أولاً"):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = text
        slide.notes_slide.notes_text_frame.text = f"ملاحظة {text}"
    order = presentation.slides._sldIdLst
    order.insert(0, order[1])
    units = opened(saved(presentation), tmp_path).units
    assert [one.text for one in units] == ["أولاً", "ملاحظة أولاً", "ثانياً", "ملاحظة ثانياً"]
    assert [one.context for one in units] == [
        "slide 1",
        "notes on slide 1",
        "slide 2",
        "notes on slide 2",
    ]


def test_a_break_with_a_formatting_of_its_own_needs_no_tag(tmp_path: Path) -> None:
    data = with_slide(
        one_slide("نص"),
        "<a:r><a:t>نص</a:t></a:r>",
        '<a:r><a:rPr b="1"/><a:t>نص</a:t></a:r><a:br><a:rPr sz="900"/></a:br>'
        '<a:r><a:rPr b="1"/><a:t>آخر</a:t></a:r>',
    )
    assert texts(data, tmp_path) == ["نص\nآخر"]
    written = part(
        translated(opened(data, tmp_path), {"نص\nآخر": "one\ntwo"}), "ppt/slides/slide1.xml"
    )
    assert [one.text for one in written.iter(f"{A}t")] == ["one", "two"]
    assert first(written, f".//{A}br/{A}rPr").get("sz") == "900"


def test_a_field_stays_where_it_is_and_its_text_is_translated(tmp_path: Path) -> None:
    data = with_slide(
        one_slide("نص"),
        "<a:r><a:t>نص</a:t></a:r>",
        "<a:r><a:t>اليوم </a:t></a:r>"
        '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="datetime1">'
        "<a:t>الأحد</a:t></a:fld>"
        "<a:r><a:t> في العاصمة</a:t></a:r>",
    )
    document = opened(data, tmp_path)
    assert [one.text for one in document.units] == ['اليوم <x id="1"/> في العاصمة', "الأحد"]
    written = part(
        translated(
            document,
            {'اليوم <x id="1"/> في العاصمة': 'On <x id="1"/> in town', "الأحد": "Sunday"},
        ),
        "ppt/slides/slide1.xml",
    )
    assert "".join(one.text or "" for one in written.iter(f"{A}t")) == "On Sunday in town"
    assert first(written, f".//{A}fld").get("type") == "datetime1"


def test_the_tip_of_a_link_is_translated_with_the_text_that_it_is_on(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    box = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1))
    run = box.text_frame.paragraphs[0].add_run()
    run.text = "موقعنا"
    run.hyperlink.address = "https://example.org/"
    run._r.rPr.find(f"{A}hlinkClick").set("tooltip", "افتح الموقع")
    document = opened(saved(presentation), tmp_path)
    data = translated(document, {"موقعنا": "our site", "افتح الموقع": "open it"})
    link = first(part(data, "ppt/slides/slide1.xml"), f".//{A}hlinkClick")
    assert link.get("tooltip") == "open it"
    [slide] = pptx.Presentation(io.BytesIO(data)).slides
    [run] = slide.shapes[0].text_frame.paragraphs[0].runs
    assert (run.text, run.hyperlink.address) == ("our site", "https://example.org/")


def test_text_in_groups_and_tables_is_translated(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    inner = slide.shapes.add_group_shape().shapes.add_group_shape()
    inner.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "في مجموعة"
    table = slide.shapes.add_table(1, 2, 0, 0, 9, 9).table
    table.cell(0, 0).text, table.cell(0, 1).text = "خلية", "Latin"
    assert texts(saved(presentation), tmp_path) == ["في مجموعة", "خلية"]


def test_a_diagram_and_what_it_looked_like_are_translated_once(tmp_path: Path) -> None:
    namespaces = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
        'xmlns:dsp="http://schemas.microsoft.com/office/drawing/2008/diagram"'
    )
    paragraph = "<a:p><a:r><a:t>خطوة</a:t></a:r></a:p>"
    data = with_related(
        one_slide("عنوان"),
        "ppt/diagrams/drawing1.xml",
        f"<dsp:drawing {namespaces}><dsp:txBody>{paragraph}</dsp:txBody></dsp:drawing>",
        "diagramDrawing",
        "application/vnd.ms-office.drawingml.diagramDrawing+xml",
    )
    data = with_related(
        data,
        "ppt/diagrams/data1.xml",
        f'<dgm:dataModel {namespaces}><dgm:ptLst><dgm:pt><dgm:prSet phldrT="[نص]"/>'
        f"<dgm:t>{paragraph}</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>",
        "diagramData",
        "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
    )
    document = opened(data, tmp_path)
    assert [one.text for one in document.units] == ["عنوان", "خطوة", "[نص]"]
    result = translated(document, {"خطوة": "step"})
    for name in ("data1", "drawing1"):
        tree = part(result, f"ppt/diagrams/{name}.xml")
        assert [one.text for one in tree.iter(f"{A}t")] == ["step"]


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (
            '<p:cmLst xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">'
            '<p:cm authorId="0" idx="1"><p:pos x="1" y="1"/><p:text>راجع الرقم</p:text></p:cm>'
            "</p:cmLst>",
            "application/vnd.openxmlformats-officedocument.presentationml.comments+xml",
        ),
        (
            '<p188:cmLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p188:cm><p188:txBody>'
            "<a:bodyPr/><a:p><a:r><a:t>راجع الرقم</a:t></a:r></a:p></p188:txBody></p188:cm>"
            "</p188:cmLst>",
            "application/vnd.ms-powerpoint.comments+xml",
        ),
    ],
    ids=["old", "threaded"],
)
def test_comments_are_translated(content: str, content_type: str, tmp_path: Path) -> None:
    name = "ppt/comments/comment1.xml"
    data = with_related(one_slide("نص"), name, content, "comments", content_type)
    document = opened(data, tmp_path)
    assert [one.text for one in document.units] == ["نص", "راجع الرقم"]
    result = part(translated(document, {"راجع الرقم": "check it"}), name)
    assert "".join(result.itertext()) == "check it"


def test_text_that_slides_and_layouts_share_is_translated_once(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "انقر هنا"
    for layout in presentation.slide_layouts:
        for placeholder in list(layout.placeholders):
            placeholder.text_frame.text = "انقر هنا"
    assert texts(saved(presentation), tmp_path) == ["انقر هنا"]


def with_chart() -> bytes:
    """A slide with a chart, and with the workbook that it is drawn from."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    untyped: Any = CategoryChartData
    data = untyped()
    data.categories = ["الشمال", "الجنوب"]
    data.add_series("المبيعات", (4, 7))
    data.add_series("الأرباح", (1, 2))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), data)
    return saved(presentation)


def test_a_chart_and_its_workbook_are_translated_once(tmp_path: Path) -> None:
    document = opened(with_chart(), tmp_path)
    assert [one.text for one in document.units] == ["المبيعات", "الشمال", "الجنوب", "الأرباح"]
    data = translated(document, {"الشمال": "North", "المبيعات": "Sales"})
    [slide] = pptx.Presentation(io.BytesIO(data)).slides
    chart: Any = first_chart(slide)
    assert list(chart.plots[0].categories) == ["North", "الجنوب"]
    workbook = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    rows = [[cell.value for cell in row] for row in workbook.worksheets[0].iter_rows()]
    assert rows[0][1:] == ["Sales", "الأرباح"]
    assert [row[0] for row in rows[1:]] == ["North", "الجنوب"]


def test_a_workbook_that_cannot_be_read_stays_and_the_user_is_told(tmp_path: Path) -> None:
    name = "ppt/embeddings/Microsoft_Excel_Sheet1.xlsx"
    document = opened(with_parts(with_chart(), {name: b"not a workbook"}), tmp_path)
    assert [one.text for one in document.units] == ["المبيعات", "الشمال", "الجنوب", "الأرباح"]
    [notice] = document.notices
    assert "(1)" in notice
    with zipfile.ZipFile(io.BytesIO(translated(document, {"الشمال": "North"}))) as archive:
        assert archive.read(name) == b"not a workbook"


def first_chart(slide: Slide) -> Chart:
    """The chart of a slide."""
    return next(one.chart for one in slide.shapes if isinstance(one, GraphicFrame))


def test_a_word_document_is_no_presentation(tmp_path: Path) -> None:
    path = tmp_path / "file.pptx"
    path.write_bytes((Path(__file__).parents[1] / "samples" / "everything.docx").read_bytes())
    with pytest.raises(BadFile, match="not a PowerPoint presentation"):
        PptxFormat().read(path)


def test_a_slide_that_is_missing_is_told(tmp_path: Path) -> None:
    data = with_parts(one_slide("نص"), {}, without="ppt/slides/slide1.xml")
    with pytest.raises(BadFile, match=re.escape("slide1.xml is missing")):
        opened(data, tmp_path)
