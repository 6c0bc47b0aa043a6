"""What the bench finds. Plain figures, unrounded, as they go into the JSON report."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

SENTENCES_64 = "64 callers, a sentence each"
SENTENCES_8 = "8 callers, a sentence each"
ONE_BY_ONE = "1 caller, a sentence at a time"
DOCUMENTS = "8 callers, a document each"


@dataclass(frozen=True, slots=True)
class Spread:
    """Figures of several rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """Sum up at least one figure."""
        figures = list(values)
        return cls(statistics.median(figures), min(figures), max(figures))


@dataclass(frozen=True, slots=True)
class Setting:
    """What was measured, and on what.

    Attributes:
        cores: that the server and the engine alone may use: workers times threads.
        processor: as the operating system names it.
        versions: of the libraries that matter, by name.
        sentence_source: where the sentences come from.
        sentence_count: of them all; `dropped_count` others would not have been on equal terms.
        word_count: Arabic words of all sentences.
        token_count: source tokens of all sentences, `</s>` counted.
        document_lines: sentences of a document.
        core_hour_usd: assumed price of a core for an hour.
        load_average: of the machine in the minute before; near 0 if nothing else ran.
    """

    cores: int
    processor: str
    versions: Mapping[str, str]
    model: str
    model_checksum: str
    beam_size: int
    workers: int
    threads_per_worker: int
    round_count: int
    sentence_source: str
    sentence_count: int
    dropped_count: int
    word_count: int
    token_count: int
    document_lines: int
    core_hour_usd: float
    load_average: float


@dataclass(frozen=True, slots=True)
class BatchSize:
    """The engine alone with one batch size."""

    max_batch_tokens: int
    rate: float


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The engine alone.

    Attributes:
        batch_sizes: tried once each.
        max_batch_tokens: the best of them, used from then on.
        rate: sentences a second.
        cpu_per_sentence_s: CPU-seconds a sentence.
    """

    batch_sizes: Sequence[BatchSize]
    max_batch_tokens: int
    rate: Spread
    cpu_per_sentence_s: Spread


@dataclass(frozen=True, slots=True)
class Scenario:
    """The server under one kind of load. Each figure is paired with the ceiling's runs beside it.

    Attributes:
        name: of the load.
        caller_count: each with one call at a time.
        sentences_each: of a call; more than one make a document.
        rate: sentences a second.
        share: of the ceiling's rate.
        cpu_share: server CPU-seconds a sentence over those of the engine alone.
        generator_share: of the cores' time that the load generator took.
        p50_s: median latency of a call.
        p95_s: latency of a call that one in twenty exceeds.
    """

    name: str
    caller_count: int
    sentences_each: int
    rate: Spread
    share: Spread
    cpu_share: Spread
    generator_share: Spread
    p50_s: Spread
    p95_s: Spread


@dataclass(frozen=True, slots=True)
class Lone:
    """One sentence at a time, with nothing else to do: medians of each round."""

    sentence_count: int
    direct_s: Spread
    server_s: Spread
    added_s: Spread


@dataclass(frozen=True, slots=True)
class Stream:
    """One long document in one stream.

    Attributes:
        document_bytes: in UTF-8.
        memory: share of the document answered, and the server's resident memory in MiB then.
        growth: the median memory over the last fifth over that over the second, less 1.
    """

    document_bytes: int
    rate: float
    share: float
    cpu_share: float
    memory: Sequence[tuple[float, float]]
    growth: float


@dataclass(frozen=True, slots=True)
class ShortCalls:
    """Latencies of short calls alone and beside a bulk document."""

    call_count: int
    idle_p50_s: float
    idle_p95_s: float
    beside_p50_s: float
    beside_p95_s: float
    batch_s: float
    bulk_bytes_per_s: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Throughput and latency with so many callers of a sentence each."""

    caller_count: int
    rate: float
    p50_s: float
    p95_s: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Answers of the server beside outputs of the engine alone.

    Attributes:
        equal_count: sentences with the same text, once the server's clean-up of outputs is done.
        repaired_count: sentences whose output the server replaced, and said so.
        other_count: the rest, which should be none.
    """

    equal_count: int
    repaired_count: int
    other_count: int


@dataclass(frozen=True, slots=True)
class Peer:
    """Another system beside the server, both with 8 callers and the same sentences.

    Attributes:
        name: of the system, with its version.
        how: it was run.
        sentence_count: fewer than all, as it is slower.
        rate: its sentences a second.
        cpu_per_sentence_s: its CPU-seconds a sentence.
        server_rate: ours.
        ratio: ours over its, run by run.
        equal_share: of its outputs that are, letter for letter, those of the engine alone.
    """

    name: str
    how: str
    sentence_count: int
    rate: Spread
    cpu_per_sentence_s: Spread
    server_rate: Spread
    ratio: Spread
    equal_share: float


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether transformers computes the same function: float32 against float32."""

    sentence_count: int
    equal_count: int
    greatest_score_difference: float


@dataclass(frozen=True, slots=True)
class Peers:
    """All other systems, each run in several ways; `notes` say which could not be, and why."""

    libretranslate: Sequence[Peer]
    transformers: Sequence[Peer]
    equivalence: Equivalence | None
    notes: Sequence[str]

    @property
    def measured(self) -> list[Peer]:
        """Those that were measured."""
        return [*self.libretranslate, *self.transformers]


@dataclass(frozen=True, slots=True)
class Findings:
    """All figures."""

    setting: Setting
    ceiling: Ceiling
    scenarios: Sequence[Scenario]
    lone: Lone
    stream: Stream
    short_calls: ShortCalls
    curve: Sequence[CurvePoint]
    agreement: Agreement
    peers: Peers | None

    def scenario(self, name: str) -> Scenario:
        """The scenario of a name."""
        return next(each for each in self.scenarios if each.name == name)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of `values`, at least one, does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
