"""The sentences of the bench: pieces that the server and the engine alone both take as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sentencepiece

from tarjama_server.model_store.store import InstalledModel
from tarjama_server.pipeline.edges import split_edges
from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.cutting import Cutter
from tarjama_server.segmenter.layout import LineHandling
from tarjama_server.segmenter.machine import Segmenter, SegmentLimits, SourceSegment
from tarjama_server.text.hygiene import clean
from tarjama_server.text.normalization import normalize_with_offsets
from tarjama_server.text.script import has_arabic_letter
from tarjama_server.tokenizer import Tokenizer

SAMPLE: Final = Path(__file__).parents[1] / "quality" / "data" / "tatoeba_sample.ar"
"""The sample that comes with the repository."""

FLORES: Final = ("flores200_dev.ar", "flores200_devtest.ar")
"""The files of a data folder that the bench reads."""


class SentencesError(Exception):
    """There are no sentences to measure with. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that the server translates as one segment.

    Attributes:
        text: as callers send it.
        clean_text: hygiene and normalisation done, as SentencePiece is given it; the engine alone
            is spared the time that this takes.
        tokens: as the model sees it, without `</s>`.
    """

    text: str
    clean_text: str
    tokens: tuple[str, ...]

    @property
    def word_count(self) -> int:
        """Words between white space."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class SentenceSet:
    """What is translated.

    Attributes:
        source: where it comes from.
        line_count: lines there.
        sentences: what the server's segmenter makes of them, each once.
        dropped_count: pieces left out, as the server would not give the model what the engine
            alone is given: it takes them apart again or carries symbols over.
    """

    source: str
    line_count: int
    sentences: tuple[Sentence, ...]
    dropped_count: int

    @property
    def word_count(self) -> int:
        """Words of all sentences."""
        return sum(sentence.word_count for sentence in self.sentences)

    @property
    def token_count(self) -> int:
        """Source tokens of all sentences, `</s>` counted."""
        return sum(len(sentence.tokens) + 1 for sentence in self.sentences)


def load_sentences(
    folder: Path | None, model: InstalledModel, *, limit: int | None = None
) -> SentenceSet:
    """Cut lines into sentences as the server does.

    Args:
        folder: holds `FLORES`; None for `SAMPLE`.
        model: whose tokens and limits count.
        limit: sentences to take, spread evenly. None for all.

    Raises:
        SentencesError: a file cannot be read, or nothing is left.
    """
    paths = [SAMPLE] if folder is None else [folder / name for name in FLORES]
    try:
        lines = [
            line
            for path in paths
            for line in path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        ]
    except (OSError, UnicodeDecodeError) as error:
        raise SentencesError(
            f"cannot read {', '.join(FLORES)}: {error}; name their folder, or use the sample"
        ) from error
    cutter = _LineCutter(model)
    pieces = list(dict.fromkeys(piece for line in lines for piece in cutter.pieces(line)))
    found = [sentence for piece in pieces if (sentence := cutter.sentence(piece)) is not None]
    if not found:
        raise SentencesError(f"there is no Arabic sentence in {', '.join(map(str, paths))}")
    count = min(limit or len(found), len(found))
    chosen = tuple(found[number * len(found) // count] for number in range(count))
    source = "FLORES-200 dev and devtest" if folder else "Tatoeba, the sample in the repository"
    return SentenceSet(source, len(lines), chosen, len(pieces) - len(found))


class _LineCutter:
    """Does to lines what the server does before its engine."""

    def __init__(self, model: InstalledModel) -> None:
        self._manifest = model.manifest
        self._tokenizer = Tokenizer(
            model.path, normalization=model.manifest.normalization, hygiene=model.manifest.hygiene
        )
        self._pieces = sentencepiece.SentencePieceProcessor(str(model.path / "source.spm"))
        self._cutter = Cutter(BoundaryScorer.load())

    def pieces(self, line: str) -> Iterator[str]:
        """Yield what the model would be shown of `line`, stops that the server adds included."""
        for segment in self._segments(line):
            core = split_edges(segment.text).core
            if has_arabic_letter(core):
                yield core + "." if segment.lacks_stop else core

    def sentence(self, piece: str) -> Sentence | None:
        """Make a sentence of `piece`, unless the server gives the model something else."""
        segments = self._segments(piece)
        if len(segments) != 1 or segments[0].lacks_stop or split_edges(piece).core != piece:
            return None
        tokenized = self._tokenizer.encode(piece)
        clean_text, _ = normalize_with_offsets(
            self._manifest.normalization, clean(piece, self._manifest.hygiene).text
        )
        direct: list[str] = self._pieces.encode(clean_text, out_type=str)
        if tokenized.unknown_runs or direct != list(tokenized.tokens):
            return None
        return Sentence(piece, clean_text, tokenized.tokens)

    def _segments(self, text: str) -> Sequence[SourceSegment]:
        limits = self._manifest.limits
        segmenter = Segmenter(
            cutter=self._cutter,
            token_starts=self._tokenizer.token_starts,
            limits=SegmentLimits(
                preferred_tokens=limits.preferred_source_tokens,
                max_tokens=limits.max_source_tokens,
            ),
            line_handling=LineHandling.LINES,
        )
        blocks = [*segmenter.feed(text), *segmenter.finish()]
        return [segment for block in blocks for segment in block.segments]
