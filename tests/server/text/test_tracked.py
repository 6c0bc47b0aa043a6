import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.text.postedit import post_edit, post_edit_tracked
from tarjama_server.text.tracked import TrackedText


def numbered(text: str) -> TrackedText[int]:
    """Each code point comes from its own place."""
    return TrackedText(text, tuple(range(len(text))))


@pytest.mark.parametrize(
    ("text", "pattern", "new", "edited", "origins"),
    [
        ("Obama 's", r" 's", "'s", "Obama's", (0, 1, 2, 3, 4, 6, 7)),
        ("did n't", r" n't", "n't", "didn't", (0, 1, 2, 4, 5, 6)),
        ("a &apos; b", r"&apos;", "'", "a ' b", (0, 1, 2, 8, 9)),
        ("ab", r"ab", "ba", "ba", (0, 1)),
        ("cat", r"a", "oa", "coat", (0, None, 1, 2)),
        ("abc", r"b", "", "ac", (0, 2)),
        ("aXXb", r"XX", "12345", "a12345b", (0, 1, 1, 1, 2, 2, 3)),
        ("aa", r"a", "a", "aa", (0, 1)),
    ],
)
def test_what_is_rewritten_comes_from_what_stood_as_far_along(
    text: str, pattern: str, new: str, edited: str, origins: tuple[int | None, ...]
) -> None:
    result = numbered(text).sub(re.compile(pattern), lambda match: new)
    assert result.text == edited
    assert result.origins == origins


@given(st.text(max_size=20), st.text(max_size=8), st.data())
def test_a_rewrite_leaves_the_origins_of_all_else(text: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    result = numbered(text).rewritten(start, end, new)
    assert result.text == text[:start] + new + text[end:]
    assert len(result.origins) == len(result.text)
    assert result.origins[:start] == tuple(range(start))
    assert result.origins[start + len(new) :] == tuple(range(end, len(text)))
    between = [origin for origin in result.origins[start : start + len(new)] if origin is not None]
    assert between == sorted(between)
    assert all(start <= origin < end for origin in between)


@given(st.text("ab'&;posnt ", max_size=30))
def test_a_substitution_writes_what_the_pattern_alone_would(text: str) -> None:
    pattern = re.compile(r"&\w*;|n 't")
    result = numbered(text).sub(pattern, lambda match: match[0].strip("&; ")[:1])
    assert result.text == pattern.sub(lambda match: match[0].strip("&; ")[:1], text)


@given(st.text("abnstdO'. \"&apos;quot;", max_size=40))
def test_letters_that_the_post_edit_leaves_keep_their_origins(text: str) -> None:
    edited = post_edit_tracked(numbered(text))
    assert edited.text == post_edit(text)
    kept = [origin for origin in edited.origins if origin is not None]
    assert kept == sorted(kept)
    if "&" not in text:
        pairs = zip(edited.text, edited.origins, strict=True)
        assert all(origin is not None and text[origin] == letter for letter, origin in pairs)


def test_a_stretch_is_found_again_wherever_edits_have_moved_it() -> None:
    mark = object()
    text = TrackedText.joined([TrackedText.of("a "), TrackedText.of("b c", mark)])
    moved = text.spliced(3, 3, TrackedText.of("\n")).spliced(0, 0, TrackedText.of("... "))
    assert moved.text == "... a b\n c"
    assert moved.span_of(mark) == (6, 10)
    assert moved.span_of(object()) is None
