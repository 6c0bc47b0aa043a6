import bz2
from pathlib import Path

import pytest
from models.training.corpus import (
    Pair,
    parallel_prefixes,
    read_corpus,
    read_parallel,
    read_table,
    write_corpus,
)
from models.training.errors import RecipeError

PAIRS = [
    Pair("gen_news", "قال الوزير.", "The minister said."),
    Pair("lex_names", "سمير", "Samir"),
    Pair("doc_manual", "فاصل\u2028أسطر", "line\u2028separator"),
]


def test_a_corpus_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert write_corpus(PAIRS, tmp_path / "pairs") == len(PAIRS)
    assert list(read_corpus(tmp_path / "pairs")) == PAIRS


def test_a_corpus_with_a_line_missing_is_refused(tmp_path: Path) -> None:
    write_corpus(PAIRS, tmp_path / "pairs")
    with bz2.open(tmp_path / "pairs.en.bz2", "wt", encoding="utf-8") as english:
        english.write("The minister said.\n")
    with pytest.raises(RecipeError, match="do not match"):
        list(read_corpus(tmp_path / "pairs"))


def test_a_table_gives_the_origin_of_each_pair(tmp_path: Path) -> None:
    table = tmp_path / "pairs.tsv"
    table.write_text("gen_news\tقال الوزير.\tThe minister said.\n", encoding="utf-8")
    assert list(read_table(table)) == PAIRS[:1]


def test_a_table_with_a_field_missing_is_refused_by_line(tmp_path: Path) -> None:
    table = tmp_path / "pairs.tsv"
    table.write_text("a\tب\tc\ngen_news\tقال الوزير.\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="line 2: 2 fields"):
        list(read_table(table))


def test_an_evaluation_set_with_unlike_line_counts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.ar").write_text("سطر\n", encoding="utf-8")
    (tmp_path / "dev.en").write_text("line\nline\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="1 Arabic and 2 English"):
        read_parallel(tmp_path / "dev")


def test_a_folder_without_evaluation_sets_is_refused(tmp_path: Path) -> None:
    (tmp_path / "alone.ar").touch()
    with pytest.raises(RecipeError, match="no evaluation set"):
        parallel_prefixes(tmp_path)


@pytest.mark.parametrize(
    ("origin", "is_lexical", "is_prose"),
    [("gen_news", False, True), ("lex_names", True, False), ("ui_menu", False, False)],
)
def test_the_origin_says_the_kind(origin: str, is_lexical: bool, is_prose: bool) -> None:
    pair = Pair(origin, "نص", "text")
    assert (pair.is_lexical, pair.is_prose) == (is_lexical, is_prose)
