"""What the pipeline needs of a model, and what it is asked for and gives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from tarjama_server.alignment.links import WordLink
from tarjama_server.alignment.words import Span
from tarjama_server.batching import Batcher, Priority
from tarjama_server.cache import TranslationCache
from tarjama_server.engine import Decoding, Hypothesis
from tarjama_server.glossary.matching import TermFinder
from tarjama_server.glossary.terms import Term
from tarjama_server.model_store.manifest import Manifest
from tarjama_server.observability.metrics import ModelMetrics, unread_model_metrics
from tarjama_server.segmenter.cutting import Cutter
from tarjama_server.segmenter.layout import LineHandling
from tarjama_server.segmenter.machine import SegmentLimits, SourceSegment
from tarjama_server.tokenizer import Tokenizer


class LoadedEngine(Protocol):
    """An engine that holds a model in memory."""

    @property
    def device(self) -> str:
        """What it computes on, such as `cpu`."""
        ...

    @property
    def compute_type(self) -> str:
        """The type it computes in, such as `int8_float32`."""
        ...

    def close(self) -> None:
        """Free the memory. No batch may be in flight."""
        ...


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A loaded model and the batcher that runs it."""

    manifest: Manifest
    tokenizer: Tokenizer
    cutter: Cutter
    batcher: Batcher
    cache: TranslationCache | None = None
    """None translates every sentence anew."""
    metrics: ModelMetrics = field(default_factory=unread_model_metrics)
    engine: LoadedEngine | None = None
    """The batcher's engine, to free with the model. None where others use it, too."""

    async def close(self) -> None:
        """Stop the batcher, which ends batches in flight and cancels what waits; free memory."""
        await self.batcher.stop()
        if self.engine is not None:
            await asyncio.to_thread(self.engine.close)

    def submit(
        self, tokens: Sequence[str], decoding: Decoding, priority: Priority, share: str = ""
    ) -> asyncio.Future[list[Hypothesis]]:
        """As `Batcher.submit`; through the cache, if there is one."""
        if self.cache is None:
            return self.batcher.submit(tokens, decoding, priority, share)
        return self.cache.submit(
            self.batcher, self.manifest.checksum, tokens, decoding, priority, share
        )

    @property
    def segment_limits(self) -> SegmentLimits:
        """How long the segments of this model may be."""
        limits = self.manifest.limits
        return SegmentLimits(
            preferred_tokens=limits.preferred_source_tokens, max_tokens=limits.max_source_tokens
        )


@dataclass(frozen=True, slots=True)
class Options:
    """How to translate a document. Values are within the server's limits."""

    beam_size: int | None = None
    """None for the model's own."""
    alternative_count: int = 0
    priority: Priority = Priority.INTERACTIVE
    line_handling: LineHandling = LineHandling.PARAGRAPHS
    is_tagged: bool = False
    """Whether the document has tags and placeholders in it."""
    alignment: bool = False
    """Whether to link words. Only for a model whose alignment is trained."""
    terms: TermFinder | None = None
    """Finds what is to be translated in a certain way, or not at all."""
    share: str = ""
    """For whom: sentences of one priority are served fairly among shares."""


class Flag(IntEnum):
    """What happened to a segment. Numbered as in the contract."""

    PASSED_THROUGH = 1
    SPLIT = 2
    REPAIRED = 3
    DEGENERATE = 4
    LOW_CONFIDENCE = 5
    CHECK_NUMBERS = 6
    CHECK_VERBATIM = 7
    UNKNOWN_CARRIED_OVER = 8
    GLOSSARY_MISSED = 9
    TAG_MOVED = 10
    PLACED_BY_PROPORTION = 11
    LINES_JOINED = 12


@dataclass(frozen=True, slots=True)
class Alternative:
    """One more translation of a segment."""

    translation: str
    score: float


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """A term that stands in a segment."""

    term: Term
    source: Span
    """Where it was found, relative to the segment."""
    target: Span | None
    """Where its translation stands in the segment's; None where it was missed."""


@dataclass(frozen=True, slots=True)
class TranslatedSegment:
    """A segment and its translation, which ends in the segment's white space."""

    source: SourceSegment
    translation: str
    score: float | None
    """Mean log-probability per token, `</s>` counted; None when the model did not see it."""
    alternatives: tuple[Alternative, ...]
    flags: frozenset[Flag]
    alignment: tuple[WordLink, ...] = ()
    """Links of words, offsets relative to the segment and its translation. Given when asked for."""
    terms: tuple[FoundTerm, ...] = ()
    """In the order of the source."""
