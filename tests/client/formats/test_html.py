"""What is translated in HTML, how, and what is left alone."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.errors import BadFile
from tarjama.formats.html import HtmlFormat, HtmlPage
from tarjama.formats.html.tokens import tokenise
from tarjama.options import LineHandling
from tests.client.formats.conformance import rotated, scrambled, to_latin


def texts(html: str) -> list[str]:
    return [unit.text for unit in HtmlPage(html).units]


def translated(html: str, *translations: str) -> str:
    page = HtmlPage(html)
    new = {unit.id: text for unit, text in zip(page.units, translations, strict=True)}
    return page.write(new, direction="keep")


def turned(html: str) -> str:
    return HtmlPage(html).write({}, direction="ltr")


@pytest.mark.parametrize(
    ("html", "units"),
    [
        ("<p>أ</p><p>ب</p>", ["أ", "ب"]),
        ("<p>أ<p>ب", ["أ", "ب"]),
        ("<div>أ<p>ب</p>ج</div>", ["أ", "ب", "ج"]),
        ("<p>\n  أ\n  ب\t</p>", ["أ ب"]),
        ("<p>أ <b>ب</b> ج</p>", ['أ <g id="1">ب</g> ج']),
        ("<p><b>أ ب</b></p>", ["أ ب"]),
        ("<p>أ <b>ب <i>ج</b> د</i></p>", ['أ <g id="1">ب <x id="2"/>ج</g> د']),
        ("<p>أ <b>ب</p>", ['أ <x id="1"/>ب']),
        ("<p>أ<br>ب<br/>ج</p>", ["أ\nب\nج"]),
        ("<p>أ <img src=x> ب</p>", ['أ <x id="1"/> ب']),
        ("<p>أ <code>قلم</code> ب</p>", ['أ <x id="1"/> ب']),
        ("<p>أ <span translate=no>قلم</span> ب</p>", ['أ <x id="1"/> ب']),
        ("<p>أ <svg><text>قلم</text></svg> ب</p>", ['أ <x id="1"/> ب']),
        ("<p>أ&amp;ب &lt;ج&gt; &quot;د&quot; &#1607;</p>", ['أ&amp;ب &lt;ج> "د" ه']),
        ("<p>أ<!-- تعليق -->ب</p>", ['أ<x id="1"/>ب']),
        ("<div class='a notranslate'><p>أ</p></div>ب", ["ب"]),
        ("<ul><li translate=no>أ<li>ب</ul>", ["ب"]),
        ("<div><p translate=no>أ</div>ب", ["ب"]),
        ("<p translate=no>أ", ["أ"]),
        ("<script>var a = 'أ <p>ب</p>';</script><style>/* ج */</style>", []),
        ("<title>أ</title><option>ب<option>ج", ["أ", "ب", "ج"]),
        ("<p>no Arabic</p><p>٢٠٢٦</p>", ["٢٠٢٦"]),
        ("أ </> ب", ['أ <x id="1"/> ب']),
        ("<![oops[x]]>أ", ["أ"]),
    ],
)
def test_units_are_what_stands_between_blocks(html: str, units: list[str]) -> None:
    assert texts(html) == units


RED = "<span lang=AR-SA style='color:red'>"


@pytest.mark.parametrize(
    ("html", "units"),
    [
        (f"<p>أ {RED}ب</span>{RED}ج</span> د</p>", ['أ <g id="1">بج</g> د']),
        (f"<p>أ {RED}ب</span> {RED}ج</span> {RED}د</span></p>", ['أ <g id="1">ب ج د</g>']),
        (f"<p>{RED}أ</span> {RED}ب</span></p>", ["أ ب"]),
        ("<p>أ <b><i>ب</i><i>ج</i></b> د</p>", ['أ <g id="1">بج</g> د']),
        (f"<p>أ {RED}ب</span>، {RED}ج</span></p>", ['أ <g id="1">ب</g>، <g id="2">ج</g>']),
        ("<p>أ <b>ب</b><i>ج</i></p>", ['أ <g id="1">ب</g><g id="2">ج</g>']),
        # Each may be a label, in a box of its own.
        ("<p><b class=a>أ</b> <b class=a>ب</b></p>", ['<g id="1">أ</g> <g id="2">ب</g>']),
        (
            "<p><b style='padding:1px'>أ</b> <b style='padding:1px'>ب</b></p>",
            ['<g id="1">أ</g> <g id="2">ب</g>'],
        ),
        ("<p><a href=x>أ</a> <a href=x>ب</a></p>", ['<g id="1">أ</g> <g id="2">ب</g>']),
    ],
)
def test_neighbours_that_look_alike_have_one_tag(html: str, units: list[str]) -> None:
    assert texts(html) == units
    assert translated(html, *units) == html


def test_joined_neighbours_are_written_as_one() -> None:
    html = f"<p>أ {RED}ب</span> {RED}ج</span></p>"
    assert translated(html, 'a <g id="1">b c</g>') == f"<p>a {RED}b c</span></p>"


@pytest.mark.parametrize(
    ("html", "units"),
    [
        ("<img alt='صورة'>", ["صورة"]),
        ("<a title=صفحة href='/ص'>x</a>", ["صفحة"]),
        ('<input placeholder="اكتب" value="قيمة">', ["اكتب"]),
        ('<input type="Submit" value="أرسل">', ["أرسل"]),
        ('<button aria-label="أغلق">x</button>', ["أغلق"]),
        ('<meta name="Description" content="وصف &quot;ما&quot;">', ['وصف "ما"']),
        ('<meta property="og:title" content="عنوان">', ["عنوان"]),
        ('<meta name="author" content="كاتب">', []),
        ('<img alt="صورة" translate="no">', []),
        ('<img alt="a < ب & c">', ["a &lt; ب &amp; c"]),
    ],
)
def test_attributes_that_people_read_are_units(html: str, units: list[str]) -> None:
    assert texts(html) == units


def test_white_space_counts_where_html_says_so() -> None:
    [unit] = HtmlPage("<pre>  أ\n    ب <b>ج</b>\n</pre>").units
    assert unit.text == 'أ\n    ب <g id="1">ج</g>'
    assert unit.line_handling is LineHandling.LINES


@pytest.mark.parametrize(
    ("html", "translation", "result"),
    [
        ("<p>\n أ <b class=x>ب</b>\n</p>", 'a <g id="1">b</g>', "<p>\n a <b class=x>b</b>\n</p>"),
        ("<p>أ <b>ب</b></p>", '<g id="1">b</g> a', "<p><b>b</b> a</p>"),
        ("<p>أ", "a < b & c\u00a0d", "<p>a &lt; b &amp; c&#160;d"),
        ("<p>أ<BR clear=all>ب", "a\nb", "<p>a<BR clear=all>b"),
        ("<img ALT = 'صورة' src=x>", 'a "b" & c', '<img ALT="a &quot;b&quot; &amp; c" src=x>'),
        ("<img alt=صورة/>", "a", '<img alt="a">'),
        ("<p>أ <img alt='' src=1> ب", 'b <x id="1"/> a', "<p>b <img alt='' src=1> a"),
        ("<title>أ</title>", "a </title>", "<title>a &lt;/title&gt;</title>"),
    ],
)
def test_a_translation_takes_the_place_of_its_text(
    html: str, translation: str, result: str
) -> None:
    assert translated(html, translation) == result


@pytest.mark.parametrize(
    ("html", "result"),
    [
        ("<html>", '<html lang="en" dir="ltr">'),
        ("<html dir=rtl lang=ar-EG class=x>", '<html dir="ltr" lang="en" class=x>'),
        ('<html lang="en" dir="ltr">', '<html lang="en" dir="ltr">'),
        ("<p DIR='RTL' lang='ar'>x", "<p DIR=\"ltr\" lang='ar'>x".replace("'ar'", '"en"')),
        ("<p lang=arn>x", "<p lang=arn>x"),
        ("<p dir=auto>x", "<p dir=auto>x"),
        ("<p align=right>x", "<p align=right>x"),
        ("<div dir=rtl><p align=right>x", '<div dir="ltr"><p align="left">x'),
        ("<div dir=rtl></div><p align=right>", '<div dir="ltr"></div><p align=right>'),
        (
            "<div dir=rtl><p dir=ltr style='text-align:left'>",
            "<div dir=\"ltr\"><p dir=ltr style='text-align:left'>",
        ),
        (
            "<p style='direction: rtl; text-align: right; text-align-last:left'>",
            '<p style="direction: ltr; text-align: left; text-align-last:right">',
        ),
        ("<p style='flex-direction:rtl'>", "<p style='flex-direction:rtl'>"),
        (
            "<ol style='list-style: arabic-indic inside'>",
            '<ol style="list-style: decimal inside">',
        ),
        ("<meta http-equiv=Content-Language content=ar>", None),
        ("<p translate=no dir=rtl lang=ar>أ</p>", "<p translate=no dir=rtl lang=ar>أ</p>"),
        (
            "<style>body{direction:rtl} p{text-align:right}</style><p align=left>",
            '<style>body{direction:ltr} p{text-align:left}</style><p align="right">',
        ),
        ("<style>p{text-align:right}</style>", "<style>p{text-align:right}</style>"),
    ],
)
def test_right_to_left_becomes_left_to_right(html: str, result: str | None) -> None:
    assert turned(html) == (result or '<meta http-equiv=Content-Language content="en">')
    assert HtmlPage(html).write({}, direction="keep") == html


PIECES = (
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i class='x'>",
    "</i>",
    "<br>",
    "<img alt='صورة'>",
    "<!-- ت -->",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "<div dir=rtl>",
    "</div>",
    "<script>",
    "</script>",
    "<li translate=no>",
    "&amp;",
    "&lt",
    "&#1607;",
    "<",
    ">",
    "&",
    "</",
    "<!",
    "<?",
    "<![x[",
    "]]>",
    '<a title="أ',
    '"',
    "'",
    "\r\n",
    "<title>",
    "</title>",
    "<textarea>",
)

markup = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.text(alphabet="أب نa \u00a0", max_size=5),
    ),
    max_size=25,
).map("".join)


@given(markup)
def test_tokens_tile_whatever_the_page(html: str) -> None:
    assert "".join(token.raw for token in tokenise(html)) == html


@given(markup)
def test_an_untranslated_page_is_the_same(html: str) -> None:
    page = HtmlPage(html)
    assert page.write({one.id: one.text for one in page.units}, direction="keep") == html


@given(markup)
def test_tags_survive_whatever_the_translation(html: str) -> None:
    page = HtmlPage(html)
    for translate in (to_latin, scrambled):
        new = {one.id: translate(one.text) for one in page.units}
        result = page.write(new, direction="keep")
        assert sorted(tag_names(result)) == sorted(tag_names(html))


@given(markup)
def test_what_was_written_reads_back(html: str) -> None:
    page = HtmlPage(html)
    new = {one.id: rotated(one.text) for one in page.units}
    written = HtmlPage(page.write(new, direction="keep"))
    assert [one.text for one in written.units] == list(new.values())


def tag_names(html: str) -> list[str]:
    return [token.name for token in tokenise(html) if token.name]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=windows-1256>", "cp1256"),
        ("<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=ISO-8859-6'>", "iso8859-6"),
        ('<?xml version="1.0" encoding="windows-1256"?>', "cp1256"),
        ("<meta charset=utf-8>", "utf-8"),
        ("<p>", "utf-8"),
        ("<p>", "utf-8-sig"),
        ("<p>", "utf-16"),
        ("<meta charset=windows-1256>", "utf-16"),
    ],
)
def test_the_encoding_is_the_one_that_the_page_says(
    head: str, encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    html = f"{head}<p>قال المتحدث باسم الوزارة إن السفارة ستبقى مفتوحة</p>"
    path.write_bytes(html.encode(encoding))
    document = HtmlFormat().read(path)
    [unit] = document.units
    assert unit.text == "قال المتحدث باسم الوزارة إن السفارة ستبقى مفتوحة"
    target = io.BytesIO()
    document.write(target, {unit.id: "It’s 漢"})
    written = target.getvalue().decode(encoding)
    assert written.removeprefix("\ufeff").startswith(head)
    if encoding.startswith("utf"):
        assert "It’s 漢" in written
    else:
        assert "&#28450;" in written


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"<meta charset=utf-8><p>\xd3\xe1\xc7\xe3", "byte 23 is not"),
        (b"<p>\xff\xc7\x81", "encoding is not clear|binary"),
        ("نص".encode(), "no tags"),
    ],
)
def test_a_page_that_breaks_its_encoding_is_refused(data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(data)
    with pytest.raises(BadFile, match=told):
        HtmlFormat().read(path)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5000 + "أ" + "<span>" * 5000 + "ب",
        "أ" + "<b>" * 5000 + "ب" + "</b>" * 5000,
        "<p translate=no>" * 1000 + "أ",
    ],
)
def test_a_deep_page_is_read_and_written(html: str) -> None:
    page = HtmlPage(html)
    new = {unit.id: to_latin(unit.text) for unit in page.units}
    assert sorted(tag_names(page.write(new, direction="keep"))) == sorted(tag_names(html))
