"""Tagged documents to test with, and a reader of tags that shares nothing with the server's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count, pairwise

from hypothesis import strategies as st

MARK = re.compile(r"<[^<>]*>|\{[0-9]+\}|%[0-9]+\$s|&nbsp;")
"""The marks of `documents`, and no others."""

_PIECES = (
    "<b> </b> <br/> <br> <i> </i> < <! <!-- --> <? ?> </ <g id='1'> </g> <x{}id='2'/> {0} { } "
    "{{name}} ${x} %s %1$s %% % %( &amp; &lt; &nbsp; &#1576; &#x200b; & &; &foo; مرحبا كتاب. و"
)
HOSTILE = st.lists(
    st.one_of(
        st.sampled_from([piece.replace("{}", " ") for piece in _PIECES.split()]),
        st.sampled_from([" ", " ", "\n", "\n\n", ". ", "؟ ", "، ", "«", "»", "😀", "د. ", "Web 2"]),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4),
    ),
    max_size=40,
).map("".join)
"""Marks whole and in pieces, in no good order, among Arabic."""

_WORDS = "ذهب الولد إلى المدرسة صباح اليوم ثم عاد مساء مع أصدقائه 2019 Google".split()  # noqa: SIM905
_GAPS = [" ", " ", " ", "", "، ", ". ", "؟ ", "\n", " (", ") "]


def _element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from("big"), content).map(
        lambda pair: f"<{pair[0]} #>{pair[1]}</{pair[0]}>"
    )


_leaf = st.one_of(
    st.sampled_from(_WORDS),
    st.sampled_from(_WORDS),
    st.sampled_from(["<x #/>", "{#}", "%#$s", "<br #>", "<!-- # -->"]),
)
_tree = st.recursive(
    _leaf,
    lambda inner: _element(
        st.lists(st.one_of(inner, st.sampled_from(_GAPS)), max_size=6).map("".join)
    ),
    max_leaves=12,
)


def _numbered(text: str) -> str:
    numbers = count(1)
    return re.sub("#", lambda _: str(next(numbers)), text)


trees = (
    st.lists(st.one_of(_tree, _leaf, st.sampled_from(_GAPS)), min_size=1, max_size=16)
    .map("".join)
    .map(_numbered)
)
"""Well-formed tagged text, no two marks alike but closing tags."""


def marks_of(tagged: str) -> list[str]:
    return MARK.findall(tagged)


def without_marks(tagged: str) -> str:
    return MARK.sub("", tagged)


def is_well_formed(tagged: str) -> bool:
    opened: list[str] = []
    for mark in marks_of(tagged):
        if mark.startswith("</"):
            if not opened or opened.pop() != mark[2:-1]:
                return False
        elif re.fullmatch(r"<[big] \d+>", mark):
            opened.append(mark[1])
    return not opened


def cut_at(text: str, places: Iterable[int]) -> list[str]:
    inside = sorted(place % (len(text) + 1) for place in places)
    return [text[start:end] for start, end in pairwise([0, *inside, len(text)])]
