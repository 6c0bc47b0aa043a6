import re
import unicodedata
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st
from models.training.normalization import normalization_rules, normalize
from models.training.toy_corpus import toy_pairs
from models.training.vocabulary import train_vocabulary

RULES = normalization_rules()

_ARABIC_BLOCKS = st.characters(min_codepoint=0x600, max_codepoint=0x6FF)
_PRESENTATION_FORMS = st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFC)
_LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x2AF)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> sentencepiece.SentencePieceProcessor:
    """A vocabulary with the rules built in, as SentencePiece applies them."""
    path = tmp_path_factory.mktemp("vocabulary") / "source.spm"
    train_vocabulary([pair.arabic for pair in toy_pairs()], path, size=50, arabic=True)
    return sentencepiece.SentencePieceProcessor(model_file=str(path))


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("مُحَمَّدٌ رَسُولٌ", "محمد رسول"),
        ("الـــعربية", "العربية"),
        ("أحمد إلى آخر ٱلكتاب", "احمد الي اخر الكتاب"),
        ("آخر", "اخر"),
        ("مستشفى", "مستشفي"),
        ("٠١٢٣٤٥٦٧٨٩ و ۰۱۲۳۴۵۶۷۸۹", "0123456789 و 0123456789"),
        ("٣٫٥٪ من ١٬٠٠٠", "3.5% من 1,000"),
        ("﴿ﻻ إﻟﻪ﴾ ﷲ", "﴿لا اله﴾ الله"),
        ("ﻷن", "لان"),
        ("«قال» “نعم” – ‘لا’", '"قال" "نعم" - \'لا\''),
        ("ﬁle ２０２６ ½", "file 2026 1⁄2"),
        ("e\u0301te\u0301 Été", "été Été"),
        ("سلام\u200f\u202a\u061c\ufeff", "سلام"),
        ("أ\u00a0ب\u2003ج\tد", "ا ب ج د"),
        ("پارک گوگل چاى", "بارك كوكل جاي"),
        ("هل هذا نعم؟ لا، ربما؛", "هل هذا نعم؟ لا، ربما؛"),
    ],
)
def test_spellings_that_mean_the_same_become_one(
    source: sentencepiece.SentencePieceProcessor, raw: str, normal: str
) -> None:
    assert source.normalize(raw).replace("▁", " ").strip() == normal


@given(st.text(_ARABIC_BLOCKS | _PRESENTATION_FORMS | _LATIN))
def test_sentencepiece_applies_the_rules(
    source: sentencepiece.SentencePieceProcessor, text: str
) -> None:
    expected = re.sub(" +", " ", normalize(text, RULES)).strip(" ")
    assert source.normalize(text).replace("▁", " ").strip(" ") == expected


def test_no_outcome_is_changed_by_another_rule() -> None:
    assert {
        outcome: normalize(outcome, RULES)
        for outcome in RULES.values()
        if normalize(outcome, RULES) != outcome
    } == {}


def test_every_other_character_gets_its_nfkc() -> None:
    for char in ("ａ", "Ⅷ", "™", "𝐀", "①", "ﷺ"):
        plain = normalize(unicodedata.normalize("NFKC", char), RULES)
        assert normalize(char, RULES) == plain


@pytest.mark.parametrize("char", ["ة", "ه", "ؤ", "ئ", "ء", "ي", "و", "؟", "،", "؛", "a", "é", "😀"])
def test_letters_and_marks_that_matter_stay(char: str) -> None:
    assert normalize(char, RULES) == char


def test_an_english_vocabulary_has_no_arabic_rules(tmp_path: Path) -> None:
    path = tmp_path / "target.spm"
    train_vocabulary([pair.english for pair in toy_pairs()], path, size=50, arabic=False)
    target = sentencepiece.SentencePieceProcessor(model_file=str(path))
    assert target.normalize("أ ﬁ").replace("▁", " ").strip() == "أ fi"
