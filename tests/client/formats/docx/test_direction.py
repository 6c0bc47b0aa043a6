"""How right-to-left is stored, and what it becomes."""

from pathlib import Path

import pytest

from tests.client.formats.docx.word_file import (
    W,
    opened,
    translated,
    tree,
    word_file,
    xml_of,
)


def turned(body: str, folder: Path, parts: dict[str, str] | None = None, section: str = "") -> str:
    """Writes a document left-to-right, and gives its body."""
    document = opened(word_file(body, parts, section), folder)
    return xml_of(translated(document, {}))


def paragraph(properties: str, words: str = "قال الوزير") -> str:
    written = f"<w:pPr>{properties}</w:pPr>" if properties else "<w:pPr/>"
    return f"<w:p>{written}<w:r><w:t>{words}</w:t></w:r></w:p>"


def run(properties: str, words: str = "قال") -> str:
    written = f"<w:rPr>{properties}</w:rPr>" if properties else "<w:rPr/>"
    return f"<w:p><w:r>{written}<w:t>{words}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<w:bidi/>", ""),
        ('<w:bidi w:val="true"/><w:jc w:val="start"/>', '<w:jc w:val="start"/>'),
        ('<w:bidi w:val="0"/>', '<w:bidi w:val="0"/>'),
        # Under bidi, left is the leading side already.
        ('<w:bidi/><w:jc w:val="left"/>', '<w:jc w:val="left"/>'),
        ('<w:bidi/><w:ind w:left="720" w:right="9"/>', '<w:ind w:left="720" w:right="9"/>'),
        ('<w:jc w:val="right"/>', '<w:jc w:val="left"/>'),
        ('<w:jc w:val="center"/>', '<w:jc w:val="center"/>'),
    ],
)
def test_a_paragraph_is_turned(before: str, after: str, tmp_path: Path) -> None:
    assert turned(paragraph(before), tmp_path) == paragraph(after)


def test_a_line_at_the_trailing_side_stays_there(tmp_path: Path) -> None:
    body = paragraph("<w:bidi/>") * 2 + paragraph('<w:bidi/><w:jc w:val="right"/>')
    expected = paragraph("") * 2 + paragraph('<w:jc w:val="right"/>')
    assert turned(body, tmp_path) == expected


def test_paragraphs_that_are_all_aligned_right_meant_the_leading_side(tmp_path: Path) -> None:
    body = paragraph('<w:bidi/><w:jc w:val="right"/>') * 2 + paragraph("<w:bidi/>")
    expected = paragraph('<w:jc w:val="left"/>') * 2 + paragraph("")
    assert turned(body, tmp_path) == expected


def test_english_aligned_right_stays(tmp_path: Path) -> None:
    body = paragraph('<w:jc w:val="right"/>', "Annex")
    assert turned(body, tmp_path) == body


STYLES = (
    "<w:styles {ns}><w:docDefaults><w:pPrDefault/></w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:pPr><w:bidi/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="N"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="L"><w:basedOn w:val="B"/>'
    '<w:pPr><w:bidi w:val="0"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="C"><w:basedOn w:val="C"/></w:style></w:styles>'
)


@pytest.mark.parametrize(
    ("style", "side"), [("", "right"), ("B", "right"), ("L", "left"), ("C", "left")]
)
def test_the_direction_of_a_paragraph_is_inherited(style: str, side: str, tmp_path: Path) -> None:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    body = paragraph('<w:pStyle w:val="B"/>') * 3 + paragraph(f'{named}<w:jc w:val="right"/>')
    result = turned(body, tmp_path, {"word/styles.xml": STYLES})
    assert result.endswith(paragraph(f'{named}<w:jc w:val="{side}"/>'))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<w:bCs/><w:rtl/>", "<w:b/><w:bCs/>"),
        ('<w:b/><w:bCs w:val="0"/><w:rtl/>', '<w:b w:val="0"/><w:bCs w:val="0"/>'),
        ("<w:b/><w:rtl/>", "<w:b/>"),
        ("<w:iCs/><w:cs/>", "<w:i/><w:iCs/>"),
        (
            '<w:sz w:val="20"/><w:szCs w:val="28"/><w:rtl/>',
            '<w:sz w:val="28"/><w:szCs w:val="28"/>',
        ),
        ("<w:bCs/>", "<w:b/><w:bCs/>"),
        (
            '<w:rFonts w:cs="Tahoma"/><w:rtl/>',
            '<w:rFonts w:cs="Tahoma" w:ascii="Tahoma" w:hAnsi="Tahoma"/>',
        ),
        ('<w:rFonts w:cs="Amiri"/><w:rtl/>', '<w:rFonts w:cs="Amiri"/>'),
        (
            '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Tahoma"/><w:rtl/>',
            '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Tahoma"/>',
        ),
        ('<w:rtl/><w:lang w:bidi="ar-EG"/>', '<w:lang w:bidi="ar-EG" w:val="en-US"/>'),
        ('<w:rtl w:val="0"/><w:color w:val="0000FF"/>', '<w:color w:val="0000FF"/>'),
    ],
)
def test_a_run_looks_in_latin_as_it_did(before: str, after: str, tmp_path: Path) -> None:
    assert turned(run(before), tmp_path) == run(after)


def test_english_in_a_right_to_left_document_keeps_its_looks(tmp_path: Path) -> None:
    body = run('<w:bCs/><w:sz w:val="20"/><w:szCs w:val="28"/>', "English")
    assert turned(body, tmp_path) == body


def test_what_styles_set_for_arabic_is_set_for_latin(tmp_path: Path) -> None:
    styles = (
        '<w:styles {ns}><w:style><w:rPr><w:bCs/><w:szCs w:val="40"/></w:rPr></w:style></w:styles>'
    )
    document = opened(word_file(paragraph("<w:bidi/>"), {"word/styles.xml": styles}), tmp_path)
    properties = tree(translated(document, {}), "word/styles.xml").find(f".//{W}rPr")
    assert properties is not None
    assert [str(child.tag).removeprefix(W) for child in properties] == ["b", "bCs", "sz", "szCs"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<w:tblPr><w:bidiVisual/></w:tblPr>", "<w:tblPr/>"),
        (
            '<w:tblPr><w:tblpPr w:tblpXSpec="right"/><w:bidiVisual/><w:jc w:val="left"/></w:tblPr>',
            '<w:tblPr><w:tblpPr w:tblpXSpec="left"/><w:jc w:val="left"/></w:tblPr>',
        ),
        (
            '<w:tblPr><w:tblpPr w:tblpXSpec="right"/></w:tblPr>',
            '<w:tblPr><w:tblpPr w:tblpXSpec="right"/></w:tblPr>',
        ),
    ],
)
def test_a_table_is_turned(before: str, after: str, tmp_path: Path) -> None:
    cells = "<w:tr><w:tc><w:p/></w:tc></w:tr>"
    table = f"<w:tbl>{before}{cells}</w:tbl>"
    assert turned(table, tmp_path) == f"<w:tbl>{after}{cells}</w:tbl>"


def test_a_section_is_turned(tmp_path: Path) -> None:
    section = '<w:pgNumType w:fmt="arabicAlpha"/><w:bidi/><w:rtlGutter/>'
    document = opened(word_file("<w:p/>", section=section), tmp_path)
    found = tree(translated(document, {})).find(f".//{W}sectPr")
    assert found is not None
    assert [str(child.tag).removeprefix(W) for child in found] == ["pgNumType"]
    assert found[0].get(f"{W}fmt") == "lowerLetter"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('w:val="arabicAbjad"', {"val": "lowerLetter"}),
        ('w:val="hindiNumbers"', {"val": "decimal"}),
        ('w:val="custom" w:format="٠, ١, ٢"', {"val": "decimal"}),
        ('w:val="custom" w:format="أ, ب, ت"', {"val": "lowerLetter"}),
        ('w:val="upperRoman"', {"val": "upperRoman"}),
    ],
)
def test_numbering_by_arabic_letters_and_digits_is_latin(
    attributes: str, expected: dict[str, str], tmp_path: Path
) -> None:
    part = f"<w:numbering {{ns}}><w:numFmt {attributes}/></w:numbering>"
    document = opened(word_file("<w:p/>", {"word/numbering.xml": part}), tmp_path)
    found = tree(translated(document, {}), "word/numbering.xml")[0]
    assert {str(name).removeprefix(W): value for name, value in found.attrib.items()} == expected


def test_settings_and_overrides_are_turned(tmp_path: Path) -> None:
    settings = (
        '<w:settings {ns}><w:bookFoldRevPrinting/><w:decimalSymbol w:val="٫"/>'
        '<w:listSeparator w:val="؛"/></w:settings>'
    )
    body = (
        '<w:p><w:bdo w:val="rtl"><w:r><w:t>a</w:t></w:r></w:bdo></w:p>'
        '<w:sdt><w:sdtPr><w:date><w:lid w:val="ar-SA"/></w:date></w:sdtPr></w:sdt>'
        '<w:p><w:r><w:pict><v:shape style="direction:rtl"/></w:pict></w:r></w:p>'
    )
    document = opened(word_file(body, {"word/settings.xml": settings}), tmp_path)
    written = translated(document, {})
    assert xml_of(written) == (
        body.replace('"rtl"', '"ltr"').replace("ar-SA", "en-US").replace(":rtl", ":ltr")
    )
    assert xml_of(written, "word/settings.xml") == (
        '<w:bookFoldPrinting/><w:decimalSymbol w:val="."/><w:listSeparator w:val=";"/>'
    )


def test_a_chart_and_a_diagram_are_turned(tmp_path: Path) -> None:
    line = '<a:p><a:pPr algn="r" rtl="1"/><a:r><a:rPr lang="ar-EG"><a:rtl/></a:rPr></a:r></a:p>'
    chart = f'<c:chartSpace {{ns}}><c:lang val="ar-SA"/><a:bodyPr rtlCol="1"/>{line}</c:chartSpace>'
    data = (
        '<dgm:dataModel {ns}><dgm:dir val="rev"/><a:buAutoNum type="arabic1Minus"/></dgm:dataModel>'
    )
    parts = {"word/charts/chart1.xml": chart, "word/diagrams/data1.xml": data}
    written = translated(opened(word_file("<w:p/>", parts), tmp_path), {})
    assert xml_of(written, "word/charts/chart1.xml") == (
        '<c:lang val="en-US"/><a:bodyPr rtlCol="0"/><a:p><a:pPr algn="l" rtl="0"/>'
        '<a:r><a:rPr lang="en-US"/></a:r></a:p>'
    )
    assert xml_of(written, "word/diagrams/data1.xml") == (
        '<dgm:dir val="norm"/><a:buAutoNum type="alphaLcPeriod"/>'
    )


def test_direction_can_be_kept(tmp_path: Path) -> None:
    body = paragraph("<w:bidi/>") + run("<w:bCs/><w:rtl/>")
    document = opened(word_file(body), tmp_path)
    kept = xml_of(translated(document, {"قال": "said"}, direction="keep"))
    assert kept == body.replace("<w:t>قال</w:t>", "<w:t>said</w:t>")
