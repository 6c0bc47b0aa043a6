"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Counts of everything.

    Attributes:
        round_count: times that every load is measured, each beside the ceiling.
        lone_count: sentences asked for one at a time, each round.
        short_count: short calls alone, and as many beside a bulk document.
        curve_count: sentences for each number of callers that the rounds do not have.
        document_lines: sentences of a document.
        stream_bytes: of the streamed document.
        libretranslate_count: sentences, each round.
        transformers_count: sentences, each round and way.
        equivalence_count: sentences to compare float32 outputs of.
    """

    round_count: int
    lone_count: int
    short_count: int
    curve_count: int
    document_lines: int
    stream_bytes: int
    libretranslate_count: int
    transformers_count: int
    equivalence_count: int


FULL = Plan(
    round_count=3,
    lone_count=300,
    short_count=200,
    curve_count=600,
    document_lines=50,
    stream_bytes=5 << 20,
    libretranslate_count=600,
    transformers_count=160,
    equivalence_count=100,
)
"""About 15 minutes on two cores, peers included."""

QUICK = Plan(
    round_count=1,
    lone_count=20,
    short_count=20,
    curve_count=60,
    document_lines=10,
    stream_bytes=16 << 10,
    libretranslate_count=40,
    transformers_count=16,
    equivalence_count=10,
)
"""To see that everything runs. Its figures are worth nothing."""
