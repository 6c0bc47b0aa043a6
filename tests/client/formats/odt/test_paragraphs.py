"""What is translated in OpenDocument texts, and how it is written back."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tarjama.formats.errors import BadFile
from tarjama.formats.odt import OdtFormat
from tarjama.formats.units import FormatDocument
from tests.client.formats.conformance import scrambled, to_latin, written
from tests.client.formats.odt.opendocument_file import NAMESPACES, odt_formatting, text_file

AUTOMATIC = (
    '<style:style style:name="T1" style:family="text">'
    '<style:text-properties fo:font-weight="bold" style:font-weight-complex="bold"/></style:style>'
    '<style:style style:name="T2" style:family="text">'
    '<style:text-properties fo:language="en" style:font-size-asian="9pt"/></style:style>'
    '<style:style style:name="T3" style:family="text">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
)


def read(folder: Path, body: str, **more: str) -> FormatDocument:
    return OdtFormat().read(text_file(folder / "a.odt", body, automatic=AUTOMATIC, **more))


def texts(document: FormatDocument) -> list[str]:
    return [unit.text for unit in document.units]


def body_of(data: bytes) -> str:
    """Gives what is in the body, without declarations of namespaces."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("content.xml"))
    text = root.find("office:body/office:text", NAMESPACES)
    assert text is not None
    inner = "".join(etree.tostring(one, encoding="unicode") for one in text)
    for prefix, name in NAMESPACES.items():
        inner = inner.replace(f' xmlns:{prefix}="{name}"', "")
    return inner


def translated(document: FormatDocument, *translations: str) -> str:
    new = {unit.id: text for unit, text in zip(document.units, translations, strict=True)}
    target = io.BytesIO()
    document.write(target, new, direction="keep")
    return body_of(target.getvalue())


@pytest.mark.parametrize(
    ("body", "units"),
    [
        ("<text:p>أ</text:p><text:h>ب</text:h><text:p>x</text:p>", ["أ", "ب"]),
        ("<text:p>\n  أ\n   ب </text:p>", ["أ ب"]),
        ('<text:p>أ<text:s text:c="2"/>ب<text:s/>ج</text:p>', ["أ  ب ج"]),
        ('<text:p>أ<text:s text:c="999999999"/>ب</text:p>', ['أ<x id="1"/>ب']),
        ("<text:p>أ<text:tab/>ب<text:line-break/>ج</text:p>", ['أ<x id="1"/>ب\nج']),
        (
            '<text:p>أ <text:span text:style-name="T1">ب</text:span> ج</text:p>',
            ['أ <g id="1">ب</g> ج'],
        ),
        # A difference that Latin text does not show needs no tag.
        ('<text:p>أ <text:span text:style-name="T2">ب</text:span> ج</text:p>', ["أ ب ج"]),
        ('<text:p><text:span text:style-name="T1">أ ب</text:span></text:p>', ["أ ب"]),
        (
            '<text:p>أ <text:span text:style-name="T1">ب</text:span>'
            '<text:span text:style-name="T1"> ج</text:span> د</text:p>',
            ['أ <g id="1">ب ج</g> د'],
        ),
        ('<text:p>أ <text:a xlink:href="x">ب</text:a></text:p>', ['أ <g id="1">ب</g>']),
        (
            "<text:p>أ<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>ب</text:p></text:note-body></text:note> ج</text:p>",
            ['أ<x id="1"/> ج', "ب"],
        ),
        (
            '<text:p>أ <text:bookmark-start text:name="b"/>ب<text:bookmark-end text:name="b"/>'
            " ج</text:p>",
            ['أ <g id="1">ب</g> ج'],
        ),
        ("<text:p>أ <text:date>السبت</text:date> ب</text:p>", ['أ <x id="1"/> ب', "السبت"]),
        (
            '<text:p>أ <text:drop-down><text:label text:value="ب"/>ج</text:drop-down></text:p>',
            ["أ", "ج", "ب"],
        ),
        ("<text:p>أ <text:script>ب</text:script> ج</text:p>", ['أ <x id="1"/> ج']),
        (
            "<text:p>أ<draw:frame><draw:text-box><text:p>ب</text:p></draw:text-box>"
            "<svg:title>ج</svg:title><svg:desc>د</svg:desc></draw:frame></text:p>",
            ["أ", "ب", "ج", "د"],
        ),
        ("<text:p>أ<!-- ب --> ج</text:p>", ['أ<x id="1"/> ج']),
        (
            '<text:p><text:placeholder text:description="أ">ب</text:placeholder></text:p>',
            ["ب", "أ"],
        ),
        ('<text:p><text:a office:title="أ" xlink:href="x">x</text:a></text:p>', ["أ"]),
    ],
)
def test_units_are_paragraphs_fields_and_attributes(
    body: str, units: list[str], tmp_path: Path
) -> None:
    assert texts(read(tmp_path, body)) == units


@pytest.mark.parametrize(
    ("body", "translation", "result"),
    [
        ("<text:p>أ</text:p>", "a < b", "<text:p>a &lt; b</text:p>"),
        (
            '<text:p>أ <text:span text:style-name="T1">ب</text:span> ج</text:p>',
            '<g id="1">c</g> a b',
            '<text:p><text:span text:style-name="T1">c</text:span> a b</text:p>',
        ),
        ("<text:p>أ ب</text:p>", "a   b", '<text:p>a <text:s text:c="2"/>b</text:p>'),
        ("<text:p><text:s/>أ</text:p>", "a", "<text:p><text:s/>a</text:p>"),
        (
            "<text:p>أ<text:tab/>ب<text:line-break/>ج</text:p>",
            'c<x id="1"/>b\na',
            "<text:p>c<text:tab/>b<text:line-break/>a</text:p>",
        ),
        ("<text:p>أ</text:p>", "a\x00\x0bb", "<text:p>ab</text:p>"),
        (
            '<text:p>أ <text:a xlink:href="x"><text:span text:style-name="T1">ب</text:span>'
            "</text:a></text:p>",
            'a <g id="1">b</g>',
            '<text:p>a <text:a xlink:href="x"><text:span text:style-name="T1">b</text:span>'
            "</text:a></text:p>",
        ),
        (
            '<text:p>أ <text:bookmark-start text:name="b"/>ب <text:bookmark-start text:name="c"/>'
            'ج<text:bookmark-end text:name="b"/> د<text:bookmark-end text:name="c"/></text:p>',
            'd <g id="1">a</g>',
            # Of ranges that overlap, the first reaches from the beginning to the end.
            '<text:p><text:bookmark-start text:name="b"/>d <text:bookmark-start text:name="c"/>a'
            '<text:bookmark-end text:name="c"/><text:bookmark-end text:name="b"/></text:p>',
        ),
    ],
)
def test_translations_take_the_place_of_paragraphs(
    body: str, translation: str, result: str, tmp_path: Path
) -> None:
    document = read(tmp_path, body)
    assert translated(document, translation) == result


def test_deleted_text_is_shown_and_stays(tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region text:id='c'><text:deletion>"
        "<text:p>أ</text:p><text:p>ب</text:p></text:deletion></text:changed-region>"
        "</text:tracked-changes><text:p>ج<text:change text:change-id='c'/> د</text:p>"
    )
    document = read(tmp_path, body)
    assert [(one.text, one.is_translatable) for one in document.units] == [
        ("أ ب", False),
        ('ج<x id="1"/> د', True),
    ]
    assert "<text:p>أ</text:p>" in body_of(written(document, to_latin))
    assert "accept the changes" in document.notices[0]


def test_labels_of_lists_keep_their_numbers(tmp_path: Path) -> None:
    level = '<text:list-level-style-number loext:num-list-format="الفصل %1%: " text:level="1"/>'
    document = read(
        tmp_path, "<text:p>أ</text:p>", styles=f"<office:styles>{level}</office:styles>"
    )
    label = document.units[1]
    assert label.text == 'الفصل <x id="1"/>:'
    target = io.BytesIO()
    document.write(target, {label.id: 'Chapter <x id="1"/>:'})
    with zipfile.ZipFile(target) as archive:
        assert 'num-list-format="Chapter %1%: "' in archive.read("styles.xml").decode()


def test_charts_are_read_and_the_user_is_told_of_their_pictures(tmp_path: Path) -> None:
    with zipfile.ZipFile(text_file(tmp_path / "a.odt", "<text:p>أ</text:p>")) as archive:
        chart = archive.read("content.xml").decode().replace("أ", "مخطط")
    document = read(
        tmp_path,
        "<text:p>أ</text:p>",
        **{"Object 1__content_xml": chart, "ObjectReplacements__a": ""},
    )
    assert texts(document) == ["أ", "مخطط"]
    assert "Pictures of objects" in document.notices[0]


def test_a_document_with_a_password_is_refused(tmp_path: Path) -> None:
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry></m:manifest>'
    )
    with pytest.raises(BadFile, match="encrypted"):
        read(tmp_path, "<text:p>أ</text:p>", **{"META-INF__manifest_xml": manifest})


PIECES = st.recursive(
    st.sampled_from(
        [
            "أب",
            " ",
            "جد هو ",
            "<text:tab/>",
            "<text:line-break/>",
            "<text:s/>",
            "<text:date>x</text:date>",
        ]
    ),
    lambda inner: st.tuples(
        st.sampled_from(
            [
                ('<text:span text:style-name="T1">', "</text:span>"),
                ('<text:span text:style-name="T2">', "</text:span>"),
                ('<text:a xlink:href="x">', "</text:a>"),
            ]
        ),
        st.lists(inner, max_size=3),
    ).map(lambda one: one[0][0] + "".join(one[1]) + one[0][1]),
    max_leaves=6,
)


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
def test_no_code_is_lost_whatever_a_paragraph_is_made_of(tmp_path: Path, pieces: str) -> None:
    path = text_file(tmp_path / "a.odt", f"<text:p>{pieces}</text:p>", automatic=AUTOMATIC)
    document = OdtFormat().read(path)
    before, after = odt_formatting(path.read_bytes()), odt_formatting(written(document, scrambled))
    assert {one: n for one, n in before.items() if "weight" not in one} == {
        one: n for one, n in after.items() if "weight" not in one
    }
