"""Terms in translations of which it is known what was made from what."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.alignment.origins import Origin, SourceLink, Translation
from tarjama_server.glossary.enforcement import Application, enforce
from tarjama_server.glossary.matching import TermFinder
from tarjama_server.glossary.terms import Term
from tarjama_server.text.tracked import TrackedText


def written(source: str, words: str, *, weight: float = 0.9) -> Translation:
    """A translation given as `word<source word` parts; a part without `<` attends to nothing.

    What is before the bar of `ال|عراق` is another token than what is behind it.
    """
    parts: list[Translation] = []
    for part in words.split():
        word, _, made_from = part.partition("<")
        origin = None
        if made_from:
            start = source.index(made_from)
            origin = Origin((SourceLink(start, start + len(made_from), weight),))
        parts += [TrackedText.of(" " if parts else ""), TrackedText.of(word, origin)]
    return TrackedText.joined(parts)


def enforced(
    source: str, translation: Translation, *terms: Term
) -> tuple[str, list[Application], Translation]:
    result, applications = enforce(source, translation, TermFinder(terms).find(source))
    return result.text, applications, result


@pytest.mark.parametrize(
    ("source", "term", "words", "expected"),
    [
        pytest.param(
            "زار بغداد",
            Term("بغداد", "Baghdad City"),
            "He<زار visited<زار Bagdad<بغداد.",
            "He visited Baghdad City",
            id="one word",
        ),
        pytest.param(
            "قررت الأمم المتحدة",
            Term("الأمم المتحدة", "UN"),
            "The<الأمم United<المتحدة Nations<الأمم decided<قررت",
            "The UN decided",
            id="several words; the article stays",
        ),
        pytest.param(
            "عاد وبالعراق أمل",
            Term("العراق", "Republic of Iraq"),
            "and<وب in<وب the<العراق Iraq<العراق hope<أمل",
            "and in the Republic of Iraq hope",
            id="what proclitics stand for stays",
        ),
        pytest.param(
            "سيارة الوزير",
            Term("الوزير", "secretary"),
            "Minister's<الوزير car<سيارة",
            "Secretary's car",
            id="the possessive stays, the sentence begins with a capital",
        ),
        pytest.param(
            "أعلن المجلس",
            Term("المجلس", "the Council"),
            "The<المجلس board<المجلس said<أعلن",
            "The Council said",
            id="no article twice",
        ),
        pytest.param(
            "قال. المجلس",
            Term("المجلس", "iBoard"),
            "He<قال did.<قال council<المجلس",
            "He did. iBoard",
            id="a small letter stays where the model wrote one",
        ),
        pytest.param(
            "وزارة الخارجية",
            Term("وزارة الخارجية", "Foreign Office"),
            "Ministry<وزارة of<الخارجية Affairs<الخارجية",
            "Foreign Office",
            id="function words within are part of it",
        ),
    ],
)
def test_a_term_is_written_where_its_words_went(
    source: str, term: Term, words: str, expected: str
) -> None:
    words = re.sub(r"(<\w+)\.", r"\1", words)
    text, (application,), translation = enforced(source, written(source, words), term)
    assert text == expected
    assert application.origin is not None
    span = translation.span_of(application.origin)
    assert span is not None
    assert text[slice(*span)].casefold() == term.target.casefold()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("They<قررت went<قررت home<قررت", id="nothing was made from it"),
        pytest.param("Nations<الأمم decided<قررت United<المتحدة", id="something stands between"),
        pytest.param("They decided it", id="the model does not tell"),
    ],
)
def test_a_term_is_missed_and_nothing_changed_where_alignment_is_not_sure(words: str) -> None:
    source = "قررت الأمم المتحدة"
    translation = written(source, words)
    text, (application,), _ = enforced(source, translation, Term("الأمم المتحدة", "UN"))
    assert text == translation.text
    assert application.origin is None


def test_faint_attention_is_not_sure() -> None:
    source = "زار بغداد"
    translation = written(source, "visited<زار it<بغداد", weight=0.3)
    _, (application,), _ = enforced(source, translation, Term("بغداد", "Baghdad"))
    assert application.origin is None


@pytest.mark.parametrize("words", ["in<زار BAGHDAD<بغداد", "in BAGHDAD<زار", "in BAGHDAD"])
def test_a_term_that_stands_there_already_is_left(words: str) -> None:
    source = "زار بغداد"
    text, (application,), translation = enforced(
        source, written(source, words), Term("بغداد", "Baghdad")
    )
    assert text == "in BAGHDAD"
    assert application.origin is not None
    assert translation.span_of(application.origin) == (3, 10)


def test_an_inflected_term_is_left() -> None:
    source = "أجهزة حاسوب"
    translation = written(source, "Computers<حاسوب work<أجهزة")
    text, (application,), _ = enforced(source, translation, Term("حاسوب", "computer"))
    assert text == "Computers work"
    assert application.origin is not None


def test_one_translation_serves_one_match() -> None:
    source = "بغداد ثم بغداد"
    translation = TrackedText.joined(
        [
            TrackedText.of("Baghdad", Origin((SourceLink(0, 5, 0.9),))),
            TrackedText.of(" then "),
            TrackedText.of("there", Origin((SourceLink(9, 14, 0.9),))),
        ]
    )
    text, applications, _ = enforced(source, translation, Term("بغداد", "Baghdad"))
    assert text == "Baghdad then Baghdad"
    assert all(each.origin for each in applications)


@pytest.mark.parametrize(
    ("words", "expected", "is_placed_by_proportion"),
    [
        ("visited<زار Bagdad<بغداد", "visited بغداد", False),
        ("visited<زار it", "visited it بغداد", True),
        ("بغداد<زار is<زار seen<زار", "بغداد is seen", False),
    ],
)
def test_a_phrase_always_stands_in_the_translation(
    words: str, expected: str, is_placed_by_proportion: bool
) -> None:
    source = "زار بغداد"
    translation = written(source, words)
    text, (application,), _ = enforced(source, translation, Term.verbatim("بغداد"))
    assert text == expected
    assert application.origin is not None
    assert application.is_placed_by_proportion == is_placed_by_proportion


_source_words = st.lists(
    st.sampled_from(["Tarjama", "بي بي سي", "قال", "وبغداد", "الرجل"]), min_size=1, max_size=7
)
_PHRASES = [Term.verbatim(phrase) for phrase in ("Tarjama", "بي بي سي", "بغداد")]


@given(_source_words, st.data())
def test_phrases_are_never_lost_nor_doubled(words: list[str], data: st.DataObject) -> None:
    source = " ".join(words)
    parts: list[Translation] = []
    for _ in range(data.draw(st.integers(0, 8))):
        start = data.draw(st.integers(0, len(source) - 1))
        end = data.draw(st.integers(start + 1, len(source)))
        origin = data.draw(st.sampled_from([None, Origin((SourceLink(start, end, 0.9),))]))
        word = data.draw(st.sampled_from(["the", "man", "said,", "it's"]))
        parts += [TrackedText.of(" " if parts else ""), TrackedText.of(word, origin)]
    text, applications, translation = enforced(source, TrackedText.joined(parts), *_PHRASES)
    for phrase in _PHRASES:
        assert text.count(phrase.source) == source.count(phrase.source)
    spans = [translation.span_of(each.origin) for each in applications if each.origin]
    assert len(spans) == len(applications)
    for span, each in zip(spans, applications, strict=True):
        assert span is not None
        assert text[slice(*span)] == each.match.term.source
