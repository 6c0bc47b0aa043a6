from collections import Counter
from pathlib import Path

import pytest
from models.training import clean
from models.training.clean import keep_good_pairs
from models.training.corpus import Pair, read_corpus
from models.training.decontamination import RUN_WORDS, Decontaminator

ARABIC = "أعلن وزير الخارجية أن القمة القادمة ستعقد في العاصمة بعد أسبوعين من الآن بحضور الجميع"
ENGLISH = (
    "The foreign minister announced that the next summit will take place in the capital in "
    "two weeks."
)
OTHER = Pair("gen_news", "ذهب الولد إلى المدرسة.", "The boy went to school.")
DECONTAMINATOR = Decontaminator([(ARABIC, ENGLISH), ("صباح الخير", "Good morning!")])


@pytest.mark.parametrize(
    ("arabic", "english"),
    [
        pytest.param(ARABIC, "Something else entirely.", id="the same Arabic"),
        pytest.param(ARABIC.replace("أ", "ا") + "!", "Something else.", id="alef and marks differ"),
        pytest.param("صَبَاحُ الخَيْرِ", "Hello there!", id="diacritics differ"),
        pytest.param("أهلا وسهلا", "good MORNING", id="the same English in other letters"),
        pytest.param("وقال: " + ARABIC + " وغادر", "He said it and left.", id="a part of it"),
        pytest.param("شيء آخر", "Yesterday " + ENGLISH + " He left.", id="the English a part"),
    ],
)
def test_what_shares_a_side_with_an_evaluation_pair_is_contaminated(
    arabic: str, english: str
) -> None:
    assert DECONTAMINATOR.is_contaminated(Pair("gen_news", arabic, english))


@pytest.mark.parametrize(
    ("arabic", "english"),
    [
        pytest.param(OTHER.arabic, OTHER.english, id="nothing shared"),
        pytest.param("صباح الخير يا صديقي", "Good morning, my friend", id="short one within"),
        pytest.param(
            " ".join(ARABIC.split()[: RUN_WORDS - 1]) + " حسب قوله", "As he said.", id="short run"
        ),
        pytest.param("...", "!", id="no words at all"),
    ],
)
def test_set_phrases_are_shared_by_all_text(arabic: str, english: str) -> None:
    assert not DECONTAMINATOR.is_contaminated(Pair("gen_news", arabic, english))


def test_each_pair_meets_one_fate() -> None:
    copied = Pair("gen_news", "Not translated.", "Not translated.")
    held_out = Pair("gen_news", "صباح الخير", "Good morning")
    fates: Counter[str] = Counter()
    given = [OTHER, copied, held_out, OTHER, Pair("gen_news", "  ذهب\n", "Gone")]
    kept = list(keep_good_pairs(given, DECONTAMINATOR, fates))
    assert kept == [OTHER, Pair("gen_news", "ذهب", "Gone")]
    assert fates == {"kept": 2, "implausible": 1, "contaminated": 1, "repeated": 1}


def test_tables_and_corpora_are_cleaned_into_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "dev.ar").write_text("صباح الخير\n", encoding="utf-8")
    (tmp_path / "dev.en").write_text("Good morning\n", encoding="utf-8")
    rows = [OTHER, Pair("gen_news", "صباح الخير", "Morning"), OTHER]
    table = "".join(f"{row.origin}\t{row.arabic}\t{row.english}\n" for row in rows)
    (tmp_path / "pairs.tsv").write_text(table, encoding="utf-8")
    held_out = ("--held-out", str(tmp_path), "--out")
    clean.main([str(tmp_path / "pairs.tsv"), *held_out, str(tmp_path / "first")])
    clean.main([str(tmp_path / "first"), *held_out, str(tmp_path / "second")])
    assert list(read_corpus(tmp_path / "second")) == [OTHER]
    printed = capsys.readouterr().out.splitlines()
    assert printed[:4] == ["kept\t1", "implausible\t0", "repeated\t1", "contaminated\t1"]
    assert printed[4:] == ["kept\t1", "implausible\t0", "repeated\t0", "contaminated\t0"]
