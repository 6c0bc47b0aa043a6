"""Which words are known to open clauses."""

import pytest

from tarjama_server.segmenter.openers import OPENERS, Opener, find_opener, plain_words


@pytest.mark.parametrize(
    ("text", "opener"),
    [
        ("وقال المسؤول", Opener.REPORT),
        ("وأضافت الوكالة", Opener.REPORT),
        ("واضافت الوكالة", Opener.REPORT),
        ("«وذَكَرَتْ شبكة", Opener.REPORT),
        ("من جهته أكد", Opener.TURN),
        ("ومن جهتها، أكدت", Opener.TURN),
        ("على صعيد آخر", Opener.TURN),
        ("كما شدد", Opener.TURN),
        ("وكانت الحرب", Opener.TURN),
        ("بينما غادر", Opener.CLAUSE),
        ("حيث وصل", Opener.CLAUSE),
        ("إلا أن الوزير", Opener.CLAUSE),
        ("قال المسؤول", None),
        ("أن الوزير", Opener.BOUND),
        ("التي وصلت", Opener.BOUND),
        ("والمدينة القديمة", None),
        ("من المدينة", None),
        ("...", None),
    ],
)
def test_openers_are_known_however_they_are_spelled(text: str, opener: Opener | None) -> None:
    assert find_opener(plain_words(text.split()), 0) is opener


def test_a_phrase_is_sought_from_the_word_asked_for() -> None:
    words = plain_words(["غادر", "الوفد", "من", "جهة", "أخرى", "وصل"])
    assert [index for index in range(len(words)) if find_opener(words, index)] == [2]


def test_every_opener_is_kept_as_texts_are_compared() -> None:
    for phrase in OPENERS:
        assert phrase
        assert plain_words(phrase.split()) == phrase.split()
