"""What is translated beside paragraphs, and what is told of the rest."""

import io
import zipfile
from pathlib import Path

import pytest

from tarjama.formats.docx import DocxFormat
from tarjama.formats.errors import BadFile
from tests.client.formats.conformance import to_latin
from tests.client.formats.docx.everything import everything
from tests.client.formats.docx.word_file import W, opened, translated, tree, word_file, xml_of


def words(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_text_box_that_stands_twice_is_one_unit(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{words('نص')}{words('نص')}</w:txbxContent>"
    body = (
        "<w:p><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t>حول المربع</w:t></w:r></w:p>"
    )
    document = opened(word_file(body), tmp_path)
    assert [unit.text for unit in document.units] == ["حول المربع", "نص", "نص"]
    first, second = document.units[1:]
    target = io.BytesIO()
    document.write(target, {first.id: "one", second.id: "two", document.units[0].id: "around"})
    root = tree(zipfile.ZipFile(target))
    assert [text.text for text in root.iter(f"{W}t")] == ["one", "two", "one", "two", "around"]


def test_a_diagram_and_its_picture_are_one_unit(tmp_path: Path) -> None:
    document = opened(everything(), tmp_path)
    assert [unit.text for unit in document.units].count("خطوة أولى") == 1
    written = translated(document, {"خطوة أولى": "First step"})
    for part in ("word/diagrams/data1.xml", "word/diagrams/drawing1.xml"):
        assert "<a:t>First step</a:t>" in written.read(part).decode()


def test_the_xml_that_a_content_control_shows_says_the_same(tmp_path: Path) -> None:
    binding = (
        "<w:sdt><w:sdtPr><w:dataBinding w:prefixMappings='xmlns:n=\"urn:o\"' "
        'w:xpath="/n:o[1]/n:b[1]" w:storeItemID="{AB}"/></w:sdtPr>'
        f"<w:sdtContent>{words('شركة النيل')}</w:sdtContent></w:sdt>"
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    parts = {
        "customXml/item1.xml": '<o xmlns="urn:o"><b>شركة النيل</b><c>لا يظهر</c></o>',
        "customXml/itemProps1.xml": f'<d:i xmlns:d="{office}/customXml" d:itemID="{{ab}}"/>',
        "customXml/_rels/item1.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r" Type="{office}/relationships/customXmlProps" '
            'Target="itemProps1.xml"/></Relationships>'
        ),
    }
    document = opened(word_file(binding, parts), tmp_path)
    assert [unit.text for unit in document.units] == ["شركة النيل"]
    written = translated(document, {"شركة النيل": "Nile Company"})
    assert [one.text for one in tree(written, "customXml/item1.xml")] == ["Nile Company", "لا يظهر"]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ('<w:listItem w:displayText="نعم" w:value="1"/>', [("Yes", "1")]),
        ('<w:listItem w:displayText="نعم" w:value="نعم"/>', [("Yes", "Yes")]),
        (
            '<w:listItem w:displayText="نعم" w:value="نعم"/><w:listItem w:value="Yes"/>',
            [("Yes", "نعم"), (None, "Yes")],
        ),
    ],
)
def test_choices_show_and_store_the_translation(
    items: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    body = f"<w:sdt><w:sdtPr><w:dropDownList>{items}</w:dropDownList></w:sdtPr></w:sdt>"
    written = translated(opened(word_file(body), tmp_path), {"نعم": "Yes"})
    found = tree(written).iter(f"{W}listItem")
    assert [(one.get(f"{W}displayText"), one.get(f"{W}value")) for one in found] == expected


def test_the_label_of_a_list_keeps_its_number(tmp_path: Path) -> None:
    part = '<w:numbering {ns}><w:lvlText w:val="المادة %1 - القسم %2:"/></w:numbering>'
    document = opened(word_file("<w:p/>", {"word/numbering.xml": part}), tmp_path)
    assert [unit.text for unit in document.units] == ['المادة <x id="1"/> - القسم <x id="2"/>:']
    translation = {document.units[0].text: 'Section <x id="2"/> of article <x id="1"/>:'}
    written = xml_of(translated(document, translation), "word/numbering.xml")
    assert written == '<w:lvlText w:val="Section %2 of article %1:"/>'


@pytest.mark.parametrize(
    "body",
    [
        '<w:p><w:hyperlink w:tooltip="نص" w:anchor="a"/></w:p>',
        '<w:p><w:r><w:drawing><wp:docPr id="1" name="n" descr="نص"/></w:drawing></w:r></w:p>',
        '<w:p><w:r><w:pict><v:shape alt="نص"/></w:pict></w:r></w:p>',
        '<w:p><w:r><w:pict><v:textpath string="نص"/></w:pict></w:r></w:p>',
        '<w:tbl><w:tblPr><w:tblCaption w:val="نص"/></w:tblPr></w:tbl>',
        '<w:sdt><w:sdtPr><w:alias w:val="نص"/></w:sdtPr></w:sdt>',
        '<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:textInput>'
        '<w:default w:val="نص"/></w:textInput></w:ffData></w:fldChar></w:r></w:p>',
        "<w:p><w:r><w:drawing><a:p><a:r><a:t>نص</a:t></a:r></a:p></w:drawing></w:r></w:p>",
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>نص</w:t></w:r></w:rt></w:ruby></w:r></w:p>",
        "<w:p><mc:AlternateContent><mc:Choice><w:r><w:t>نص</w:t></w:r></mc:Choice>"
        "</mc:AlternateContent></w:p>",
    ],
)  # fmt: skip
def test_text_in_other_places_is_translated(body: str, tmp_path: Path) -> None:
    document = opened(word_file(body), tmp_path)
    assert [unit.text for unit in document.units] == ["نص"]
    written = xml_of(translated(document, {"نص": "text"}))
    assert written == body.replace("نص", "text")


def test_properties_are_translated_but_for_names(tmp_path: Path) -> None:
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    vector = "<v:vector><v:variant><v:lpstr>العنوان</v:lpstr></v:variant></v:vector>"
    parts = {
        "docProps/core.xml": (
            '<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/'
            'core-properties" xmlns:d="http://purl.org/dc/elements/1.1/"><d:title>تقرير</d:title>'
            "<d:creator>سليم</d:creator><c:keywords>متاحف</c:keywords>"
            "<d:language>ar-EG</d:language></c:coreProperties>"
        ),
        "docProps/app.xml": (
            f'<Properties xmlns="{office}/extended-properties" xmlns:v="{office}/docPropsVTypes">'
            f"<HeadingPairs>{vector}</HeadingPairs><Company>وزارة</Company></Properties>"
        ),
        "docProps/custom.xml": (
            f'<Properties xmlns="{office}/custom-properties" xmlns:v="{office}/docPropsVTypes">'
            '<property name="city"><v:lpwstr>القاهرة</v:lpwstr></property></Properties>'
        ),
    }
    document = opened(word_file(words("تقرير"), parts), tmp_path)
    assert [unit.text for unit in document.units] == [
        "تقرير", "متاحف", "العنوان", "وزارة", "القاهرة",
    ]  # fmt: skip
    written = translated(document, {"تقرير": "Report"})
    assert [one.text for one in tree(written, "docProps/core.xml")] == [
        "Report", "سليم", "متاحف", "en-US",
    ]  # fmt: skip


def test_deleted_text_stays_and_is_no_text_to_translate(tmp_path: Path) -> None:
    body = '<w:p><w:del w:id="1"><w:r><w:delText>قديم</w:delText></w:r></w:del></w:p>'
    document = opened(word_file(body), tmp_path)
    assert [(unit.text, unit.is_translatable) for unit in document.units] == [("قديم", False)]
    assert xml_of(translated(document, {"قديم": "old"})) == body
    assert "Deleted text" in document.notices[0]


@pytest.mark.parametrize(
    ("body", "parts", "told"),
    [
        ('<w:p><w:bookmarkStart w:id="1" w:name="فصل"/></w:p>', {}, "those of bookmarks."),
        (
            "<w:p/>",
            {"word/styles.xml": '<w:styles {ns}><w:style><w:name w:val="نص"/></w:style>'
                                "</w:styles>"},
            "those of styles.",
        ),
        ("<w:p><w:r><w:instrText> XE \"نص\" </w:instrText></w:r></w:p>", {}, "in 1 place,"),
        ("<w:p><m:oMath><m:r><m:t>س</m:t></m:r></m:oMath></w:p>", {}, "Equations"),
        ("<w:p/>", {"word/embeddings/book1.xlsx": "x"}, "Files within the document (1)"),
    ],
)  # fmt: skip
def test_what_stays_as_it_is_is_told(
    body: str, parts: dict[str, str], told: str, tmp_path: Path
) -> None:
    (notice,) = opened(word_file(body, parts), tmp_path).notices
    assert told in notice
    assert "نص" not in notice and "فصل" not in notice


def test_nothing_is_told_of_a_document_that_is_all_translated(tmp_path: Path) -> None:
    assert opened(word_file(words("قال")), tmp_path).notices == ()


def strict(data: bytes) -> bytes:
    return _changed(data, "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                    "http://purl.oclc.org/ooxml/officeDocument/relationships")  # fmt: skip


def _changed(data: bytes, old: str, new: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old.encode(), new.encode()))
    return buffer.getvalue()


FIELD_BEGIN = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'


def nested(depth: int, inner: str) -> bytes:
    inner = '<w:ins w:id="1">' * depth + inner + "</w:ins>" * depth
    return word_file(f"<w:p>{inner}</w:p>{words('قال')}")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (strict(word_file(words("قال"))), "Strict Open XML"),
        (word_file(f"<w:p>{FIELD_BEGIN * 40}</w:p>"), "nested more than 32 deep"),
        (nested(65, FIELD_BEGIN), "nested more than 64 deep"),
        (nested(240, ""), "nested more than 64 deep"),
        (_changed(word_file(), "</w:body>", ""), "word/document.xml is not well-formed"),
        (_changed(word_file(), "wordprocessingml.document.main", "other"), "not a Word document"),
    ],
    ids=["strict", "fields", "containers", "deep", "broken", "other"],
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=told):
        opened(data, tmp_path)


def test_containers_in_containers_take_no_time(tmp_path: Path) -> None:
    document = opened(nested(64, f"{FIELD_BEGIN}<w:r><w:t>نعم</w:t></w:r>"), tmp_path)
    assert [unit.text for unit in document.units] == ["نعم", "قال"]
    document = opened(nested(64, "<w:r><w:t>نعم</w:t></w:r>"), tmp_path)
    written = translated(document, {"نعم": "yes"})
    assert [text.text for text in tree(written).iter(f"{W}t")] == ["yes", "قال"]


def test_a_document_with_every_construct_is_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "file.docx"
    path.write_bytes(everything())
    document = DocxFormat().read(path)
    parts = list(dict.fromkeys(unit.id.partition("#")[0] for unit in document.units))
    assert parts[0] == "word/document.xml"
    assert parts[-2:] == ["docProps/core.xml", "customXml/item1.xml"]
    written = translated(document, {one.text: to_latin(one.text) for one in document.units})
    assert written.testzip() is None
