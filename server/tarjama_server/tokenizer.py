"""Turns text into the tokens a model reads, and the tokens it writes into text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

import sentencepiece

from tarjama_server.text.hygiene import Hygiene, clean
from tarjama_server.text.normalization import NormalizationProfile, normalize_with_offsets
from tarjama_server.text.script import has_arabic_letter

_WORD_START = "▁"
# The segmenter counts a sentence's tokens shortly before they are wanted: so many are remembered as
# a document's window holds, and some. It takes 55 of the 130 µs that a sentence of FLORES costs.
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class UnknownRun:
    """Characters that the model's vocabulary lacks and that hold no Arabic letter."""

    text: str
    start: int
    """Offset in the text, in code points."""


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A text as the model reads it.

    `tokens[i]` stands for the text from code point `starts[i]` to `ends[i]`, the white space before
    a word included; `tokens` lack the `unknown_runs`.
    """

    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    unknown_runs: tuple[UnknownRun, ...]

    @property
    def position_count(self) -> int:
        """Positions the text takes in a batch: its tokens and `</s>`."""
        return len(self.tokens) + 1


class _Encoded(TypedDict):
    """What SentencePiece gives: tokens, and the span of code points that each stands for."""

    pieces: list[str]
    offsets: list[tuple[int, int]]


class _Decoded(TypedDict):
    """What SentencePiece gives: a text, and the span of code points of each token."""

    text: str
    offsets: list[tuple[int, int]]


class Tokenizer:
    """The normalisation profile, vocabularies and SentencePiece models of one model."""

    def __init__(
        self,
        model_dir: Path,
        *,
        normalization: NormalizationProfile,
        hygiene: Hygiene | None = None,
    ) -> None:
        """Load `source.spm`, `target.spm` and the source vocabulary from `model_dir`.

        Args:
            model_dir: a folder that `tarjama_server.model_store` made.
            normalization: what the model's own preprocessing does, from its manifest.
            hygiene: what is cleaned away before that; everything by default.

        Raises:
            OSError: a file is missing or no SentencePiece model.
        """
        self._source = _processor(model_dir / "source.spm")
        self._target = _processor(model_dir / "target.spm")
        self._normalization = normalization
        self._hygiene = hygiene or Hygiene()
        self._known = frozenset(_source_vocabulary(model_dir))
        self._encode = lru_cache(_REMEMBERED)(self._encode_anew)

    def token_starts(self, text: str) -> list[int]:
        """Offsets in `text`, in code points, at which its tokens begin; ascending."""
        core = text.strip()
        lead = text.find(core)
        encoded, offsets = self._encode(core)
        return [lead + offsets[start] for start, _ in encoded["offsets"]]

    def encode(self, text: str) -> TokenizedText:
        """Tokenize `text`, which is valid Unicode without surrogates."""
        encoded, offsets = self._encode(text)
        tokens, starts, ends, unknown = [], [], [], []
        for token, (start, end) in zip(encoded["pieces"], encoded["offsets"], strict=True):
            source_start = offsets[start]
            surface = text[source_start : offsets[end]].strip()
            # An Arabic letter that the model lacks is a hole in a word, which `<unk>` fills
            # better than the letter would among English ones.
            if token in self._known or not surface or has_arabic_letter(surface):
                tokens.append(token)
                starts.append(source_start)
                ends.append(offsets[end])
            else:
                if tokens and tokens[-1] == _WORD_START:
                    for each in (tokens, starts, ends):
                        each.pop()
                unknown.append(UnknownRun(surface, source_start))
        return TokenizedText(tuple(tokens), tuple(starts), tuple(ends), tuple(_joined(unknown)))

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of `tokens`, as the model wrote them."""
        text: str = self._target.decode_pieces(list(tokens))
        return text

    def decode_with_spans(self, tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
        """As `decode`, and where in the text each token stands; the spans tile it."""
        decoded: _Decoded = self._target.decode(list(tokens), return_type="offset_mapping")
        return decoded["text"], decoded["offsets"]

    def _encode_anew(self, text: str) -> tuple[_Encoded, list[int]]:
        """Encode `text`; give the offset in it of each code point encoded, and of the end."""
        cleaned = clean(text, self._hygiene)
        normal, offsets = normalize_with_offsets(self._normalization, cleaned.text)
        encoded: _Encoded = self._source.encode(normal, return_type="offset_mapping")
        return encoded, [*(cleaned.source_offsets[offset] for offset in offsets), len(text)]


def _processor(path: Path) -> sentencepiece.SentencePieceProcessor:
    try:
        return sentencepiece.SentencePieceProcessor(str(path))
    except RuntimeError as error:
        raise OSError(f"cannot read {path}: {error}") from error


def _source_vocabulary(model_dir: Path) -> list[str]:
    """The source vocabulary: shared by both sides in most OPUS-MT releases."""
    shared = model_dir / "shared_vocabulary.json"
    path = shared if shared.exists() else model_dir / "source_vocabulary.json"
    vocabulary: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return vocabulary


def _joined(runs: list[UnknownRun]) -> list[UnknownRun]:
    """Join runs that touch, such as the parts of one emoji."""
    joined: list[UnknownRun] = []
    for run in runs:
        if joined and joined[-1].start + len(joined[-1].text) == run.start:
            joined[-1] = UnknownRun(joined[-1].text + run.text, joined[-1].start)
        else:
            joined.append(run)
    return joined
