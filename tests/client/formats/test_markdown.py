"""What is translated in Markdown, how, and what is left alone."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tarjama.formats.markdown import MarkdownFormat
from tarjama.formats.markdown.document import MarkdownText
from tests.client.formats.conformance import rotated


def texts(source: str) -> list[str]:
    return [unit.text for unit in MarkdownText(source).units]


def translated(source: str, *translations: str) -> str:
    text = MarkdownText(source)
    new = {unit.id: one for unit, one in zip(text.units, translations, strict=True)}
    return text.write(new, direction="ltr")


@pytest.mark.parametrize(
    ("source", "units"),
    [
        ("# أ *ب* ج #\n", ['أ <g id="1">ب</g> ج']),
        ("أ\nب\n", ["أ ب"]),
        ("أ.\nب\n", ["أ.\nب"]),
        ("أ  \nب\\\nج\n", ["أ\nب\nج"]),
        ("أ **ب** `قلم` ج", ['أ <g id="1">ب</g> <x id="2"/> ج']),
        ('أ [ب](x "عنوان") ج', ['أ <g id="1">ب</g> ج', "عنوان"]),
        ("أ ![صورة](a.png 'ع') ج", ['أ <x id="1"/> ج', "صورة", "ع"]),
        ("أ \\* &amp; &lt; ب", ["أ * &amp; &lt; ب"]),
        ("أ <b>ب</b> ج", ['أ <g id="1">ب</g> ج']),
        ("أ <img alt='صورة'> ب", ['أ <x id="1"/> ب', "صورة"]),
        ("أ <http://x.y/ص> ب", ['أ <x id="1"/> ب']),
        ("أ $س^2$ ب", ['أ <x id="1"/> ب']),
        ("> أ\n> ب\n\n- ج\n  - د\n", ["أ ب", "ج", "د"]),
        ("- [ ] أ\n- [x] ب\n", ["أ", "ب"]),
        ("> [!WARNING]\n> أ\n", ["أ"]),
        ("| أ | ب |\n|---|---|\n| | `ا\\|ب` ج |\n", ["أ", "ب", "ج"]),
        ("---\nt: أ\n---\n\nب\n", ["ب"]),
        ("+++\nt = 'أ'\n+++\nب\n", ["ب"]),
        ("```\nأ\n```\n\n    ب\n\nج\n", ["ج"]),
        ("<div>\n\nأ\n\n</div>\n\n<p>ب <i>ج</i></p>\n", ["أ", 'ب <g id="1">ج</g>']),
        ("أ[^1]\n\n[^1]: ب\n    ج\n", ["أ", "ب ج"]),
        ("أ\r\nب\r\n\r\nج\r\n", ["أ ب", "ج"]),
        ("العنوان\n===\n", ["العنوان"]),
        ("no Arabic\n", []),
    ],
)
def test_units_are_paragraphs_and_what_people_read_in_markup(source: str, units: list[str]) -> None:
    assert texts(source) == units


@pytest.mark.parametrize(
    ("source", "translation", "result"),
    [
        ("# أ *ب* #\n", 'a <g id="1">b</g>', "# a *b* #\n"),
        ("أ __ب__", '<g id="1">b</g> a', "__b__ a"),
        ("أ **ب** ج", 'a<g id="1"> b </g>c', "a **b** c"),
        ("أ **ب** ج", 'a <g id="1"></g>c', "a c"),
        ("أ _ب_ ج", 'a<g id="1">b</g>c', "a<em>b</em>c"),
        ("> أ\n> ب\n", "a b", "> a b\n"),
        ("> أ.\n> ب\n", "a.\nb", "> a.\n> b\n"),
        ("- أ  \n  ب\n", "a\nb", "- a  \n  b\n"),
        ("أ", "1. a", "1\\. a"),
        ("أ", "# a", "\\# a"),
        ("أ", "a * b _c_ d_e `h`", "a \\* b \\_c\\_ d_e \\`h\\`"),
        ("أ", "a & b &lt; &amp;amp; {name} 50%", "a & b < \\&amp; {name} 50%"),
        ("أ  \nب", "a\n- b", "a  \n\\- b"),
        ("[أ]\n\n[أ]: x\n", '<g id="1">a</g>', "[a][أ]\n\n[أ]: x\n"),
        ("[أ][ب] ج\n\n[ب]: x\n", '<g id="1">a</g> c', "[a][ب] c\n\n[ب]: x\n"),
        ("|أ|\n|-|\n", "a|b", "|a\\|b|\n|-|\n"),
        ("<p dir=rtl>أ</p>\n", "a", '<p dir="ltr">a</p>\n'),
        ("> <p>\n> أ\n> </p>\n", "a", "> <p>\n> a\n> </p>\n"),
    ],
)
def test_a_translation_takes_the_place_of_its_text(
    source: str, translation: str, result: str
) -> None:
    assert translated(source, translation) == result


def shown(source: str) -> str:
    html: str = MarkdownIt("commonmark").enable("table").render(source)
    return html


def test_what_looks_like_markup_is_text() -> None:
    written = translated("أ", "- a * b _c_ [f](g) `h` <i>j</i> ![k](l) https://m.n &amp;lt;")
    assert shown(written) == (
        "<p>- a * b _c_ [f](g) `h` &lt;i&gt;j&lt;/i&gt; ![k](l) https://m.n &amp;lt;</p>\n"
    )


@pytest.mark.parametrize(
    ("source", "translations", "result"),
    [
        ('[أ](x "ب")', ('<g id="1">a</g>', 'b "c"'), '[a](x "b \\"c\\"")'),
        ("![أ](x 'ب') ج", ("c", "a]b", "it's"), "![a\\]b](x 'it\\'s') c"),
    ],
)
def test_titles_take_their_translations(
    source: str, translations: tuple[str, ...], result: str
) -> None:
    assert translated(source, *translations) == result


PIECES = (
    *("أ", "ب ج", " ", "\n", "\n\n", "*", "**", "_", "`", "~~", "[", "]", "](x)", "![", "<b>"),
    *("</b>", "<", "&amp;", "\\", "|", "\n|-|-|\n", "> ", "- ", "1. ", "# ", "    ", "\t", "```"),
    *("---\n", "$", "[^1]", "\n[^1]: ", "\n[أ]: x\n", "<div>", "\r\n", "!", "(", ")", '"ب"', "==="),
)

sources = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


@given(sources)
def test_an_untranslated_text_is_the_same(source: str) -> None:
    text = MarkdownText(source)
    new = {unit.id: unit.text for unit in text.units}
    assert text.write(new, direction="keep") == source


@given(sources)
def test_every_block_is_found_in_the_text(source: str) -> None:
    assert MarkdownText(source).notices == ()


@given(sources)
def test_what_was_written_reads_back(source: str) -> None:
    text = MarkdownText(source)
    new = {unit.id: rotated(unit.text) for unit in text.units}
    written = MarkdownText(text.write(new, direction="keep"))
    assert [unit.text for unit in written.units] == list(new.values())


@pytest.mark.parametrize(
    ("encoding", "result"), [("utf-8", "utf-8"), ("utf-16", "utf-16"), ("cp1256", "utf-8")]
)
def test_an_eight_bit_encoding_becomes_utf_8(encoding: str, result: str, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("# قال المتحدث باسم الوزارة إن السفارة ستبقى مفتوحة\n".encode(encoding))
    document = MarkdownFormat().read(path)
    target = io.BytesIO()
    document.write(target, {}, direction="keep")
    assert target.getvalue() == path.read_bytes()
    target = io.BytesIO()
    document.write(target, {document.units[0].id: "It’s"})
    assert target.getvalue().decode(result) == "# It’s\n"
