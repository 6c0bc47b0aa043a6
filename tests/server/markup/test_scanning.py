from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.markup.scanning import MAX_MARK_LENGTH, Mark, MarkKind, Reference, Scanner
from tests.server.markup.documents import HOSTILE, cut_at


def scanned(*chunks: str) -> list[str | Reference | Mark]:
    """The tokens, text that was cut joined."""
    scanner = Scanner()
    tokens: list[str | Reference | Mark] = []
    for token in [
        *(token for chunk in chunks for token in scanner.feed(chunk)),
        *scanner.finish(),
    ]:
        if isinstance(token, str) and tokens and isinstance(tokens[-1], str):
            tokens[-1] += token
        else:
            tokens.append(token)
    return tokens


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<b>", MarkKind.OPENER),
        ("<B>", MarkKind.OPENER),
        ('<g id="1">', MarkKind.OPENER),
        ("<a href='x>y' title=\"1 > 0\" data-x>", MarkKind.OPENER),
        ("<w:t\nxml:space='preserve'>", MarkKind.OPENER),
        ("</b>", MarkKind.CLOSER),
        ("</b >", MarkKind.CLOSER),
        ("<x/>", MarkKind.STANDALONE),
        ('<x id="2"/>', MarkKind.STANDALONE),
        ('<x id="2" />', MarkKind.STANDALONE),
        ("<br>", MarkKind.STANDALONE),
        ('<img src="a.png" alt="صورة">', MarkKind.STANDALONE),
        ("<!-- <b> -->", MarkKind.STANDALONE),
        ("<!---->", MarkKind.STANDALONE),
        ("<?php echo 1 > 0 ?>", MarkKind.STANDALONE),
        ("{name}", MarkKind.STANDALONE),
        ("{0}", MarkKind.STANDALONE),
        ("{user.first-name_2}", MarkKind.STANDALONE),
        ("{{name}}", MarkKind.STANDALONE),
        ("${name}", MarkKind.STANDALONE),
        ("%s", MarkKind.STANDALONE),
        ("%1$s", MarkKind.STANDALONE),
        ("%(name)s", MarkKind.STANDALONE),
        ("%@", MarkKind.STANDALONE),
        ("%.2f", MarkKind.STANDALONE),
        ("%02d", MarkKind.STANDALONE),
        ("%lu", MarkKind.STANDALONE),
        ("%-10s", MarkKind.STANDALONE),
        ("&nbsp;", MarkKind.STANDALONE),
        ("&shy;", MarkKind.STANDALONE),
        ("&#8203;", MarkKind.STANDALONE),
        ("&#x200F;", MarkKind.STANDALONE),
        ("&copy;", MarkKind.STANDALONE),
        ("&product-name;".replace("-", ""), MarkKind.STANDALONE),
        ("&#10;", MarkKind.STANDALONE),
        ("&#xD800;", MarkKind.STANDALONE),
        ("<b " + "x" * (MAX_MARK_LENGTH - 4) + ">", MarkKind.OPENER),
    ],
)
def test_tags_and_placeholders_are_marks(text: str, kind: MarkKind) -> None:
    before, mark, behind = scanned(f"قال {text} ثم")
    assert (before, behind) == ("قال ", " ثم")
    assert isinstance(mark, Mark)
    assert (mark.raw, mark.kind) == (text, kind)


@pytest.mark.parametrize(
    "text",
    [
        "<",
        "< b>",
        "<1>",
        "<>",
        "</>",
        "<كتاب>",
        "<b",
        "<b <c",
        '<b title="',
        "<!-- ",
        "<!DOCTYPE html>",
        "<? ",
        "<b " + "x" * (MAX_MARK_LENGTH - 3) + ">",
        "{}",
        "{ name }",
        "{اسم}",
        "{" + "x" * 101 + "}",
        "5% discount",
        "5 % d",
        "100%",
        "%%",
        "%%s",
        "%y",
        "https://x.org/?q=%d8%a7%2f%D9",
        "https://x.org/a%2Fb%20d",
        "&",
        "&;",
        "R&D",
        "a & b;",
    ],
)
def test_what_is_no_such_thing_is_text(text: str) -> None:
    assert scanned(f"قال {text} ثم") == [f"قال {text} ثم"]


@pytest.mark.parametrize(
    ("reference", "character"),
    [
        ("&amp;", "&"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&apos;", "'"),
        ("&#1576;", "ب"),
        ("&#x64B;", "\u064b"),
        ("&laquo;", "«"),
        ("&eacute;", "é"),
        ("&#1633;", "١"),
    ],
)
def test_references_to_letters_digits_and_punctuation_are_read(
    reference: str, character: str
) -> None:
    assert scanned(f"قال {reference}") == ["قال ", Reference(reference, character)]


@given(text=HOSTILE, places=st.lists(st.integers(0, 1000), max_size=20))
def test_marks_are_found_wherever_a_document_is_cut(text: str, places: list[int]) -> None:
    assert scanned(*cut_at(text, places)) == scanned(text)
    assert scanned(*text) == scanned(text)


@pytest.mark.parametrize(
    "piece",
    ["<", "<!--", "<?", "<a ", '<a "', "<a x='", "{a", "{{", "&a", "%(", "<a>", "{0}", "${{"],
)
def test_no_text_takes_quadratic_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    begin = time.process_time()
    scanned(text)
    # Under a tenth of that on an idle core.
    assert time.process_time() - begin < 2
