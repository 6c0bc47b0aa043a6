"""Says how likely a sentence is to end between two words of Arabic that has no marks to tell.

A small convolutional network reads the words (16 to either side of a gap) as sums of hashed
features and gives the log-odds that a sentence ends in a gap. It was trained on sentences joined at
random with their marks removed; `models/training/boundaries/` has the recipe, and says how well it
does.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

WEIGHTS_FILE: Final = "boundaries.npz"
"""The trained weights, beside this module; `models/training/boundaries/train.py` writes it."""

DILATIONS: Final = (1, 2, 4, 8)
"""How far to either side each layer looks, in words: 15 in all."""

MAX_FEATURES: Final = 12
"""Features of one word that are summed; a word with more loses its last ones."""

# One pass of the network reads this many words, so that its memory is bounded (about 1 MB)
# whatever the text. Passes overlap by what the layers see, so no score depends on their borders.
_WINDOW_WORDS = 1024
_REACH_WORDS = sum(DILATIONS) + 1
# Words whose vectors are kept: running text repeats most of its words (4 MB when full).
_CACHED_WORDS = 16_384
# A word's ends tell what it is; the middle of one of a thousand letters is not read.
_WORD_END_CHARACTERS = 20
# Scores are rounded so that the last bit of a float, which differs between machines, moves no cut.
_SCORE_DECIMALS = 3

_OPENERS = frozenset("\"'«“‘([{")
_CLOSERS = frozenset("\"'»”’)]}")
_MARK_CLASSES: Mapping[str, str] = {
    **dict.fromkeys(".!?؟…۔", "stop"),
    **dict.fromkeys(";؛:", "half-stop"),
    **dict.fromkeys(",،", "comma"),
    **dict.fromkeys("-–—", "dash"),
}
# One alef, one ya, one kaf, no tatweel: writers differ in these more than they mean to.
_LETTER_VARIANTS = str.maketrans("أإآٱىیک", "ااااييك", "\u0640")
_PUNCTUATION = "".join(_OPENERS | _CLOSERS | set(_MARK_CLASSES)) + "*•·/\\|#_<>"
_MIN_STEM_LETTERS = 3


def split_punctuation(word: str) -> tuple[str, str, str]:
    """Normalize `word`, and part its letters from what stands before and behind them.

    Returns:
        Leading punctuation, letters and trailing punctuation; the letters without diacritics
        and tatweel, and with one kind of alef, ya and kaf.
    """
    plain = unicodedata.normalize("NFKC", word).translate(_LETTER_VARIANTS)
    if not plain.isascii():
        plain = "".join(char for char in plain if unicodedata.category(char) not in ("Mn", "Cf"))
    core = plain.lstrip(_PUNCTUATION)
    lead = plain[: len(plain) - len(core)]
    core = core.rstrip(_PUNCTUATION)
    return lead, core, plain[len(lead) + len(core) :]


def word_features(word: str) -> list[str]:
    """Name the features of one word, as they were in training.

    Args:
        word: a run of text without white space, its punctuation included.

    Returns:
        At least one feature and at most `MAX_FEATURES`, the same for spellings that differ
        only in diacritics, tatweel, presentation forms or the kind of alef, ya and kaf.
    """
    lead, core, trail = split_punctuation(word)
    features = [f"mark {name}" for name in _mark_classes(lead, trail)]
    if any(character.isdigit() for character in core):
        shape = "".join("0" if character.isdigit() else character for character in core)
        features += ["digits", f"shape {shape[:6]}", f"length {min(len(core), 5)}"]
    elif core.isascii() and core:
        features += [f"word {core.lower()}", f"latin {core[0].isupper()}"]
    elif core:
        features += [f"word {core}", f"first1 {core[0]}", f"first2 {core[:2]}"]
        features += [f"first3 {core[:3]}", f"first4 {core[:4]}"]
        features += [f"last2 {core[-2:]}", f"last3 {core[-3:]}"]
        # Wa- and fa- ("and", "so") are written on the word that they join to what came before.
        if core[0] in "وف" and len(core) > _MIN_STEM_LETTERS:
            features += [f"joined {core[0]}", f"word {core[1:]}"]
    else:
        features.append(f"symbol {word[:3]}")
    return features[:MAX_FEATURES]


def feature_rows(word: str, *, row_count: int) -> list[int]:
    """Return the rows of an embedding table of `row_count` rows that `word` is the sum of."""
    return [zlib.crc32(name.encode()) % row_count for name in word_features(word)]


class BoundaryScorer:
    """The trained network. Safe to share between threads."""

    def __init__(self, weights: Mapping[str, NDArray[np.generic]]) -> None:
        """Take the weights as `train.py` stores them.

        Args:
            weights: `rows` (int8, one row a feature), `scale` (what a row's steps are worth),
                `layer{i}` and `bias{i}` for each of `DILATIONS`, `out` and `out_bias`.

        Raises:
            ValueError: an array is absent, or its shape does not fit the others.
        """
        expected = {"rows", "scale", "out", "out_bias"}
        for index in range(len(DILATIONS)):
            expected |= {f"layer{index}", f"bias{index}"}
        if expected != set(weights):
            raise ValueError(
                f"boundary weights hold {sorted(weights)}; they must hold {sorted(expected)}. "
                "Write them anew with models/training/boundaries/train.py."
            )
        self._rows = weights["rows"]
        width = self._rows.shape[1]
        self._scale = _shaped(weights, "scale", (width,))
        self._layers = [
            (
                distance,
                _shaped(weights, f"layer{index}", (3 * width, 2 * width)),
                _shaped(weights, f"bias{index}", (2 * width,)),
            )
            for index, distance in enumerate(DILATIONS)
        ]
        self._out = _shaped(weights, "out", (2 * width,))
        self._out_bias = _shaped(weights, "out_bias", (1,))
        self._vector = lru_cache(maxsize=_CACHED_WORDS)(self._compute_vector)

    @classmethod
    def load(cls) -> Self:
        """Read the weights that come with the package.

        Raises:
            FileNotFoundError: the package was installed without them.
        """
        with resources.files(__package__).joinpath(WEIGHTS_FILE).open("rb") as file:
            return cls(dict(np.load(file, allow_pickle=False)))

    def score(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Say how likely a sentence is to end in each gap between `words`.

        Args:
            words: consecutive words of one text, none empty, none with white space in it.

        Returns:
            One score for each gap, so one fewer than `words`: the natural logarithm of the odds
            that a sentence ends there, rounded to 3 decimals. Above 0 is likelier than not.
        """
        scores = np.empty(max(0, len(words) - 1), np.float32)
        step = _WINDOW_WORDS - 2 * _REACH_WORDS
        for start in range(0, len(scores), step):
            end = min(start + step, len(scores))
            first = max(0, start - _REACH_WORDS)
            seen = self._score_window(words[first : end + 1 + _REACH_WORDS])
            scores[start:end] = seen[start - first : end - first]
        return np.round(scores, _SCORE_DECIMALS)

    def _score_window(self, words: Sequence[str]) -> NDArray[np.float32]:
        state = np.stack([self._vector(_shortened(word)) for word in words])
        for distance, layer, bias in self._layers:
            seen = np.hstack([_shifted(state, distance), state, _shifted(state, -distance)])
            candidate, gate = np.hsplit(seen @ layer + bias, 2)
            state = state + np.tanh(candidate) * (0.5 + 0.5 * np.tanh(0.5 * gate))
        gaps = np.hstack([state[:-1], state[1:]])
        scores: NDArray[np.float32] = gaps @ self._out + self._out_bias
        return scores

    def _compute_vector(self, word: str) -> NDArray[np.float32]:
        rows = self._rows[feature_rows(word, row_count=len(self._rows))]
        vector: NDArray[np.float32] = rows.sum(axis=0, dtype=np.float32) * self._scale
        return vector


def _mark_classes(lead: str, trail: str) -> list[str]:
    names = ["opens"] if _OPENERS.intersection(lead) else []
    names += ["closes"] if _CLOSERS.intersection(trail) else []
    return names + sorted({_MARK_CLASSES[mark] for mark in lead + trail if mark in _MARK_CLASSES})


def _shortened(word: str) -> str:
    if len(word) <= 2 * _WORD_END_CHARACTERS:
        return word
    return word[:_WORD_END_CHARACTERS] + word[-_WORD_END_CHARACTERS:]


def _shaped(
    weights: Mapping[str, NDArray[np.generic]], name: str, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return one array as float32, once it is known to have `shape`."""
    array = weights[name]
    if array.shape != shape:
        raise ValueError(f"boundary weights: {name} has shape {array.shape}; it must be {shape}")
    return array.astype(np.float32)


def _shifted(state: NDArray[np.float32], distance: int) -> NDArray[np.float32]:
    """Return for each word the state `distance` words before it, or after it if negative."""
    shifted = np.zeros_like(state)
    if abs(distance) < len(state):
        if distance > 0:
            shifted[distance:] = state[:-distance]
        else:
            shifted[:distance] = state[-distance:]
    return shifted
