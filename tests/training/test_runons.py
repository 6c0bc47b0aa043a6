import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from models.training.corpus import Pair
from models.training.runons import RunOnShares, drop_sentence_marks, with_run_ons

PROSE = [
    Pair("gen_news" if number % 10 else "gen_talk", f"جملة رقم {number}.", f"Sentence {number}.")
    for number in range(4000)
]
UNCHANGED = RunOnShares(joined=0, joined_unmarked=0, unmarked=0)


@pytest.mark.parametrize(
    ("text", "unmarked"),
    [
        ("انتهى الاجتماع.", "انتهى الاجتماع"),
        ("حقا؟! نعم… ربما؛ لا.", "حقا نعم ربما لا"),
        ("قال: «وصلنا.» ثم جلس.", "قال: «وصلنا» ثم جلس"),
        ("النسخة 3.5 من file.txt", "النسخة 3.5 من file.txt"),
        ("أولا، ثانيا: ثالثا", "أولا، ثانيا: ثالثا"),
        ("... وغادر", "... وغادر"),
        ("", ""),
    ],
)
def test_only_marks_that_end_sentences_are_dropped(text: str, unmarked: str) -> None:
    assert drop_sentence_marks(text) == unmarked


@given(st.text('ابت .؟!؛،3x"»'))
def test_dropping_marks_leaves_all_words_and_spaces(text: str) -> None:
    unmarked = drop_sentence_marks(text)
    assert [word.strip('.؟!؛،"»') for word in unmarked.split(" ")] == [
        word.strip('.؟!؛،"»') for word in text.split(" ")
    ] or any(mark in text for mark in ".؟!؛")
    assert drop_sentence_marks(unmarked) == unmarked


def test_each_change_has_its_share() -> None:
    shares = RunOnShares(joined=0.1, joined_unmarked=0.2, unmarked=0.3)
    changed = list(with_run_ons(PROSE, random.Random(1), shares))
    assert len(changed) == len(PROSE)
    joined = [pair for pair in changed if pair.english.count("Sentence") == 2]
    unmarked = [pair for pair in changed if "." not in pair.arabic]
    # One in five neighbours is from another place and is not joined.
    assert len(joined) / len(PROSE) == pytest.approx(0.3 * 0.8, abs=0.03)
    assert len(unmarked) / len(PROSE) == pytest.approx(0.3 + 0.2 * 0.8, abs=0.03)
    assert all(pair.english.endswith(".") for pair in changed)


def test_a_pair_is_joined_to_the_one_before_it() -> None:
    first, second = PROSE[1:3]
    shares = RunOnShares(joined=1, joined_unmarked=0, unmarked=0)
    changed = list(with_run_ons([first, second], random.Random(1), shares))
    assert changed[0] == first
    assert changed[1].arabic == f"{first.arabic} {second.arabic}"
    assert changed[1].english == f"{first.english} {second.english}"


@pytest.mark.parametrize("origin", ["lex_names", "ui_menu"])
def test_terms_and_labels_never_change(origin: str) -> None:
    pairs = [Pair(origin, "فتح...", "Open..."), Pair(origin, "حفظ.", "Save.")]
    shares = RunOnShares(joined=0.5, joined_unmarked=0.5, unmarked=0)
    assert list(with_run_ons(pairs, random.Random(1), shares)) == pairs


def test_long_texts_and_repetitions_are_not_joined() -> None:
    long = [Pair("gen_news", f"{number} " + "كلمة " * 60, "word " * 60) for number in range(2)]
    shares = RunOnShares(joined=1, joined_unmarked=0, unmarked=0)
    for pairs in (long, [PROSE[1], PROSE[1]]):
        assert list(with_run_ons(pairs, random.Random(1), shares)) == pairs


def test_without_shares_nothing_changes() -> None:
    assert list(with_run_ons(PROSE[:50], random.Random(1), UNCHANGED)) == PROSE[:50]
