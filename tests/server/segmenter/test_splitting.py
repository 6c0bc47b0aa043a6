from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.segmenter.splitting import is_terminated, sentence_starts


def sentences(block: str) -> list[str]:
    return [block[start:end] for start, end in pairwise([*sentence_starts(block), len(block)])]


@pytest.mark.parametrize(
    "expected",
    [
        ["ذهب إلى البيت؟ ", "نعم! ", "ثم عاد."],
        ["  مرحبا.   ", "كيف الحال؟؟!  ", "بخير"],
        ["هذا 😀 نص. ", "ثم 😀😀 آخر."],
        ["«هل تأتي؟» ", "سأل أحمد."],
        ["قال: «انتهى الأمر.» ", "ثم غادر."],
        ["مرحبا.\u200f ", "ثم ذهب"],
        ["انتهى. ", "«ثم عاد»"],
        ["Hello there. ", "مرحبا بكم."],
        ["كان ذلك عام 2010. ", "ثم تغير كل شيء."],
    ],
)
def test_sentences_end_at_their_marks(expected: list[str]) -> None:
    assert sentences("".join(expected)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "قال د. أحمد إن الاجتماع انتهى",
        "حضر أ.د. محمد علي الحفل",
        "السيد م. ع. حسن",
        "هـ. ج. ويلز كاتب إنجليزي",
        "(انظر ص. 5) من الكتاب",
        "عام 1445 هـ. وفي العام التالي",
        "السعر 3.5 دولار",
        "الموقع www.example.com/a.b مفيد",
        "1. مقدمة الكتاب",
        "كلمة.كلمة بلا فراغ",
        "كتب e.g. مثالا",
        "....",
        "",
        " \t ",
    ],
)
def test_stops_that_end_no_sentence_do_not_split(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


def test_what_is_left_without_a_word_belongs_to_the_sentence_before() -> None:
    assert sentences("انتهى! » ") == ["انتهى! » "]


@given(st.text(st.sampled_from("ابد. !؟?…»«\"')(\u200f\u0640 \t1٢aB\u00a0😀"), max_size=80))
def test_sentences_tile_their_block(block: str) -> None:
    starts = sentence_starts(block)
    assert starts == sorted(set(starts))
    assert "".join(sentences(block)) == block
    assert not any(part[:1].isspace() for part in sentences(block)[1:])


@pytest.mark.parametrize("mark", [".", "!", "?", "؟", "…", ".»", '."', ".)\u200f  ", "۔"])
def test_a_terminated_sentence_is_known_by_its_mark(mark: str) -> None:
    assert is_terminated("انتهى" + mark)


@pytest.mark.parametrize("end", ["", "،", ":", "؛", " ", "»"])
def test_other_ends_do_not_terminate(end: str) -> None:
    assert not is_terminated("انتهى" + end)
