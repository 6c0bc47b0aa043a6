"""What a paragraph of Word is as tagged text, and what it is once it is translated."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.client.formats.conformance import scrambled, to_latin
from tests.client.formats.docx.word_file import (
    W,
    formatting_in,
    opened,
    translated,
    tree,
    word_file,
    xml_of,
)

RTL = "<w:rPr><w:rtl/></w:rPr>"
BOLD = "<w:rPr><w:bCs/><w:rtl/></w:rPr>"


def run(inner: str, properties: str = "") -> str:
    return f"<w:r>{properties}{inner}</w:r>"


def text(words: str, properties: str = "") -> str:
    return run(f'<w:t xml:space="preserve">{words}</w:t>', properties)


def mark(kind: str) -> str:
    return run(f'<w:fldChar w:fldCharType="{kind}"/>')


FIELD_HEAD = mark("begin") + run("<w:instrText> REF a </w:instrText>") + mark("separate")


@pytest.mark.parametrize(
    ("content", "tagged"),
    [
        (text("قال ") + text("الوزير"), ["قال الوزير"]),
        (text("قال ", RTL) + text("نعم ") + text("لا", RTL), ["قال نعم لا"]),
        (text("قال ", RTL) + text("نعم", BOLD) + text(".", RTL), ['قال <g id="1">نعم</g>.']),
        (text("الو") + '<w:proofErr w:type="spellEnd"/>' + text("زير"), ["الوزير"]),
        (text("قال") + run("<w:lastRenderedPageBreak/>") + text(" نعم"), ["قال نعم"]),
        (text("أ") + run("<w:br/>") + text("ب"), ["أ\nب"]),
        (text("أ") + run('<w:br w:type="page"/>') + text("ب"), ["أ", "ب"]),
        (text("أ") + run("<w:tab/>") + text("ب"), ["أ", "ب"]),
        (text("ذو") + run("<w:noBreakHyphen/>") + text("القرنين"), ["ذو\u2011القرنين"]),
        (text("مد") + run("<w:softHyphen/>") + text("رسة"), ["مدرسة"]),
        (run("<w:t> قال </w:t>") + text("نعم"), ["قالنعم"]),
        (run("<w:t>قال</w:t><w:tab/><w:t>نعم</w:t>"), ["قال", "نعم"]),
        (run("<w:t>قال</w:t><w:pict/><w:t>نعم</w:t>"), ['قال<x id="1"/>نعم']),
        (
            '<w:hyperlink w:anchor="a">' + text("باب") + run("<w:tab/>") + FIELD_HEAD + text("٣")
            + mark("end") + "</w:hyperlink>",
            ["باب", "٣"],
        ),
        (FIELD_HEAD + text("أ") + run("<w:tab/>") + text("ب") + mark("end"), ["أ", "ب"]),
        (text("a < b & قال".replace("&", "&amp;").replace("<", "&lt;")), ["a &lt; b &amp; قال"]),
        (text("أ ") + FIELD_HEAD + text("ب") + mark("end"), ['أ <g id="1">ب</g>']),
        (text("أ ") + mark("begin") + mark("end") + text("ب"), ['أ <x id="1"/>ب']),
        (text("أ ") + mark("separate") + text("ب") + mark("end") + text("ت"), ["أ", "ب", "ت"]),
        (
            f'<w:hyperlink w:anchor="a">{FIELD_HEAD}{text("أ")}</w:hyperlink>'
            + text("ب")
            + mark("end")
            + text("ت"),
            ["أ", "ب", "ت"],
        ),
        (f"<w:ins w:id='1'>{text('أ')}</w:ins>" + text(" ب"), ['<g id="1">أ</g> ب']),
        ('<w:bookmarkStart w:id="1" w:name="a"/>' + text("أ") + '<w:bookmarkEnd w:id="1"/>', ["أ"]),
        ("<w:smartTag>" + text("أ") + '<w:smartTag w:uri="u">' + text("ب") + "</w:smartTag>"
         "</w:smartTag>", ["أب"]),
        (text("only English"), []),
    ],
)  # fmt: skip
def test_tagged_text_of_a_paragraph(content: str, tagged: list[str], tmp_path: Path) -> None:
    document = opened(word_file(f"<w:p>{content}</w:p>"), tmp_path)
    assert [unit.text for unit in document.units] == tagged


@pytest.mark.parametrize(
    ("content", "translations", "result"),
    [
        (
            text("قال ", BOLD) + text("نعم", BOLD),
            {"قال نعم": "He said yes"},
            "<w:r><w:rPr><w:b/><w:bCs/></w:rPr><w:t>He said yes</w:t></w:r>",
        ),
        (
            text("قال ") + text("نعم", BOLD),
            {'قال <g id="1">نعم</g>': '<g id="1">Yes</g>, he said'},
            "<w:r><w:rPr><w:b/><w:bCs/></w:rPr><w:t>Yes</w:t></w:r>"
            "<w:r><w:t>, he said</w:t></w:r>",
        ),
        (
            text("أ ") + FIELD_HEAD + text("ب") + mark("end"),
            {'أ <g id="1">ب</g>': '<g id="1">B</g> a'},
            FIELD_HEAD + text("B").replace(' xml:space="preserve"', "") + mark("end")
            + '<w:r><w:t xml:space="preserve"> a</w:t></w:r>',
        ),
        (
            run("<w:t>أ</w:t>" + '<w:fldChar w:fldCharType="end"/>' + "<w:t>ب</w:t>"),
            {"أ": "A", "ب": "B"},
            "<w:r><w:t>A</w:t></w:r>" + mark("end") + "<w:r><w:t>B</w:t></w:r>",
        ),
        (
            run("<w:t>أ</w:t><w:lastRenderedPageBreak/>") + '<w:proofErr w:type="spellEnd"/>'
            + "<w:smartTag>" + text("ب") + "</w:smartTag>",
            {"أب": "a\u2011b\x07"},
            "<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t></w:r>",
        ),
        (
            text("أ") + run('<w:sym w:font="Symbol" w:char="F020"/>') + text("ب"),
            {'أ<x id="1"/>ب': 'a<x id="1"/>b'},
            "<w:r><w:t>a</w:t></w:r>" + run('<w:sym w:font="Symbol" w:char="F020"/>')
            + "<w:r><w:t>b</w:t></w:r>",
        ),
        (
            '<w:bookmarkStart w:id="1" w:name="a"/>' + text("أ ")
            + '<w:bookmarkStart w:id="2" w:name="b"/>' + text("ب ")
            + '<w:bookmarkEnd w:id="1"/>' + text("ت") + '<w:bookmarkEnd w:id="2"/>' + text(" ث"),
            {"أ ب ت ث": "a b c d"},
            None,
        ),
    ],
    ids=["merged", "moved", "field", "cut", "noise", "symbol", "overlap"],
)  # fmt: skip
def test_a_translated_paragraph(
    content: str, translations: dict[str, str], result: str | None, tmp_path: Path
) -> None:
    document = opened(word_file(f"<w:p>{content}</w:p>"), tmp_path)
    if result is None:
        written = translated(document, {one.text: scrambled(one.text) for one in document.units})
        assert_ranges_are_in_order(tree(written))
    else:
        assert xml_of(translated(document, translations)) == f"<w:p>{result}</w:p>"


def assert_ranges_are_in_order(root: etree._Element) -> None:
    """Checks that nothing ends before it begins, and fields are whole and nested."""
    begun: set[str | None] = set()
    depth = []
    for element in root.iter():
        if element.tag == f"{W}bookmarkStart":
            begun.add(element.get(f"{W}id"))
        elif element.tag == f"{W}bookmarkEnd":
            assert element.get(f"{W}id") in begun
        elif element.tag == f"{W}fldChar":
            kind = element.get(f"{W}fldCharType")
            if kind == "begin":
                depth.append(kind)
            elif kind == "separate":
                assert depth[-1] == "begin"
                depth[-1] = "separate"
            else:
                depth.pop()
    assert depth == []


words = st.sampled_from(["قال", " ", "نعم ", "x", "ا ب"])
looks = st.sampled_from(["", RTL, BOLD, '<w:rPr><w:color w:val="FF0000"/></w:rPr>'])
leaves = st.one_of(
    st.builds(text, words, looks),
    st.builds(run, st.sampled_from(["<w:tab/>", "<w:br/>", "<w:pict/>", "<w:t>a</w:t><w:cr/>"])),
    st.just('<w:commentRangeEnd w:id="9"/>'),
    st.just(run("<w:footnoteReference w:id='7'/>", '<w:rPr><w:rStyle w:val="F"/></w:rPr>')),
)


def around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, max_size=4).map("".join)
    return st.one_of(
        st.builds('<w:hyperlink w:anchor="a">{}</w:hyperlink>'.format, several),
        st.builds("<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>".format, several),
        st.builds("<w:smartTag>{}</w:smartTag>".format, several),
        st.builds('<w:ins w:id="5">{}</w:ins>'.format, several),
        several.map(lambda one: FIELD_HEAD + one + mark("end")),
        several,
    )


paragraphs = st.lists(st.recursive(leaves, around, max_leaves=12), max_size=6).map("".join)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    paragraph=paragraphs,
    bookmarks=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=3),
)
def test_whatever_moves_nothing_is_lost_doubled_or_broken(
    paragraph: str, bookmarks: list[tuple[int, int]], tmp_path: Path
) -> None:
    data = word_file(f"<w:p>{with_bookmarks(paragraph, bookmarks)}</w:p>")
    document = opened(data, tmp_path)
    for translate in (to_latin, scrambled):
        moved = translated(document, {one.text: translate(one.text) for one in document.units})
        assert_ranges_are_in_order(tree(moved))
        assert formatting_in(moved) == formatting_in(zipfile.ZipFile(io.BytesIO(data)))


def with_bookmarks(paragraph: str, bookmarks: list[tuple[int, int]]) -> str:
    """Puts bookmarks between the paragraph's direct children, where they may overlap."""
    root = etree.fromstring(f'<w:p xmlns:w="{W[1:-1]}">{paragraph}</w:p>')
    pieces = [etree.tostring(child, encoding="unicode") for child in root]
    for number, (first, second) in enumerate(bookmarks):
        places = sorted((first % (len(pieces) + 1), second % (len(pieces) + 1)))
        pieces.insert(places[1], f'<w:bookmarkEnd w:id="{number}"/>')
        pieces.insert(places[0], f'<w:bookmarkStart w:id="{number}" w:name="b{number}"/>')
    return "".join(pieces)


def test_overlapping_bookmarks_in_a_link_stay_in_order(tmp_path: Path) -> None:
    link = "".join(
        [
            text("أ "),
            '<w:bookmarkStart w:id="1" w:name="a"/>',
            text("ب "),
            '<w:bookmarkStart w:id="2" w:name="b"/>',
            text("ت "),
            '<w:bookmarkEnd w:id="1"/>',
            text("ث "),
            '<w:bookmarkEnd w:id="2"/>',
        ]
    )
    body = f'<w:p>{text("ج ")}<w:hyperlink w:anchor="a">{link}</w:hyperlink>{text("ح")}</w:p>'
    document = opened(word_file(body), tmp_path)
    written = translated(document, {one.text: scrambled(one.text) for one in document.units})
    assert_ranges_are_in_order(tree(written))


def test_an_untouched_paragraph_stays_as_it_is_beside_a_translated_one(tmp_path: Path) -> None:
    noisy = '<w:p w:rsidR="1"><w:r><w:t>قال</w:t></w:r><w:proofErr w:type="spellEnd"/></w:p>'
    document = opened(word_file(noisy + f"<w:p>{text('نعم')}</w:p>"), tmp_path)
    written = xml_of(translated(document, {"نعم": "Yes"}, direction="keep"))
    assert written == noisy + "<w:p><w:r><w:t>Yes</w:t></w:r></w:p>"
