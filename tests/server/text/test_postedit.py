"""What a model's tokenised, escaped training data leaves in its English, and its removal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.text.postedit import post_edit


@pytest.mark.parametrize(
    ("raw", "edited"),
    [
        ("The minister &apos; s office closed.", "The minister's office closed."),
        ("The bank &apos;s decision", "The bank's decision"),
        ("The bank 's decision", "The bank's decision"),
        ("Mr. Rudd &apos; s", "Mr. Rudd's"),
        ("They do n't know; I ca n ' t say.", "They don't know; I can't say."),
        ("We &apos;re here and I ' m there.", "We're here and I'm there."),
        ("Ten years &apos; prison", "Ten years' prison"),
        ("a coup d &apos; état by Mick O &apos; Neil", "a coup d'état by Mick O'Neil"),
        ("&quot;Yes,&quot; he said, &amp; left.", '"Yes," he said, & left.'),
        ("&amp;quot;Yes&amp;quot;", '"Yes"'),
        ("5 &lt; 7 &#39;", "5 < 7 '"),
    ],
)
def test_tokenisation_residue_is_removed(raw: str, edited: str) -> None:
    assert post_edit(raw) == edited


@pytest.mark.parametrize(
    "text",
    [
        "Press the 's' key, then 'd'.",
        "Temperatures of the '90s",
        "It's a coup d'état, isn't it?",
        "He asked, 'Cause you don't feel it?",
        "The parents ' and ' children",
        "AT&T; &nosuchentity; & &#0; &",
        "A 'd-day' for Group O 'positive'",
        "",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    assert post_edit(text) == text


def test_an_entity_of_the_source_stays() -> None:
    assert post_edit("Write &amp; for &quot;", source="اكتب &amp; في HTML") == 'Write &amp; for "'


@given(st.text(alphabet="abnstdO'. \"", max_size=40))
def test_only_spaces_are_ever_taken(text: str) -> None:
    edited = post_edit(text)
    assert edited.replace(" ", "") == text.replace(" ", "")
    assert edited.split("'")[0].split() == text.split("'")[0].split()
