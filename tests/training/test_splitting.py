import numpy as np
import pytest
from models.training.pairs import Rows
from models.training.splitting import PieceSplitter
from models.training.vocabulary import EOS_ID, Vocabulary

pytestmark = pytest.mark.training

SENTENCES = [
    "افتتح الرئيس المؤتمر الصحفي في القاهرة صباح اليوم",
    "نعم",
    "تأثرت 2,500 مدرسة بالفيضانات الأخيرة في باكستان",
]


def encoded(vocabulary: Vocabulary) -> Rows:
    ids = [[*row, EOS_ID] for row in vocabulary.source.encode(SENTENCES)]
    return Rows(np.concatenate(ids).astype(np.uint16), np.array([len(row) for row in ids]))


def texts(rows: Rows, vocabulary: Vocabulary) -> list[str]:
    bounds = np.cumsum(rows.lengths)[:-1]
    return [vocabulary.source.decode(row.tolist()) for row in np.split(rows.flat, bounds)]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_cut_pieces_spell_the_same_sentences(bundled_vocabulary: Vocabulary, share: float) -> None:
    rows = encoded(bundled_vocabulary)
    splitter = PieceSplitter(bundled_vocabulary.source, share)
    for seed in range(20):
        cut = splitter.split(rows, np.random.default_rng(seed))
        assert cut.lengths.sum() == len(cut.flat)
        assert texts(cut, bundled_vocabulary) == texts(rows, bundled_vocabulary)
        assert (cut.flat[np.cumsum(cut.lengths) - 1] == EOS_ID).all()


def test_no_share_cuts_nothing_and_all_cuts_whatever_can_be(
    bundled_vocabulary: Vocabulary,
) -> None:
    rows = encoded(bundled_vocabulary)
    none, every = (
        PieceSplitter(bundled_vocabulary.source, share).split(rows, np.random.default_rng(1))
        for share in (0.0, 1.0)
    )
    assert np.array_equal(none.flat, rows.flat)
    assert len(every.flat) > 1.3 * len(rows.flat)


def test_the_share_is_kept_and_the_cuts_differ(bundled_vocabulary: Vocabulary) -> None:
    rows = encoded(bundled_vocabulary)
    many = Rows(np.tile(rows.flat, 500), np.tile(rows.lengths, 500))
    cut = PieceSplitter(bundled_vocabulary.source, 0.1).split(many, np.random.default_rng(1))
    every = PieceSplitter(bundled_vocabulary.source, 1.0).split(many, np.random.default_rng(1))
    assert (len(cut.flat) - len(many.flat)) / (len(every.flat) - len(many.flat)) == pytest.approx(
        0.1, abs=0.02
    )
    bounds = np.cumsum(every.lengths)[:-1]
    assert len({tuple(row) for row in np.split(every.flat, bounds)}) > 20


def test_likelier_pieces_are_drawn_more_often(bundled_vocabulary: Vocabulary) -> None:
    source = bundled_vocabulary.source
    piece = source.encode("والكتاب", out_type=str)[0]
    rows = Rows(np.array([source.piece_to_id(piece)] * 5000, np.uint16), np.array([5000]))
    cut = PieceSplitter(source, 1.0).split(rows, np.random.default_rng(1)).flat.reshape(-1, 2)
    seen, counts = np.unique(cut, axis=0, return_counts=True)
    likelihoods = [sum(source.get_score(int(half)) for half in pair) for pair in seen]
    assert len(seen) > 1
    assert np.argmax(counts) == np.argmax(likelihoods)
    assert counts.min() > 20
