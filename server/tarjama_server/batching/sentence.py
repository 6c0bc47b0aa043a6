"""A sentence in the batcher, and what it has in common with those of its batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from tarjama_server.engine import Decoding, Hypothesis
from tarjama_server.observability.tracing import SpanReference

SHORT_POSITIONS = 16
"""A batch holds sentences of fewer positions than this or of as many or more, never both.

CTranslate2 takes another int8 path when the padded length reaches 16, with slightly different
scores: on 1,012 FLORES and 755 Tatoeba sentences the only way in which batch company shows."""

Future: TypeAlias = asyncio.Future[list[Hypothesis]]


class Priority(IntEnum):
    """Which sentences go first."""

    INTERACTIVE = 0
    BULK = 1


@dataclass(eq=False, slots=True)
class Sentence:
    """A sentence that someone waits for."""

    tokens: Sequence[str]
    positions: int
    """Tokens and `</s>`."""
    work: int
    """What it costs the engine: positions times hypotheses that are searched at once."""
    decoding: Decoding
    priority: Priority
    share: str
    future: Future
    caller: SpanReference | None
    queued_at: float
    """By `time.monotonic`."""
    tag: int = 0
    """When it is its share's turn, on the clock of its queue."""
    number: int = -1
    """Its place in its queue among those of the same tag; -1 when it waits in none."""

    @property
    def is_waiting(self) -> bool:
        """Whether it is in a queue, not in the engine."""
        return self.number >= 0

    @property
    def is_short(self) -> bool:
        """Which of the two kinds of batches it may be in."""
        return self.positions < SHORT_POSITIONS


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences that the engine translates in one pass."""

    decoding: Decoding
    sentences: Sequence[Sentence]
    """At least one. The first is the one whose turn it was."""
    positions: int
    padded_positions: int
    """Positions when each sentence is as long as the longest."""

    @classmethod
    def of(cls, sentences: Sequence[Sentence]) -> Batch:
        """Make a batch of sentences of one decoding."""
        lengths = [sentence.positions for sentence in sentences]
        return cls(sentences[0].decoding, sentences, sum(lengths), len(lengths) * max(lengths))

    @property
    def work(self) -> int:
        """What it costs the engine, padding included."""
        return self.padded_positions * self.decoding.beam_size


@dataclass(frozen=True, slots=True)
class BatchInFlight:
    """A batch that the engine works on."""

    began: float
    """By `time.monotonic`."""
    estimate_s: float | None
    """How long it was expected to take; None before the first batch was measured."""
    sentence_count: int
