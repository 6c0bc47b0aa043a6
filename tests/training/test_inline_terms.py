import random

import pytest
from models.training.inline_terms import PLACEHOLDERS, Term, TermReplacer, TermShares
from models.training.pairs import EncodedPair
from models.training.vocabulary import EOS_ID, UNK_ID, Vocabulary

Words = list[tuple[str, str]]

SENTENCE: Words = [
    ("قرأ", "read"),
    ("المهندسون", "the engineers"),
    ("كتاب", "a book"),
    ("الرئيس", "of the president"),
]


def aligned_pair(vocabulary: Vocabulary, words: Words, end: str = ".") -> EncodedPair:
    """Encode words that translate each other, in one order, with all links between their pieces."""
    source: list[int] = []
    target: list[int] = []
    links = set[tuple[int, int]]()
    for arabic, english in words:
        new_source, new_target = vocabulary.source.encode(arabic), vocabulary.target.encode(english)
        links |= {
            (len(target) + at, len(source) + of)
            for at in range(len(new_target))
            for of in range(len(new_source))
        }
        source += new_source
        target += new_target
    for pieces, processor in ((source, vocabulary.source), (target, vocabulary.target)):
        pieces.append(processor.piece_to_id(end))
    links.add((len(target) - 1, len(source) - 1))
    return EncodedPair.of_pieces(source, target, links)


def texts(vocabulary: Vocabulary, pair: EncodedPair) -> tuple[str, str]:
    return (
        vocabulary.source.decode(list(pair.source[:-1])),
        vocabulary.target.decode(list(pair.target[:-1])),
    )


def find(replacer: TermReplacer, pair: EncodedPair, vocabulary: Vocabulary, word: str) -> Term:
    (term,) = (
        each
        for each in replacer.find_terms(pair)
        if vocabulary.source.decode([pair.source[at] for at in each.source]) == word
    )
    return term


def test_a_word_is_replaced_by_its_english(bundled_vocabulary: Vocabulary) -> None:
    pair = aligned_pair(bundled_vocabulary, SENTENCE)
    replacer = TermReplacer(bundled_vocabulary)
    term = find(replacer, pair, bundled_vocabulary, "الرئيس")
    source, target = texts(bundled_vocabulary, replacer.put_english(pair, term))
    assert source == "قرا المهندسون كتاب of the president."
    assert target == "read the engineers a book of the president."


def test_a_placeholder_is_put_on_both_sides(bundled_vocabulary: Vocabulary) -> None:
    pair = aligned_pair(bundled_vocabulary, SENTENCE)
    replacer = TermReplacer(bundled_vocabulary)
    term = find(replacer, pair, bundled_vocabulary, "كتاب")
    changed = replacer.put_placeholder(pair, term, "{7}")
    assert texts(bundled_vocabulary, changed) == (
        "قرا المهندسون {7} الرئيس.",
        "read the engineers {7} of the president.",
    )


def test_changed_pairs_end_and_have_no_links(bundled_vocabulary: Vocabulary) -> None:
    pair = aligned_pair(bundled_vocabulary, SENTENCE)
    replacer = TermReplacer(bundled_vocabulary)
    changed = list(
        replacer.with_terms([pair] * 200, random.Random(2), TermShares(0.5, 0.5))
    )  # fmt: skip
    assert len(changed) == 200
    for each in changed:
        assert each.source[-1] == each.target[-1] == EOS_ID
        assert UNK_ID not in (*each.source, *each.target)
        assert not each.links


def test_each_replacement_has_its_share(bundled_vocabulary: Vocabulary) -> None:
    pair = aligned_pair(bundled_vocabulary, SENTENCE)
    shares = TermShares(english=0.3, placeholder=0.2)
    replacer = TermReplacer(bundled_vocabulary)
    changed = list(replacer.with_terms([pair] * 2000, random.Random(2), shares))
    held = [
        any(mark in texts(bundled_vocabulary, each)[1] for mark in PLACEHOLDERS) for each in changed
    ]
    assert len(changed) == pytest.approx(1000, abs=100)
    assert sum(held) == pytest.approx(400, abs=80)


def test_punctuation_is_no_part_of_a_term(bundled_vocabulary: Vocabulary) -> None:
    pair = aligned_pair(bundled_vocabulary, SENTENCE)
    end = len(pair.source) - 2
    terms = TermReplacer(bundled_vocabulary).find_terms(pair)
    assert len(terms) == len(SENTENCE)
    assert all(end not in term.source for term in terms)


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        pytest.param([("كتاب", "one two three four")], None, id="too many words"),
        pytest.param([("2026", "2026")], None, id="a number"),
        pytest.param([("كتاب", "book")], (0, 1), id="its English translates another word too"),
    ],
)
def test_words_without_a_sure_translation_stay(
    bundled_vocabulary: Vocabulary, words: Words, extra: tuple[int, int] | None
) -> None:
    pair = aligned_pair(bundled_vocabulary, words)
    links = [*pair.links, *([extra] if extra else [])]
    changed = EncodedPair(pair.source, pair.target, links)
    assert TermReplacer(bundled_vocabulary).find_terms(changed) == []


def test_a_translation_in_two_places_is_no_term(bundled_vocabulary: Vocabulary) -> None:
    pair = aligned_pair(bundled_vocabulary, [("كتاب", "book"), ("رئيس", "president")])
    ends = (len(pair.target) - 3, 0)
    broken = EncodedPair(pair.source, pair.target, [*pair.links, ends])
    found = TermReplacer(bundled_vocabulary).find_terms(broken)
    assert all(0 not in term.source for term in found)
