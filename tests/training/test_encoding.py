import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st
from models.training import encode
from models.training.corpus import Pair, write_corpus
from models.training.encode import DEFAULT_WEIGHTS, OriginWeights, encode_pairs
from models.training.errors import RecipeError
from models.training.pairs import EncodedPair, EncodedPairs
from models.training.toy_corpus import toy_pairs
from models.training.vocabulary import EOS_ID, Vocabulary

PIECES = st.lists(st.integers(3, 60_000), max_size=5)
LINKS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4)
ROWS = st.lists(st.builds(EncodedPair.of_pieces, PIECES, PIECES, LINKS), min_size=1, max_size=6)
MODEL = Path(__file__).parents[2] / "models" / "ar-en-small"


@given(ROWS)
def test_pairs_are_collected_unchanged(rows: list[EncodedPair]) -> None:
    pairs = EncodedPairs.collect(rows)
    assert [pairs[index] for index in range(len(pairs))] == [
        EncodedPair(row.source, row.target, list(row.links)) for row in rows
    ]
    assert pairs.source_lengths.tolist() == [len(row.source) for row in rows]
    assert pairs.target_lengths.tolist() == [len(row.target) for row in rows]


@pytest.mark.parametrize("links", [(), ((0, 1),)])
def test_pairs_are_loaded_as_saved(tmp_path: Path, links: tuple[tuple[int, int], ...]) -> None:
    rows = [EncodedPair.of_pieces([7, 8], [9], links), EncodedPair.of_pieces([5], [6, 7])]
    EncodedPairs.collect(rows).save(tmp_path / "pairs.npz")
    loaded = EncodedPairs.load(tmp_path / "pairs.npz")
    assert [loaded[0], loaded[1]] == [
        EncodedPair(row.source, row.target, list(row.links)) for row in rows
    ]


def test_a_file_of_other_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))
    with pytest.raises(RecipeError, match="no encoded pairs"):
        EncodedPairs.load(tmp_path / "other.npz")


def test_pairs_are_drawn_as_often_as_their_origin_weighs(tmp_path: Path) -> None:
    (tmp_path / "weights.txt").write_text(
        "gen_rare 0.25  # comment\n\n# nothing\ngen_ 2.5\n", encoding="utf-8"
    )
    weights = OriginWeights.read(tmp_path / "weights.txt")
    pairs = [Pair(origin, "نص", "text") for origin in ("gen_rare_a", "gen_b", "doc_c")] * 2000
    drawn = Counter(pair.origin for pair in weights.draw(pairs, random.Random(1)))
    assert drawn["gen_rare_a"] / 2000 == pytest.approx(0.25, abs=0.04)
    assert drawn["gen_b"] / 2000 == pytest.approx(2.5, abs=0.04)
    assert drawn["doc_c"] == 2000


@pytest.mark.parametrize("line", ["gen_", "gen_ much", "gen_( 2", "gen_ 2 3"])
def test_weights_that_cannot_be_read_are_refused_by_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "weights.txt").write_text(f"doc_ 1\n{line}\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="line 2"):
        OriginWeights.read(tmp_path / "weights.txt")


def test_the_recipes_own_weights_can_be_read() -> None:
    weights = OriginWeights.read(DEFAULT_WEIGHTS)
    assert weights.of("gen_un_conflict_mt") < weights.of("gen_un_conflict")
    assert weights.of("of no known kind") == 1


def test_sentences_become_pieces_and_an_end(bundled_vocabulary: Vocabulary) -> None:
    (pair,) = encode_pairs([("ذهب الولد.", "The boy went.")], bundled_vocabulary)
    assert pair.source[-1] == pair.target[-1] == EOS_ID
    assert bundled_vocabulary.source.decode(list(pair.source[:-1])) == "ذهب الولد."
    assert bundled_vocabulary.target.decode(list(pair.target[:-1])) == "The boy went."


def test_a_corpus_becomes_training_and_held_out_pairs(
    tmp_path: Path, bundled_vocabulary: Vocabulary
) -> None:
    corpus = [Pair("doc_x", f"الجملة رقم {number}", f"Sentence {number}") for number in range(50)]
    write_corpus(corpus, tmp_path / "pairs")
    (tmp_path / "dev.ar").write_text("صَبَاح الخير\n", encoding="utf-8")
    (tmp_path / "dev.en").write_text("Good morning\n", encoding="utf-8")
    aligned = EncodedPair.of_pieces(
        bundled_vocabulary.source.encode("كتاب"),
        bundled_vocabulary.target.encode("book"),
        [(0, 0)],
    )
    EncodedPairs.collect([aligned] * 20).save(tmp_path / "aligned.npz")
    arguments = {
        "--corpus": "pairs", "--dev": "dev", "--aligned": "aligned.npz", "--out": "data",
    }  # fmt: skip
    paths = (word for flag, name in arguments.items() for word in (flag, str(tmp_path / name)))
    encode.main([*paths, "--vocabulary", str(MODEL), "--english-terms", "1"])
    train = EncodedPairs.load(tmp_path / "data" / "train.npz")
    assert len(train) == len(corpus) + 20
    sources = {bundled_vocabulary.source.decode(list(train[at].source[:-1])) for at in range(70)}
    assert {"الجملة رقم 7", "book"} <= sources
    assert len(EncodedPairs.load(tmp_path / "data" / "dev.npz")) == 1


def test_vocabularies_with_other_special_pieces_are_refused(tmp_path: Path) -> None:
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(pair.english for pair in toy_pairs()),
        model_prefix=str(tmp_path / "source"),
        vocab_size=50,
        minloglevel=2,
    )
    (tmp_path / "source.model").rename(tmp_path / "source.spm")
    (tmp_path / "target.spm").write_bytes((tmp_path / "source.spm").read_bytes())
    with pytest.raises(RecipeError, match="must be 0, 1 and 2"):
        Vocabulary.load(tmp_path)
