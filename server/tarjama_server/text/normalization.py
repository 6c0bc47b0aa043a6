"""What a model's own preprocessing does to a sentence before SentencePiece sees it.

A model translates best what looks like its training text, so the profile belongs to the model: it
is read from the release's `preprocess.sh` when the model is converted, and kept in its manifest.
"""

import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from tarjama_server.text.moses_punctuation import normalize_punctuation

NormalizationProfile = Literal["sentencepiece", "opus-spm", "opus-spm-moses"]
"""What is done before SentencePiece.

- `sentencepiece`: nothing.
- `opus-spm`: punctuation to ASCII, control characters to spaces, spaces squeezed, as in OPUS-MT's
  `preprocess-spm.sh` since 2020.
- `opus-spm-moses`: the same with Moses' `normalize-punctuation.perl`, as in the script of 2019.
"""

OPUS_PUNCTUATION: Mapping[str, str] = MappingProxyType(
    {
        "，": ",",
        "。": ". ",
        "、": ",",
        "”": '"',
        "“": '"',
        "∶": ":",
        "：": ":",
        "？": "?",
        "《": '"',
        "》": '"',
        "）": ")",
        "！": "!",
        "（": "(",
        "；": ";",
        # Not a slip of ours: the script (and Moses' before it) has it, so the models learnt it.
        "１": '"',
        "」": '"',
        "「": '"',
        "０": "0",
        "３": "3",
        "２": "2",
        "５": "5",
        "６": "6",
        "９": "9",
        "７": "7",
        "８": "8",
        "４": "4",
        "．": ". ",
        "～": "~",
        "’": "'",
        "…": "...",
        "━": "-",
        "〈": "<",
        "〉": ">",
        "【": "[",
        "】": "]",
        "％": "%",
    }
)
"""The replacements of OPUS-MT's `scripts/preprocess-spm.sh`, in its order.

After the two full stops (U+3002, U+FF0E) the script also drops any spaces; squeezing the spaces
comes to the same."""

# The script turns all of \p{C} into spaces. Unassigned code points (Cn) are left alone here: they
# are mostly emoji newer than Python's tables, and those are to be carried over, not lost.
_CONTROL_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs"})


def normalize_with_offsets(profile: NormalizationProfile, text: str) -> tuple[str, list[int]]:
    """Normalize one sentence and say where each code point of the result came from.

    Args:
        profile: what the model's manifest names.
        text: one sentence. A line break in it becomes a space, as a model reads one line at a time.

    Returns:
        The normalized sentence, and for each of its code points the offset in `text` of the code
        point it stands for. The offsets never decrease.
    """
    if profile == "sentencepiece":
        return text, list(range(len(text)))
    text, offsets = _replace_characters(text)
    if profile == "opus-spm-moses":
        text, offsets = normalize_punctuation(text, offsets)
    return _squeeze_spaces(text, offsets)


def normalizer(profile: NormalizationProfile) -> Callable[[str], str]:
    """Return the function that normalizes one sentence as `profile` says."""
    return lambda text: normalize_with_offsets(profile, text)[0]


def _replace_characters(text: str) -> tuple[str, list[int]]:
    """Map punctuation to ASCII, and control and format characters to spaces.

    The script's next step, deleting U+2060, U+200B and U+FEFF, has nothing left to delete: they are
    format characters, and spaces by now.
    """
    characters: list[str] = []
    offsets: list[int] = []
    for offset, source in enumerate(text):
        if unicodedata.category(source) in _CONTROL_CATEGORIES:
            source = " "
        replacement = OPUS_PUNCTUATION.get(source, source)
        characters.append(replacement)
        offsets += [offset] * len(replacement)
    return "".join(characters), offsets


def _squeeze_spaces(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    """Make runs of spaces one, and drop those at both ends. Other white space stays."""
    kept = [
        index
        for index, character in enumerate(text)
        if character != " " or (index > 0 and text[index - 1] != " ")
    ]
    if kept and text[kept[-1]] == " ":
        kept.pop()
    return "".join(text[index] for index in kept), [offsets[index] for index in kept]
