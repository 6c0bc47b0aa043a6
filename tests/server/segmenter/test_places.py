"""What punctuation says about cutting after a word."""

import pytest

from tarjama_server.segmenter.places import (
    MAX_ENCLOSED_CHARACTERS,
    Mark,
    mark_after,
    protected_gaps,
    split_words,
)


def protected(text: str) -> list[str]:
    """The gaps of `text` that are protected, each as the two words around it."""
    words = split_words(text)
    return [
        f"{left.text} {right.text}"
        for left, right, inside in zip(words, words[1:], protected_gaps(text, words), strict=False)
        if inside
    ]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("انتهى. ثم", Mark.STRONG),
        ("انتهى؟» ثم", Mark.STRONG),
        ("انتهى!\u200f ثم", Mark.STRONG),
        ("انتهى…) ثم", Mark.STRONG),
        ("انتهى\nثم", Mark.STRONG),
        ("انتهى \r\n ثم", Mark.STRONG),
        ("انتهى\u2028ثم", Mark.STRONG),
        ("د.\nثم", Mark.STRONG),
        ("د. أحمد", Mark.NONE),
        ("أ.د. أحمد", Mark.NONE),
        ("U.S. قال", Mark.NONE),
        ("انتهى، ثم", Mark.MEDIUM),
        ("انتهى؛ ثم", Mark.MEDIUM),
        ('قال:" ثم', Mark.MEDIUM),
        ("3.5 ثم", Mark.NONE),
        ("انتهى ثم", Mark.NONE),
    ],
)
def test_the_mark_after_a_word(text: str, mark: Mark) -> None:
    assert mark_after(split_words(text)[0]) is mark


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("قال «جاء أحمد» ثم مضى", ["«جاء أحمد»"]),
        ('قال "جاء أحمد" ثم "مضى"', ['"جاء أحمد"']),
        ("قال (جاء [مع أحمد] أمس) ثم", ["(جاء [مع", "[مع أحمد]", "أحمد] أمس)"]),
        ("قال ( جاء ) ثم", ["( جاء", "جاء )"]),
        ("قال «جاء أحمد ثم مضى", []),
        ("قال جاء» أحمد ثم مضى", []),
        ("يوم 12 يناير 2010 جاء", ["12 يناير", "يناير 2010"]),
        ("في كانون الأول 2010 جاء", ["كانون الأول", "الأول 2010"]),
        ("نحو ٥٠٠ ألف شخص", ["٥٠٠ ألف"]),
        ("الرقم 10 000 000 كبير", ["10 000", "000 000"]),
        ("الدكتور د. أحمد جاء", ["د. أحمد"]),
        ("", []),
    ],
)
def test_what_reads_as_one_is_protected(text: str, gaps: list[str]) -> None:
    assert protected(text) == gaps


def test_a_quotation_of_any_length_is_prose() -> None:
    text = "«" + "كلمة " * (MAX_ENCLOSED_CHARACTERS // 5) + "كلمة»"
    assert protected(text) == []
    assert protected(text[:-40] + "»") != []


def test_many_open_brackets_cost_no_more_than_others() -> None:
    text = "( " * 50_000 + "قال " + ") " * 50_000
    words = split_words(text)
    assert len(protected_gaps(text, words)) == len(words) - 1


def test_words_tell_where_they_are() -> None:
    text = " قال\u00a0الوزير\n\nأمس "
    words = split_words(text)
    assert [(text[word.start : word.end], word.line_end) for word in words] == [
        ("قال", False),
        ("الوزير", True),
        ("أمس", False),
    ]
