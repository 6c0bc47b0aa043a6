from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tarjama_server.alignment.origins import Origin, SourceLink, Translation
from tarjama_server.alignment.places import Places
from tarjama_server.pipeline.placing import LineBreak, carry_over, lay_back_lines
from tarjama_server.pipeline.reading import join_lines
from tarjama_server.text.tracked import TrackedText
from tarjama_server.tokenizer import UnknownRun


def plain(text: str) -> Translation:
    return TrackedText.of(text)


def made_from(*words: tuple[str, int, int]) -> Translation:
    """Words, each made from a span of the source."""
    parts: list[Translation] = []
    for word, start, end in words:
        origin = Origin((SourceLink(start, end, 0.9),))
        parts += [plain(" " if parts else ""), TrackedText.of(word, origin)]
    return TrackedText.joined(parts)


@pytest.mark.parametrize(
    ("source", "run", "translation", "expected"),
    [
        ("😀 مرحبا", "😀", "Hello", "😀 Hello"),
        ("مرحبا 😀", "😀", "Hello", "Hello 😀"),
        ("مرحبا 😀.", "😀", "Hello.", "Hello. 😀"),
        ("مرحبا😀", "😀", "Hello", "Hello😀"),
        ("هذا 😀 نص", "😀", "This text", "This 😀 text"),
        ("هذا 😀 نص", "😀", "Text", "Text 😀"),
        ("هذا 😀 نص", "😀", "", "😀 "),
    ],
)
def test_runs_are_carried_over_to_where_they_stood(
    source: str, run: str, translation: str, expected: str
) -> None:
    runs = [UnknownRun(run, source.index(run))]
    assert carry_over(source, plain(translation), runs).text == expected


@given(
    st.lists(st.sampled_from(["كلمة", "😀", "∑", "北京"]), min_size=1, max_size=12),
    st.lists(st.sampled_from(["a", "word", "longer."]), max_size=10),
)
def test_each_run_is_carried_over_once_and_in_order(words: list[str], output: list[str]) -> None:
    assume("كلمة" in words)
    source = " ".join(words)
    runs, position = [], 0
    for word in words:
        if word != "كلمة":
            runs.append(UnknownRun(word, position))
        position += len(word) + 1
    carried = carry_over(source, plain(" ".join(output)), runs)
    assert [word for word in carried.text.split() if word in {"😀", "∑", "北京"}] == [
        run.text for run in runs
    ]
    assert [word for word in carried.text.split() if word in output] == output
    for origin in carried.origins:
        if origin is not None:
            ((start, end, _),) = origin.links
            place = carried.span_of(origin)
            assert place is not None
            assert source[start:end] == carried.text[slice(*place)]


def test_things_follow_the_words_they_stood_by_when_order_changes() -> None:
    # البيت الأبيض 🏠 كبير: the house | white | 🏠 | big, written as "The white house big".
    translation = made_from(("The", 0, 5), ("white", 6, 12), ("house", 0, 5), ("big", 15, 19))
    places = Places("البيت الأبيض 🏠 كبير", translation)
    assert places.are_aligned
    assert [places.gap(offset) for offset in (13, 0, 99)] == [3, 0, 4]


def test_inserted_words_draw_nothing_to_them() -> None:
    translation = made_from(("One", 0, 2), ("two", 3, 5))
    longer = translation.spliced(3, 3, plain(" and a half"))
    assert Places("اب تث", longer).gap(3) == 4


@given(
    st.lists(st.sampled_from(["قال", "الرجل", "\n", " \n  ", "ثم"]), max_size=20),
    st.lists(st.sampled_from(["a", "word", "longer."]), max_size=10),
)
def test_every_line_end_is_laid_back(parts: list[str], output: list[str]) -> None:
    text = " ".join(parts).strip()
    tracked: TrackedText[int] = TrackedText(text, tuple(range(len(text))))
    readable, breaks = join_lines(tracked)
    assert "\n" not in readable.text
    for index, (character, offset) in enumerate(zip(readable.text, readable.origins, strict=True)):
        assert offset is not None
        assert text[offset] == character or index in {each.offset for each in breaks}
    laid = lay_back_lines(readable.text, plain(" ".join(output)), breaks)
    assert laid.text.count("\n") == text.count("\n")
    assert laid.text.split() == output


def test_lines_get_words_as_long_as_there_are_enough() -> None:
    breaks = [LineBreak("\n", 3), LineBreak("\n", 6)]
    laid = lay_back_lines("aa bb cc", plain("one two three four"), breaks)
    assert [len(line.split()) > 0 for line in laid.text.split("\n")] == [True, True, True]
