from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tarjama_server.pipeline.placing import (
    LineBreak,
    by_alignment,
    by_proportion,
    carry_over,
    join_lines,
    lay_back_lines,
)
from tarjama_server.tokenizer import UnknownRun

LINE_END = re.compile(r" *\n *")


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
    assert carry_over(source, translation, runs, by_proportion(source)) == expected


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
    carried = carry_over(source, " ".join(output), runs, by_proportion(source))
    assert [word for word in carried.split() if word in {"😀", "∑", "北京"}] == [
        run.text for run in runs
    ]
    assert [word for word in carried.split() if word in output] == output


def test_things_follow_the_words_they_stood_by_when_order_changes() -> None:
    # البيت الأبيض 🏠 كبير: the house | white | 🏠 | big, written as "The white house big".
    starts = [0, 6, 15]
    tokens = ["▁The", "▁white", "▁hou", "se", "▁big"]
    place = by_alignment(starts, tokens, [0, 1, 0, 0, 2])
    assert place(13, 4) == 3
    assert place(0, 4) == 0
    assert place(99, 4) == 4


@given(
    st.lists(st.sampled_from(["قال", "الرجل", "\n", " \n  ", "ثم"]), max_size=20),
    st.lists(st.sampled_from(["a", "word", "longer."]), max_size=10),
)
def test_every_line_end_is_laid_back(parts: list[str], output: list[str]) -> None:
    text = " ".join(parts).strip()
    readable, breaks = join_lines(text, LINE_END)
    assert "\n" not in readable
    laid = lay_back_lines(" ".join(output), breaks, by_proportion(readable))
    assert laid.count("\n") == text.count("\n")
    assert laid.split() == output


def test_lines_get_words_as_long_as_there_are_enough() -> None:
    breaks = [LineBreak("\n", 3), LineBreak("\n", 6)]
    laid = lay_back_lines("one two three four", breaks, by_proportion("aa bb cc"))
    assert [len(line.split()) > 0 for line in laid.split("\n")] == [True, True, True]
