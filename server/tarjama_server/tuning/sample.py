"""The sentences that configurations are measured on."""

from __future__ import annotations

import random
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from tarjama_server.model_store import InstalledModel
from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.cutting import Cutter
from tarjama_server.segmenter.machine import Segmenter, SegmentLimits
from tarjama_server.text.script import has_arabic_letter
from tarjama_server.tokenizer import Tokenizer
from tarjama_server.tuning.errors import TuningError

_MOST_SENTENCES = 1000
"""More say no more of a machine, and each process is sent them all."""

_LONE_SENTENCES = 15


@dataclass(frozen=True, slots=True)
class Sample:
    """Sentences of mixed length, as the model reads them."""

    sentences: tuple[tuple[str, ...], ...]
    """Tokens without `</s>`, in an order in which lengths are mixed: the same for every text."""

    @property
    def lone(self) -> tuple[tuple[str, ...], ...]:
        """Some of them, of all lengths, shortest first: to be translated one at a time."""
        by_length = sorted(self.sentences, key=len)
        count = min(_LONE_SENTENCES, len(by_length))
        return tuple(
            by_length[(2 * index + 1) * len(by_length) // (2 * count)] for index in range(count)
        )

    @property
    def mean_tokens(self) -> float:
        """Tokens of a sentence, `</s>` counted."""
        return sum(len(tokens) + 1 for tokens in self.sentences) / len(self.sentences)


def read_sample(model: InstalledModel, path: Path | None) -> Sample:
    """Segment and tokenize a text as the server would.

    Args:
        model: whose tokens and limits to use.
        path: a text in UTF-8; None for the built-in sample, made up for the purpose: 53 sentences
            of 2 to 35 words, as in chats, programs and news.

    Returns:
        All of its sentences with an Arabic letter, or 1,000 of them evenly over the text.

    Raises:
        TuningError: the text is no UTF-8 or has no Arabic sentence.
        OSError: a file cannot be read.
    """
    source = path or resources.files(__package__).joinpath("sample.ar.txt")
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TuningError(f"{path} is no UTF-8 at byte {error.start:,}") from error
    sentences = _sentences(model, text)
    if not sentences:
        raise TuningError(f"{path} has no sentence with an Arabic letter in it")
    sentences = sentences[:: -(-len(sentences) // _MOST_SENTENCES)]
    random.Random(0).shuffle(sentences)
    return Sample(tuple(sentences))


def _sentences(model: InstalledModel, text: str) -> list[tuple[str, ...]]:
    manifest = model.manifest
    tokenizer = Tokenizer(
        model.path, normalization=manifest.normalization, hygiene=manifest.hygiene
    )
    segmenter = Segmenter(
        cutter=Cutter(BoundaryScorer.load()),
        token_starts=tokenizer.token_starts,
        limits=SegmentLimits(
            preferred_tokens=manifest.limits.preferred_source_tokens,
            max_tokens=manifest.limits.max_source_tokens,
        ),
    )
    segments = [
        segment.text
        for blocks in (segmenter.feed(text), segmenter.finish())
        for block in blocks
        for segment in block.segments
    ]
    return [tokenizer.encode(each.strip()).tokens for each in segments if has_arabic_letter(each)]
