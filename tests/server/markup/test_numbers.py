"""Numbers and other text that is not translated stay within their tags."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.alignment.words import find_words
from tarjama_server.markup.correspondence import Correspondence, proportional_shares
from tarjama_server.markup.lifting import Lifter
from tarjama_server.markup.placing import Placer
from tarjama_server.markup.scanning import Scanner
from tarjama_server.markup.source import Markup
from tarjama_server.markup.writing import write_tagged
from tarjama_server.pipeline.model import Flag, Options, ServedModel
from tests.server.pipeline.documents import segment_of
from tests.server.pipeline.english import Writer

NUMBERS = st.integers(1, 9999).map(str)
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def lifted(tagged: str) -> Markup:
    scanner, lifter = Scanner(), Lifter()
    tokens = [*scanner.feed(tagged), *scanner.finish()]
    return lifter.take(sum(len(lifter.lift(token)) for token in tokens), to_end=True)


def placed(tagged: str, target: str, *, has_words: bool = True) -> str:
    """Places the marks of a text in a translation, word for word and in order."""
    markup = lifted(tagged)
    source_words, target_words = (
        find_words(text) if has_words else [] for text in (markup.text, target)
    )
    shares = proportional_shares(len(source_words), len(target_words))
    words = Correspondence(markup.text, source_words, target, target_words, shares)
    insertions = Placer(markup.marks, words).place()
    return write_tagged(target, insertions, added_spaces=markup.added_spaces()).text


@pytest.mark.parametrize(
    ("source", "target", "tagged"),
    [
        ("زار المدينة<sup>١</sup> كثير", "Visited city1 many", "Visited city<sup>1</sup> many"),
        (
            "زار المدينة<sup>١٢</sup> كثير",
            "Visited city 12 many",
            "Visited city <sup>12</sup> many",
        ),
        ("زار المدينة<sup>١</sup> كثير", "Visited city12 many", "Visited city12<sup></sup> many"),
    ],
)
def test_the_number_of_a_note_stays_in_its_tags_if_it_is_there(
    source: str, target: str, tagged: str
) -> None:
    assert placed(source, target) == tagged


@given(
    st.lists(st.one_of(NUMBERS, NUMBERS.map(lambda number: f"<b>{number}</b>")), min_size=1),
    st.sampled_from([" ", " - ", "/", ", "]),
    st.booleans(),
)
def test_numbers_alone_stay_in_their_tags(
    numbers: list[str], separator: str, is_eastern: bool
) -> None:
    tagged = separator.join(numbers)
    source = tagged.translate(EASTERN) if is_eastern else tagged
    assert placed(source, re.sub("<.*?>", "", tagged), has_words=False) == tagged


@given(st.lists(NUMBERS, min_size=1, unique=True))
def test_numbers_of_notes_behind_words_stay_in_their_tags(numbers: list[str]) -> None:
    source = " ".join(f"كتابالمدينة<sup>{number.translate(EASTERN)}</sup>" for number in numbers)
    tagged = " ".join(f"book<sup>{number}</sup>" for number in numbers)
    assert placed(source, re.sub("<.*?>", "", tagged)) == tagged


@pytest.mark.parametrize("text", ["<a>١</a>", "[<a>١</a>]", "<b>٢٠<i>/٥</i></b>", "<a>PDF</a>"])
async def test_what_is_passed_through_keeps_its_tags_where_they_are(
    text: str, writer: Writer, bundled_model: ServedModel
) -> None:
    segment = await segment_of(
        bundled_model, writer.engine("no", [0]), text, Options(is_tagged=True)
    )
    assert segment.translation == text
    assert Flag.TAG_MOVED not in segment.flags
