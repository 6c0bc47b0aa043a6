from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quality.corpora import CorpusError, load_corpora
from tests.quality.coverage import measure_coverage
from tests.quality.runon import (
    boundary_scores,
    fixed_starts,
    lexicon_starts,
    make_run_ons,
    pieces,
    strip_marks,
)
from tests.quality.scoring import paired_bootstrap, spearman

LINES = st.lists(
    st.lists(st.text("ابتثج", min_size=1, max_size=5), min_size=1, max_size=12).map(" ".join),
    min_size=1,
    max_size=40,
)
# Ten sentences that have few letters in a row in common.
SENTENCES = [
    "The committee postponed its annual meeting until spring.",
    "Fishermen along the coast reported unusually warm water.",
    "A new bridge will connect both halves of town.",
    "Scientists have sequenced the genome of wild barley.",
    "Her latest novel describes life under the monarchy.",
    "Inflation slowed for the third consecutive quarter.",
    "Police recovered five stolen paintings yesterday evening.",
    "The goalkeeper saved two penalties before half time.",
    "Farmers demand cheaper fertilizer and better roads.",
    "Astronauts repaired the antenna during their spacewalk.",
]


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("ذهب الولد، ثم عاد.", "ذهب الولد ثم عاد"),
        ("هل عاد؟ نعم!", "هل عاد نعم"),
        ("بلغ 3.5 مليون، الساعة 9:30.", "بلغ 3.5 مليون الساعة 9:30"),
        ("قال «نعم.» ثم سكت…", "قال «نعم» ثم سكت"),
        ("كلمة . أخرى", "كلمة أخرى"),
    ],
)
def test_marks_at_the_ends_of_words_are_stripped(line: str, bare: str) -> None:
    assert strip_marks(line) == bare


@given(LINES, st.integers(0, 100))
def test_run_ons_hold_every_line_where_they_say_it_begins(lines: list[str], seed: int) -> None:
    run_ons = make_run_ons(lines, seed=seed)
    assert [line for run_on in run_ons for line in pieces(run_on.text, run_on.starts)] == lines
    assert [number for run_on in run_ons for number in run_on.lines] == list(range(len(lines)))
    assert all(5 <= len(run_on.lines) <= 10 for run_on in run_ons[:-1])


@given(LINES)
def test_cuts_at_the_joins_score_one_and_no_cuts_score_nothing(lines: list[str]) -> None:
    run_ons = [run_on for run_on in make_run_ons(lines, seed=1) if run_on.joins]
    if run_ons:
        perfect = boundary_scores({run_on: run_on.starts for run_on in run_ons})
        assert (perfect.precision, perfect.recall, perfect.f1) == (1, 1, 1)
        nothing = boundary_scores({run_on: [0] for run_on in run_ons})
        assert (nothing.cut_count, nothing.recall, nothing.f1) == (0, 0, 0)


def test_fixed_cuts_have_as_many_words_as_asked_for() -> None:
    text = "واحد اثنان ثلاثة أربعة خمسة"
    assert pieces(text, fixed_starts(text, 2)) == ["واحد اثنان", "ثلاثة أربعة", "خمسة"]


def test_the_lexicon_cuts_before_verbs_of_saying() -> None:
    text = "غادر الجنود البلاد وأضاف المسؤول أن العملية انتهت"
    assert pieces(text, lexicon_starts(text)) == [
        "غادر الجنود البلاد",
        "وأضاف المسؤول أن العملية انتهت",
    ]


def test_a_dropped_line_is_called_missing() -> None:
    documents = [SENTENCES[:5], SENTENCES[5:]]
    coverage = measure_coverage(
        {
            "whole": [" ".join(lines) for lines in documents],
            "dropped": [" ".join([*SENTENCES[:2], *SENTENCES[3:5]]), " ".join(SENTENCES[5:])],
        },
        documents,
        documents,
    )
    assert coverage.detection_rate == 1
    assert coverage.missing == {"whole": 0, "dropped": 0.1}


def test_a_difference_is_sure_only_when_documents_agree_on_it() -> None:
    rng = np.random.default_rng(0)
    base = rng.normal(50, 5, 100)
    better = paired_bootstrap(base + rng.normal(1, 1, 100), base, seed=1)
    assert 0 < better.low < better.value < better.high < 2
    alike = paired_bootstrap(base + rng.normal(0, 5, 100), base, seed=1)
    assert alike.low < 0 < alike.high


@pytest.mark.parametrize(
    ("other", "correlation"),
    [([10, 20, 300, 4000], 1), ([4, 3, 2, 1], -1), ([1, 2, 2, 3], 0.9486832980505138)],
)
def test_rank_correlation_looks_at_order_alone(other: list[float], correlation: float) -> None:
    found = spearman(np.array([1.0, 2.0, 3.0, 4.0]), np.array(other, dtype=np.float64))
    assert found == pytest.approx(correlation)


def test_lines_that_are_not_aligned_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.ar").write_text("سطر\nسطر\n", encoding="utf-8")
    (tmp_path / "x.en").write_text("line\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"has 2 lines and its \.en 1"):
        load_corpora(tmp_path)


def test_a_limit_takes_lines_from_all_over_the_corpus(tmp_path: Path) -> None:
    for language in ("ar", "en"):
        numbers = "".join(f"{number}\n" for number in range(10))
        (tmp_path / f"x.{language}").write_text(numbers, encoding="utf-8")
    corpus = load_corpora(tmp_path, limit=4)["x"]
    assert corpus.sources == corpus.references == ("0", "2", "5", "7")
    assert corpus.extent == "4, spread evenly"
