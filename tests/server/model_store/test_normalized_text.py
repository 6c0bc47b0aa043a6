import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama_server.text.normalization import (
    NormalizationProfile,
    normalize_with_offsets,
    normalizer,
)

PROFILES: tuple[NormalizationProfile, ...] = ("sentencepiece", "opus-spm", "opus-spm-moses")
MARKS = "اب ،؛؟.,:;!?()[]<>%'`\"«»‘’‚“”„–—´…。．，１٣12abc\t\r\n\u00a0\u200b\u200f\ufeff\u00ad😀"
texts = st.text(st.one_of(st.sampled_from(MARKS), st.characters()), max_size=40)


# What the scripts make of the text, run by GNU sed and perl; for Moses, its port sacremoses.
@pytest.mark.parametrize(
    ("profile", "text", "expected"),
    [
        ("sentencepiece", " أ “ب”  \u200f", " أ “ب”  \u200f"),
        ("opus-spm", "قال: “نعم”…", 'قال: "نعم"...'),
        ("opus-spm", "  كلمة \t كلمة  ", "كلمة كلمة"),
        ("opus-spm", "«نعم» ( كذا )، لا؟", "«نعم» ( كذا )، لا؟"),
        ("opus-spm", "كل\u200bمة\u200f\u2060و\u00adاو\ufeff", "كل مة و او"),
        ("opus-spm", "نهاية。  بداية．بداية", "نهاية. بداية. بداية"),
        ("opus-spm", "１２３％", '"23%'),
        ("opus-spm", "a’b", "a'b"),
        ("opus-spm", "سطر\nسطر", "سطر سطر"),
        ("opus-spm", "كتـــاب مُحَمَّد", "كتـــاب مُحَمَّد"),
        ("opus-spm", "\u00a0x\u00a0", "\u00a0x\u00a0"),
        ("opus-spm", "", ""),
        ("opus-spm", " \u200b \t", ""),
        ("opus-spm-moses", "«نعم» ( كذا )، لا", '"نعم" (كذا) ، لا'),
        ("opus-spm-moses", "قال(كذا).", "قال (كذا)."),
        ("opus-spm-moses", "5 % : 1\u00a0000 — لا", "5%: 1.000 - لا"),
        ("opus-spm-moses", "l‘eau `x` ''y''", "l'eau 'x' \" y \""),
        ("opus-spm-moses", 'قال ."نعم" ثم', 'قال ".نعم" ثم'),
    ],
)
def test_a_profile_does_what_its_script_does(
    profile: NormalizationProfile, text: str, expected: str
) -> None:
    assert normalizer(profile)(text) == expected


@pytest.mark.parametrize(
    ("profile", "text", "offsets"),
    [
        ("sentencepiece", "أ ب", [0, 1, 2]),
        ("opus-spm", "  أ  ب ", [2, 3, 5]),
        ("opus-spm", "أ…ب", [0, 1, 1, 1, 2]),
        ("opus-spm", "أ。 ب", [0, 1, 1, 3]),
        ("opus-spm-moses", "أ(ب", [0, 1, 1, 2]),
        ("opus-spm-moses", "أ —ب", [0, 1, 2, 2, 3]),
        ("opus-spm-moses", "5 %", [0, 2]),
        ("opus-spm-moses", "أ ( ب ) .", [0, 1, 2, 4, 6, 8]),
    ],
)
def test_offsets_point_at_what_each_character_stands_for(
    profile: NormalizationProfile, text: str, offsets: list[int]
) -> None:
    assert normalize_with_offsets(profile, text)[1] == offsets


@pytest.mark.parametrize("profile", PROFILES)
@given(text=texts)
def test_offsets_are_inside_the_text_and_never_decrease(
    profile: NormalizationProfile, text: str
) -> None:
    result, offsets = normalize_with_offsets(profile, text)
    assert len(offsets) == len(result)
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


@pytest.mark.parametrize("profile", PROFILES)
@given(text=texts)
def test_letters_and_emoji_keep_their_offsets(profile: NormalizationProfile, text: str) -> None:
    result, offsets = normalize_with_offsets(profile, text)
    for character, offset in zip(result, offsets, strict=True):
        if character.isalpha() or character == "😀":
            assert text[offset] == character
    kept = [c for c in text if c.isalpha() or c == "😀"]
    assert [c for c in result if c.isalpha() or c == "😀"] == kept


@given(text=texts)
def test_normalizing_twice_changes_nothing_more(text: str) -> None:
    normalize = normalizer("opus-spm")
    assert normalize(normalize(text)) == normalize(text)
