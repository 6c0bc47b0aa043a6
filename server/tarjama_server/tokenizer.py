"""Turns text into the tokens a model reads, and the tokens it writes into text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sentencepiece

from tarjama_server.text.normalization import NormalizationProfile, normalize_with_offsets
from tarjama_server.text.script import has_arabic_letter

_WORD_START = "▁"


@dataclass(frozen=True, slots=True)
class UnknownRun:
    """Characters that the model's vocabulary lacks and that hold no Arabic letter."""

    text: str
    start: int
    """Offset in the text, in code points."""


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A text as the model reads it.

    `tokens[i]` begins at code point `starts[i]` of the text; `tokens` lack the `unknown_runs`.
    """

    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    unknown_runs: tuple[UnknownRun, ...]

    @property
    def position_count(self) -> int:
        """Positions the text takes in a batch: its tokens and `</s>`."""
        return len(self.tokens) + 1


class Tokenizer:
    """The normalisation profile, vocabularies and SentencePiece models of one model."""

    def __init__(self, model_dir: Path, *, normalization: NormalizationProfile) -> None:
        """Load `source.spm`, `target.spm` and the source vocabulary from `model_dir`.

        Args:
            model_dir: a folder that `tarjama_server.model_store` made.
            normalization: name of the profile in the model's manifest.

        Raises:
            OSError: a file is missing or no SentencePiece model.
        """
        self._source = sentencepiece.SentencePieceProcessor(str(model_dir / "source.spm"))
        self._target = sentencepiece.SentencePieceProcessor(str(model_dir / "target.spm"))
        self._normalization = normalization
        self._known = frozenset(_source_vocabulary(model_dir))

    def token_starts(self, text: str) -> list[int]:
        """Offsets in `text`, in code points, at which its tokens begin; ascending."""
        normal, offsets = normalize_with_offsets(self._normalization, text)
        encoded = self._source.encode(normal, return_type="offset_mapping")
        return [_source_offset(offsets, start, text) for start, _ in encoded["offsets"]]

    def encode(self, text: str) -> TokenizedText:
        """Tokenize `text`, which is valid Unicode without surrogates."""
        normal, offsets = normalize_with_offsets(self._normalization, text)
        encoded = self._source.encode(normal, return_type="offset_mapping")
        tokens, starts, unknown = [], [], []
        for token, (start, end) in zip(encoded["pieces"], encoded["offsets"], strict=True):
            source_start = _source_offset(offsets, start, text)
            surface = text[source_start : _source_offset(offsets, end, text)].strip()
            # An Arabic letter that the model lacks is a hole in a word, which `<unk>` fills
            # better than the letter would among English ones.
            if token in self._known or not surface or has_arabic_letter(surface):
                tokens.append(token)
                starts.append(source_start)
            else:
                if tokens and tokens[-1] == _WORD_START:
                    tokens.pop()
                    starts.pop()
                unknown.append(UnknownRun(surface, source_start))
        return TokenizedText(tuple(tokens), tuple(starts), tuple(_joined(unknown)))

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of `tokens`, as the model wrote them."""
        text: str = self._target.decode_pieces(list(tokens))
        return text


def _source_offset(offsets: Sequence[int], index: int, text: str) -> int:
    return offsets[index] if index < len(offsets) else len(text)


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
