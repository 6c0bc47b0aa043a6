"""What the boundary scorer reads in words, and what it says of gaps between them."""

from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tarjama_server.segmenter.boundaries import (
    MAX_FEATURES,
    WEIGHTS_FILE,
    BoundaryScorer,
    feature_rows,
    split_punctuation,
    word_features,
)

WORDS = st.text(min_size=1, max_size=60).map(lambda text: "".join(text.split())).filter(bool)
MAX_WEIGHTS_BYTES = 1_000_000


@pytest.fixture(scope="module")
def scorer() -> BoundaryScorer:
    return BoundaryScorer.load()


def zero_weights(width: int = 4) -> dict[str, NDArray[np.generic]]:
    weights: dict[str, NDArray[np.generic]] = {
        "rows": np.zeros((32, width), np.int8),
        "scale": np.ones(width, np.float32),
        "out": np.zeros(2 * width, np.float16),
        "out_bias": np.full(1, -2.5, np.float16),
    }
    for layer in range(4):
        weights[f"layer{layer}"] = np.zeros((3 * width, 2 * width), np.float16)
        weights[f"bias{layer}"] = np.zeros(2 * width, np.float16)
    return weights


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        ("وأضافَ", "واضاف"),
        ("إلى", "الي"),
        ("محمـــد", "محمد"),
        ("\u200fقال\u200e", "قال"),
        ("ﻗﺎﻝ", "قال"),
        ("کتاب", "كتاب"),
        ("٢٠١٠", "1984"),
        ("Reuters", "REUTERS"),
    ],
)
def test_spellings_of_one_word_read_alike(spelling: str, other: str) -> None:
    assert word_features(spelling) == word_features(other)


@pytest.mark.parametrize(
    ("word", "plain", "marked"),
    [
        ("قال", "قال", "قال،"),
        ("قال", "قال", "«قال"),
        ("قال", "قال", "قال»"),
        ("قال", "قال", "قال:"),
        ("قال", "قال", "قال؟"),
    ],
)
def test_punctuation_is_a_feature_of_its_own(word: str, plain: str, marked: str) -> None:
    assert set(word_features(plain)) < set(word_features(marked))
    assert split_punctuation(marked)[1] == word


@given(WORDS)
def test_every_word_has_features_and_not_too_many(word: str) -> None:
    assert 1 <= len(word_features(word)) <= MAX_FEATURES
    assert all(0 <= row < 64 for row in feature_rows(word, row_count=64))


@settings(deadline=None)
@given(words=st.lists(WORDS, max_size=40))
def test_every_gap_gets_one_finite_score(words: list[str]) -> None:
    scores = BoundaryScorer.load().score(words)
    assert len(scores) == max(0, len(words) - 1)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            "أعلنت الحكومة أمس عن خطة جديدة لدعم المزارعين",
            "وقال الوزير إن الخطة ستبدأ الشهر المقبل",
        ),
        (
            "وصل الفريق إلى المدينة في وقت متأخر من الليل",
            "وأضاف المدرب أن اللاعبين بحاجة إلى الراحة",
        ),
        ("تقع المدينة على ضفاف النهر في شمال البلاد", "يبلغ عدد سكانها نحو مليون نسمة"),
    ],
)
def test_a_sentence_end_scores_above_every_other_gap(
    scorer: BoundaryScorer, left: str, right: str
) -> None:
    scores = scorer.score(f"{left} {right}".split())
    assert int(scores.argmax()) == len(left.split()) - 1


def test_scores_of_a_long_text_do_not_depend_on_what_is_far_away(scorer: BoundaryScorer) -> None:
    sentence = "وقال المتحدث إن القوات ستغادر البلاد قبل نهاية العام"
    words = [f"{word}{number}" for number in range(400) for word in sentence.split()]
    scores = scorer.score(words)
    for start in range(0, len(words) - 120, 500):
        near = scorer.score(words[start : start + 120])
        assert scores[start + 20 : start + 99] == pytest.approx(near[20:99], abs=2e-3)


def test_scores_are_the_same_each_time(scorer: BoundaryScorer) -> None:
    text = "وذكرت الشبكة أن الجنود غادروا العراق وأظهرت لقطات القافلة"
    words = text.split()
    first = scorer.score(words)
    assert (scorer.score(words) == first).all()
    assert (BoundaryScorer.load().score(words) == first).all()


def test_a_network_that_knows_nothing_gives_its_bias() -> None:
    assert BoundaryScorer(zero_weights()).score(["قال", "الوزير", "أمس"]).tolist() == [-2.5, -2.5]


def test_weights_without_an_array_are_refused_by_name() -> None:
    weights = zero_weights()
    del weights["scale"]
    with pytest.raises(ValueError, match=r"must hold .*scale"):
        BoundaryScorer(weights)


@pytest.mark.parametrize("name", ["scale", "layer2", "bias0", "out", "out_bias"])
def test_weights_of_another_shape_are_refused_by_name(name: str) -> None:
    weights = zero_weights()
    weights[name] = weights[name][:-1]
    with pytest.raises(ValueError, match=f"{name} has shape"):
        BoundaryScorer(weights)


def test_the_weights_in_the_package_are_small() -> None:
    weights = resources.files("tarjama_server.segmenter").joinpath(WEIGHTS_FILE).read_bytes()
    assert len(weights) < MAX_WEIGHTS_BYTES
