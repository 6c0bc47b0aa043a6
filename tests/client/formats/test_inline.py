"""What tagged text keeps of a paragraph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.inline import (
    Inline,
    LineBreak,
    Paired,
    Run,
    Standalone,
    TaggedText,
    group_runs,
)
from tarjama.formats.tags import repair_tags, tag_problem
from tests.client.formats.conformance import scrambled

BOLD, LINK = "bold", "link"

words = st.text(alphabet="ab &<>;ق\n\u00a0", min_size=1, max_size=6)
codes = st.integers(0, 99).map(str)
leaves: st.SearchStrategy[Inline[str]] = st.one_of(
    words, st.builds(Standalone, codes), st.builds(LineBreak, codes)
)
contents = st.recursive(
    st.lists(leaves, max_size=4),
    lambda inner: st.lists(
        st.one_of(leaves, st.builds(Paired, codes, inner.map(tuple))), max_size=4
    ),
    max_leaves=20,
)


def normal(content: tuple[Inline[str], ...]) -> tuple[Inline[str], ...]:
    """Joins text beside text."""
    joined: list[Inline[str]] = []
    for item in content:
        if isinstance(item, Paired):
            item = Paired(item.code, normal(item.content))
        if isinstance(item, str) and joined and isinstance(joined[-1], str):
            joined[-1] += item
        elif item:
            joined.append(item)
    return tuple(joined)


def all_codes(content: tuple[Inline[str], ...]) -> list[str]:
    found: list[str] = []
    for item in content:
        if not isinstance(item, str):
            found.append(item.code)
        if isinstance(item, Paired):
            found += all_codes(item.content)
    return sorted(found)


def plain(content: tuple[Inline[str], ...]) -> str:
    return "".join(
        item if isinstance(item, str) else plain(item.content) if isinstance(item, Paired) else ""
        for item in content
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (["قال"], "قال"),
        ([" قال ", Standalone("image")], "قال"),
        ([Paired(BOLD, ("كل الفقرة",))], "كل الفقرة"),
        ([Paired(LINK, (Paired(BOLD, (" كل ",)), " "))], "كل"),
        (["قال ", Paired(BOLD, ("نعم",)), "."], 'قال <g id="1">نعم</g>.'),
        (["قال ", Paired(LINK, (Paired(BOLD, ("نعم",)),)), "."], 'قال <g id="1">نعم</g>.'),
        (["أ ", Standalone("1"), Standalone("2"), " ب"], 'أ <x id="1"/> ب'),
        (["أ ", Paired(LINK, ()), " ب"], 'أ <x id="1"/> ب'),
        (["أ", LineBreak("br"), "ب"], "أ\nب"),
        (["a < b & c > d"], "a &lt; b &amp; c > d"),
        ([Standalone("image")], ""),
        ([], ""),
    ],
)
def test_a_paragraph_has_as_few_tags_as_say_all(content: list[Inline[str]], text: str) -> None:
    assert TaggedText(content).text == text


def test_white_space_that_means_one_space_is_one() -> None:
    content: list[Inline[str]] = ["قال\n\t ", Paired(BOLD, ("نعم  لا",)), "\u00a0ثم"]
    text = TaggedText(content, collapse_spaces=True).text
    assert text == 'قال <g id="1">نعم لا</g>\u00a0ثم'
    lines: list[Inline[str]] = ["أ ", LineBreak("br"), "\n  ب"]
    assert TaggedText(lines, collapse_spaces=True).text == "أ\nب"


@given(contents)
def test_an_echo_restores_the_paragraph(content: list[Inline[str]]) -> None:
    tagged = TaggedText(content)
    assert tagged.restore(tagged.text) == normal(tuple(content))


@given(contents)
def test_a_translation_that_moves_tags_loses_and_doubles_no_code(
    content: list[Inline[str]],
) -> None:
    tagged = TaggedText(content)
    moved = scrambled(tagged.text)
    assert tag_problem(tagged.text, moved) is None
    assert all_codes(tagged.restore(moved)) == all_codes(tuple(content))


@given(contents, st.text(alphabet="ab&<>g/x id=\"123'\n", max_size=40))
def test_whatever_the_translation_says_no_code_is_lost_or_doubled(
    content: list[Inline[str]], translation: str
) -> None:
    tagged = TaggedText(content)
    assert all_codes(tagged.restore(translation)) == all_codes(tuple(content))


@given(
    contents,
    st.lists(
        st.sampled_from(
            ['<g id="1">', '<g id="2">', '<x id="1"/>', '<x id="2"/>', "</g>", "a", "\n", "&amp;"]
        )
    ),
)
def test_mending_makes_tags_right_and_moves_no_text(
    content: list[Inline[str]], pieces: list[str]
) -> None:
    tagged = TaggedText(content)
    translation = "".join(pieces)
    mended = repair_tags(tagged.text, translation)
    assert tag_problem(tagged.text, mended) is None
    assert repair_tags(tagged.text, mended) == mended
    restored = plain(TaggedText(["x"]).restore(translation))
    assert restored == translation_text(pieces)


def translation_text(pieces: list[str]) -> str:
    # A line end that the source does not have is a space.
    texts = {"a": "a", "\n": " ", "&amp;": "&"}
    return "".join(texts.get(piece, "") for piece in pieces)


@pytest.mark.parametrize(
    ("translation", "problem", "mended"),
    [
        ('a <g id="1">b</g> <x id="2"/>', None, 'a <g id="1">b</g> <x id="2"/>'),
        ("a <x id='2' /> <g id = '1'>b</g >", None, 'a <x id="2"/> <g id="1">b</g>'),
        ("a b", "tag 1 is missing; tag 2 is missing", 'a b<g id="1"></g><x id="2"/>'),
        ('<g id="1">a b<x id="2"/>', "tag 1 is not closed", '<g id="1">a b<x id="2"/></g>'),
        (
            '<g id="1">a</g><g id="1">b</g><x id="2"/>',
            "tag 1 is doubled",
            '<g id="1">a</g>b<x id="2"/>',
        ),
        (
            '<g id="1"/>a<x id="2"/><x id="7"/>',
            "tag 7 is not in the source",
            '<g id="1"></g>a<x id="2"/>',
        ),
        (
            '<x id="1"/><g id="2">a</g>',
            "tag 1 is of the wrong kind; tag 2 is of the wrong kind",
            '<g id="1"></g><x id="2"/>a',
        ),
        (
            '</g><g id="1">a</g><x id="2"/>',
            "a closing </g> closes nothing",
            '<g id="1">a</g><x id="2"/>',
        ),
        ('<g id="1"></g><x id="2"/>1 < 2 & 3 &quot;&#65;&nosuch;&#xD800;', None, None),
    ],
)
def test_wrong_tags_are_named_and_mended(
    translation: str, problem: str | None, mended: str | None
) -> None:
    source = 'أ <g id="1">ب</g> <x id="2"/>'
    assert tag_problem(source, translation) == problem
    if mended is not None:
        assert repair_tags(source, translation) == mended


@pytest.mark.parametrize(
    ("tagged", "text"),
    [
        ("1 &lt; 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
        ("&quot;&apos;&#65;&#x42;", "\"'AB"),
        ("1 < 2 & 3 &nosuch; <b>", "1 < 2 & 3 &nosuch; <b>"),
        ("&amp;lt; &#xD800; &#0; &#x110000;", "&lt; &#xD800; &#0; &#x110000;"),
    ],
)
def test_references_in_a_translation_are_characters(tagged: str, text: str) -> None:
    assert TaggedText[str](["x"]).restore(tagged) == (text,)


def test_line_breaks_come_back_in_order_and_all() -> None:
    tagged = TaggedText[str](["a", LineBreak("1"), "b\nc", LineBreak("2"), "d"])
    assert tagged.text == "a\nb\nc\nd"
    few = tagged.restore("A\nB")
    assert few == ("A", LineBreak("1"), "B", LineBreak("2"))
    many = tagged.restore("A\nB\nC\nD\nE")
    assert many == ("A", LineBreak("1"), "B\nC", LineBreak("2"), "D E")


def test_runs_of_equal_formatting_are_one_and_most_of_the_text_has_no_tag() -> None:
    runs: list[Run[str]] = [
        Run("plain", "قال "),
        Run("plain", "الوزير"),
        Run("blue", " "),
        Run(BOLD, "اليوم"),
        Run("plain", " "),
        Run(BOLD, "غدا"),
        Run("plain", Standalone("tab")),
        Run("plain", "في بغداد"),
    ]
    base, content = group_runs(runs)
    assert base == "plain"
    assert content == (
        "قال الوزير ",
        Paired(BOLD, ("اليوم غدا",)),
        Standalone("tab"),
        "في بغداد",
    )


def test_the_formatting_without_a_tag_can_be_given() -> None:
    base, content = group_runs([Run(BOLD, "كله غامق")], base="plain")
    assert (base, content) == ("plain", (Paired(BOLD, ("كله غامق",)),))
