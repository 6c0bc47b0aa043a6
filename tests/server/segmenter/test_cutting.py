"""Where run-on sentences are cut, and where they are not."""

import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.cutting import Cutter, CutWeights

SEED = Path(__file__).parents[3] / "seeds" / "01-iraq-withdrawal.ar.txt"

SENTENCES = [
    "أعلنت وزارة الصحة أمس عن افتتاح ثلاثة مستشفيات جديدة في جنوب البلاد",
    "وقال الوزير إن المستشفيات ستستقبل المرضى ابتداء من الشهر المقبل",
    "وأضاف أن الحكومة خصصت ميزانية كبيرة لتدريب الأطباء والممرضين",
    "وذكرت وكالة الأنباء أن عدد سكان المنطقة يتجاوز مليوني نسمة",
    "من جهته أكد رئيس النقابة أن المشروع لا يكفي لسد احتياجات السكان",
]
# fmt: off
PARTS = st.sampled_from([
    "قال", "الوزير", "وأضاف", "أن", " ", " ", " ", "  ", "\n", "\t", "،", ".", "؟", "«", "»",
    "(", ")", '"', "12", "2010", "د.", "كا\u0301\u0302", "👩\u200d👩\u200d👧", "👍🏽", "\u200f",
    "عَ", "https://a.b/c?d=e",
])
# fmt: on


class FlatScorer(BoundaryScorer):
    """Finds every gap alike, so that only marks, openers and lengths decide."""

    def __init__(self) -> None:
        pass

    def score(self, words: Sequence[str]) -> NDArray[np.float32]:
        return np.full(max(0, len(words) - 1), -4.0, np.float32)


@pytest.fixture(scope="module")
def cutter() -> Cutter:
    return Cutter(BoundaryScorer.load())


@pytest.fixture(scope="module")
def flat_cutter() -> Cutter:
    return Cutter(FlatScorer())


def starts_by_letters(text: str, letter_count: int = 3) -> list[int]:
    """Offsets of tokens of at most `letter_count` characters, each within one word."""
    return [
        match.start() + offset
        for match in regex.finditer(r"\S+", text)
        for offset in range(0, len(match[0]), letter_count)
    ]


def starts_by_words(text: str) -> list[int]:
    """Offsets of tokens of one word, each beginning at the space before it."""
    return [match.start() for match in regex.finditer(r"\s*\S+", text)]


def pieces(text: str, cuts: Sequence[int]) -> list[str]:
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


def token_counts(text: str, token_starts: Sequence[int], cuts: Sequence[int]) -> list[int]:
    """Tokens of each piece; one that begins in the white space before its word is the word's."""
    ends = [len(text[:cut].rstrip()) if text[cut - 1].isspace() else cut for cut in cuts]
    marks = [0, *(bisect_left(token_starts, end) for end in ends), len(token_starts)]
    return [right - left for left, right in pairwise(marks)]


@settings(deadline=None, max_examples=200)
@given(data=st.data(), parts=st.lists(PARTS, max_size=120))
def test_no_piece_exceeds_the_limit_and_cuts_are_behind_white_space(
    cutter: Cutter, data: st.DataObject, parts: list[str]
) -> None:
    text = "".join(parts)
    token_starts = starts_by_letters(text, data.draw(st.integers(1, 6)))
    max_tokens = data.draw(st.integers(8, 40))
    cuts = cutter.cut(
        text,
        token_starts,
        preferred_tokens=data.draw(st.integers(1, 60)),
        max_tokens=max_tokens,
        terminated=data.draw(st.booleans()),
    )
    assert cuts == sorted(set(cuts))
    assert all(0 < cut < len(text) for cut in cuts)
    assert all(count <= max_tokens for count in token_counts(text, token_starts, cuts))
    graphemes = {match.start() for match in regex.finditer(r"\X", text)}
    for cut in cuts:
        assert not text[cut].isspace()
        word = text[:cut].split()[-1] + text[cut:].split()[0]
        assert text[cut - 1].isspace() or len(word) > max_tokens
        assert cut in graphemes


@pytest.mark.parametrize(("terminated", "token_count"), [(True, 50), (False, 20)])
def test_a_sentence_within_its_limit_is_not_cut(
    cutter: Cutter, terminated: bool, token_count: int
) -> None:
    text = ("وقال الوزير. وأضاف؟ " * 20).strip()
    words = text.split()[:token_count]
    text = " ".join(words)
    assert not cutter.cut(
        text, starts_by_words(text), preferred_tokens=20, max_tokens=50, terminated=terminated
    )


def test_a_terminated_sentence_over_the_limit_is_cut(cutter: Cutter) -> None:
    text = " ".join(SENTENCES) + "."
    starts = starts_by_words(text)
    assert cutter.cut(text, starts, preferred_tokens=15, max_tokens=30, terminated=True)


@pytest.mark.parametrize("tokens_of", [starts_by_words, starts_by_letters])
def test_joined_sentences_are_cut_where_they_were_joined(
    cutter: Cutter, tokens_of: Callable[[str], list[int]]
) -> None:
    text = " ".join(SENTENCES)
    starts = tokens_of(text)
    preferred = round(1.5 * len(starts) / len(SENTENCES))
    cuts = cutter.cut(
        text, starts, preferred_tokens=preferred, max_tokens=2 * preferred, terminated=False
    )
    assert [piece.strip() for piece in pieces(text, cuts)] == SENTENCES


def test_the_seed_article_is_cut_where_its_sentences_begin(cutter: Cutter) -> None:
    text = SEED.read_text(encoding="utf-8").strip()
    cuts = cutter.cut(
        text, starts_by_words(text), preferred_tokens=22, max_tokens=45, terminated=False
    )
    found = pieces(text, cuts)
    for opening in ["وذكرت شبكة", "وأظهرت لقطات", "وأكد مسؤول", "وأوضحت إدارة", "وكانت الحرب"]:
        assert any(piece.startswith(opening) for piece in found), opening
    assert len(found) >= 12


@pytest.mark.parametrize("mark", [".", "!", "؟", "…", "\n"])
def test_a_mark_that_ends_sentences_is_the_best_place(flat_cutter: Cutter, mark: str) -> None:
    text = "كلمة " * 13 + f"كلمة{mark} " + "كلمة " * 10
    cuts = flat_cutter.cut(
        text, starts_by_words(text), preferred_tokens=12, max_tokens=20, terminated=False
    )
    assert cuts == [text.index(mark) + 2]


@pytest.mark.parametrize("mark", ["،", "؛", ":", ","])
def test_a_lesser_mark_beats_an_ordinary_gap(flat_cutter: Cutter, mark: str) -> None:
    text = "كلمة " * 13 + f"كلمة{mark} " + "كلمة " * 10
    cuts = flat_cutter.cut(
        text, starts_by_words(text), preferred_tokens=15, max_tokens=20, terminated=True
    )
    assert cuts == [text.index(mark) + 2]


def test_an_opening_word_beats_an_ordinary_gap(flat_cutter: Cutter) -> None:
    text = "كلمة " * 13 + "وقالت " + "كلمة " * 10
    cuts = flat_cutter.cut(
        text, starts_by_words(text), preferred_tokens=15, max_tokens=20, terminated=True
    )
    assert cuts == [text.index("وقالت")]


@pytest.mark.parametrize(
    "whole",
    [
        "«قال لهم. ثم مضى»",
        '"قال لهم. ثم مضى"',
        "(انظر الفصل. الثاني)",
        "د. أحمد",
        "12 يناير 2010",
        "كانون الأول 2010",
        "500 ألف",
        "10 000 000",
    ],
)
def test_what_reads_as_one_is_not_cut(flat_cutter: Cutter, whole: str) -> None:
    for words_before in range(5, 16):
        text = "كلمة " * words_before + whole + " كلمة" * (20 - words_before)
        cuts = flat_cutter.cut(
            text, starts_by_words(text), preferred_tokens=10, max_tokens=18, terminated=True
        )
        start = text.index(whole)
        assert cuts
        assert not any(start < cut < start + len(whole) for cut in cuts)


def test_a_long_quotation_is_cut_where_nothing_else_serves(flat_cutter: Cutter) -> None:
    text = "«" + "كلمة " * 40 + "كلمة»"
    cuts = flat_cutter.cut(
        text, starts_by_words(text), preferred_tokens=10, max_tokens=15, terminated=False
    )
    assert all(count <= 15 for count in token_counts(text, starts_by_words(text), cuts))


@pytest.mark.parametrize("grapheme", ["ك", "كَّ", "👩\u200d👩\u200d👧", "👍🏽", "🇪🇬", "e\u0301"])
def test_a_word_of_too_many_tokens_is_cut_between_graphemes(cutter: Cutter, grapheme: str) -> None:
    text = "قال " + grapheme * 200 + " ثم مضى"
    starts = starts_by_letters(text, 1)
    cuts = cutter.cut(text, starts, preferred_tokens=20, max_tokens=32, terminated=True)
    graphemes = {match.start() for match in regex.finditer(r"\X", text)}
    assert set(cuts) <= graphemes
    assert all(count <= 32 for count in token_counts(text, starts, cuts))


def test_a_grapheme_of_too_many_tokens_is_cut_all_the_same(cutter: Cutter) -> None:
    text = "ك" + "\u0301" * 100
    starts = list(range(len(text)))
    cuts = cutter.cut(text, starts, preferred_tokens=8, max_tokens=8, terminated=False)
    assert all(count <= 8 for count in token_counts(text, starts, cuts))


def test_one_character_of_too_many_tokens_stays_whole(cutter: Cutter) -> None:
    assert cutter.cut(
        "كﷺك", [0, 1, 1, 1, 1, 2], preferred_tokens=3, max_tokens=3, terminated=False
    ) == [1, 2]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200f \u200f"])
def test_text_without_tokens_is_not_cut(cutter: Cutter, text: str) -> None:
    assert cutter.cut(text, [], preferred_tokens=1, max_tokens=1, terminated=False) == []


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "ك" * 300_000,
        "قال الوزير أن " * 20_000,
        "1" + "." * 200_000 + "x",
        "a." * 100_000 + "،",
        "(" * 100_000 + " " + "»" * 100_000,
        '( " « ' * 20_000,
    ],
    ids=["word", "words", "stops", "initials", "brackets", "openers"],
)
def test_a_vast_text_is_cut_in_time_that_grows_with_its_length(cutter: Cutter, text: str) -> None:
    starts = starts_by_letters(text, 4)
    cuts = cutter.cut(text, starts, preferred_tokens=40, max_tokens=80, terminated=False)
    assert max(token_counts(text, starts, cuts)) <= 80


def test_cuts_are_the_same_each_time() -> None:
    rng = random.Random(1)
    text = " ".join(rng.choices(" ".join(SENTENCES).split(), k=400))
    found = [
        Cutter(BoundaryScorer.load()).cut(
            text, starts_by_words(text), preferred_tokens=20, max_tokens=45, terminated=False
        )
        for _ in range(3)
    ]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(("long_piece", "is_cut"), [(0.0, False), (20.0, True)])
def test_the_cost_of_length_decides_whether_doubtful_cuts_are_made(
    long_piece: float, is_cut: bool
) -> None:
    text = "كلمة " * 15 + "كلمة، " + "كلمة " * 14
    cutter = Cutter(FlatScorer(), weights=CutWeights(long_piece=long_piece))
    cuts = cutter.cut(
        text, starts_by_words(text), preferred_tokens=15, max_tokens=40, terminated=False
    )
    assert bool(cuts) is is_cut


@pytest.mark.parametrize(("preferred_tokens", "max_tokens"), [(0, 10), (10, 0), (-1, -1)])
def test_limits_below_one_are_refused(
    cutter: Cutter, preferred_tokens: int, max_tokens: int
) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        cutter.cut(
            "قال",
            [0],
            preferred_tokens=preferred_tokens,
            max_tokens=max_tokens,
            terminated=False,
        )
