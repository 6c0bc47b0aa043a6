from __future__ import annotations

import pytest

from tests.quality.tags import around_same, is_whole, with_tags

SENTENCE = "زار 2019 شخصا مدينة Paris في الصيف."


def test_tags_are_put_at_borders_of_words_and_always_at_the_same() -> None:
    tagged = with_tags(SENTENCE)
    assert tagged == with_tags(SENTENCE)
    for tag in ('<g id="1">', "</g>", '<x id="2"/> ', ' <x id="2"/>'):
        tagged = tagged.replace(tag, "")
    assert tagged == SENTENCE


def test_what_is_the_same_in_both_languages_is_found() -> None:
    assert [what for _, what in around_same([SENTENCE])] == ["2019", "Paris"]
    assert list(around_same(["سرعة 12.8 كم", "من 24,000 نيزك"])) == []


@pytest.mark.parametrize(
    ("translation", "expected"),
    [
        ('a <g id="1">b</g> <x id="2"/>', True),
        ('<x id="2"/>a <g id="1"></g>', True),
        ('a <g id="1">b</g>', False),
        ('a </g>b<g id="1"> <x id="2"/>', False),
        ('a <g id="1">b</g> <x id="2"/><x id="2"/>', False),
    ],
)
def test_a_translation_is_whole_with_each_tag_once(translation: str, expected: bool) -> None:
    assert is_whole('<g id="1">ا</g> <x id="2"/>', translation) is expected
