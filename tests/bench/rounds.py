"""Measures the server beside the ceiling, turn and turn about."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.text.postedit import post_edit
from tests.bench.direct import BATCH_TOKENS, DirectEngine, DirectRun
from tests.bench.findings import (
    DOCUMENTS,
    ONE_BY_ONE,
    SENTENCES_8,
    SENTENCES_64,
    Agreement,
    BatchSize,
    Ceiling,
    CurvePoint,
    Lone,
    Scenario,
    Spread,
    Stream,
    percentile,
)
from tests.bench.load import Load, call_in_closed_loop, stream_document, unary_request
from tests.bench.sentences import Sentence
from tests.faults.observed import ObservedServer

CURVE_CALLERS = (1, 2, 4, 8, 16, 32, 64)
"""Numbers of callers for the plot."""

DOCUMENT_CALLERS = 8

# Of the documents, so that each caller makes ten calls or so: with fewer, one document more or less
# at the end is several per cent.
_DOCUMENT_PASSES = 2

_REPAIRED = {pb.SEGMENT_FLAG_REPAIRED, pb.SEGMENT_FLAG_DEGENERATE}


@dataclass(frozen=True, slots=True)
class Subjects:
    """What is measured, with what."""

    direct: DirectEngine
    server: ObservedServer
    sentences: Sequence[Sentence]
    cores: int
    say: Callable[[str], None]

    def spread_evenly(self, count: int) -> Sequence[Sentence]:
        """So many of the sentences, or all."""
        total = len(self.sentences)
        count = min(count, total)
        return [self.sentences[number * total // count] for number in range(count)]


@dataclass(slots=True)
class _Samples:
    """Figures of one load, a list entry a round."""

    caller_count: int
    sentences_each: int
    rates: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    cpu_shares: list[float] = field(default_factory=list)
    generator_shares: list[float] = field(default_factory=list)
    p50s: list[float] = field(default_factory=list)
    p95s: list[float] = field(default_factory=list)

    def summary(self, name: str) -> Scenario:
        return Scenario(
            name,
            self.caller_count,
            self.sentences_each,
            *map(
                Spread.of,
                (
                    *(self.rates, self.shares, self.cpu_shares),
                    *(self.generator_shares, self.p50s, self.p95s),
                ),
            ),
        )


@dataclass(slots=True)
class Rounds:
    """Runs of the ceiling and of the server in turn.

    Attributes:
        max_batch_tokens: best batch size of the ceiling.
        ceilings: its runs, in order.
        first_load: of 64 callers, for its answers.
    """

    subjects: Subjects
    batch_sizes: Sequence[BatchSize]
    max_batch_tokens: int
    ceilings: list[DirectRun] = field(default_factory=list)
    first_load: Load | None = None
    _samples: dict[str, _Samples] = field(default_factory=dict)
    _lone: list[tuple[float, float]] = field(default_factory=list)
    _lone_count: int = 0

    def run_ceiling(self) -> DirectRun:
        """Run the ceiling once more."""
        run = self.subjects.direct.run(
            self.subjects.sentences, max_batch_tokens=self.max_batch_tokens
        )
        self.ceilings.append(run)
        return run

    def run(self, *, lone_count: int, document_lines: int) -> None:
        """Measure every load once, each between two runs of the ceiling."""
        sentences = self.subjects.sentences
        singles = _singles(sentences)
        documents = [
            unary_request(["\n".join(part)], priority=pb.PRIORITY_BULK)
            for part in _parts([sentence.text for sentence in sentences], document_lines)
        ]
        if not self.ceilings:
            self.run_ceiling()
        load = self._measure(SENTENCES_64, singles, caller_count=64)
        self.first_load = self.first_load or load
        self._measure(
            DOCUMENTS,
            documents * _DOCUMENT_PASSES,
            caller_count=DOCUMENT_CALLERS,
            sentences_each=min(document_lines, len(sentences)),
        )
        self._measure(SENTENCES_8, singles, caller_count=8)
        self._measure_lone(lone_count)

    def _measure(
        self, name: str, requests: Sequence[bytes], *, caller_count: int, sentences_each: int = 1
    ) -> Load:
        self.subjects.say(name)
        before = self.ceilings[-1]
        load = call_in_closed_loop(self.subjects.server, requests, caller_count=caller_count)
        samples = self._samples.setdefault(name, _Samples(caller_count, sentences_each))
        self._note(samples, load, (before, self.run_ceiling()))
        return load

    def _measure_lone(self, count: int) -> None:
        chosen = self.subjects.spread_evenly(count)
        self._lone_count = len(chosen)
        direct_s = statistics.median(_alone(self.subjects.direct, chosen))
        load = self._measure(ONE_BY_ONE, _singles(chosen), caller_count=1)
        self._lone.append((direct_s, statistics.median(load.latencies_s)))

    def _note(self, samples: _Samples, load: Load, beside: Sequence[DirectRun]) -> None:
        rate = load.rate * samples.sentences_each
        cpu_each_s = load.server_cpu_s / (load.done_count * samples.sentences_each)
        samples.rates.append(rate)
        samples.shares.append(rate / statistics.mean(run.rate for run in beside))
        samples.cpu_shares.append(
            cpu_each_s / statistics.mean(run.cpu_per_sentence_s for run in beside)
        )
        samples.generator_shares.append(
            load.generator_cpu_s / (load.duration_s * self.subjects.cores)
        )
        samples.p50s.append(percentile(load.latencies_s, 0.5))
        samples.p95s.append(percentile(load.latencies_s, 0.95))

    def ceiling(self) -> Ceiling:
        """Sum up the ceiling."""
        return Ceiling(
            self.batch_sizes,
            self.max_batch_tokens,
            Spread.of(run.rate for run in self.ceilings),
            Spread.of(run.cpu_per_sentence_s for run in self.ceilings),
        )

    def scenarios(self) -> list[Scenario]:
        """Sum up the loads."""
        return [samples.summary(name) for name, samples in self._samples.items()]

    def lone(self) -> Lone:
        """Sum up what a call by itself takes."""
        return Lone(
            self._lone_count,
            Spread.of(direct_s for direct_s, _ in self._lone),
            Spread.of(server_s for _, server_s in self._lone),
            Spread.of(server_s - direct_s for direct_s, server_s in self._lone),
        )

    def agreement(self) -> Agreement:
        """Compare the server's answers with the ceiling's outputs."""
        assert self.first_load is not None
        equal = repaired = 0
        pairs = zip(
            self.subjects.sentences,
            self.first_load.answers,
            self.ceilings[0].outputs,
            strict=True,
        )
        for sentence, answer, output in pairs:
            [translation] = pb.TranslateTextResponse.FromString(answer).translations
            if translation.translation == post_edit(output, source=sentence.text):
                equal += 1
            elif any(_REPAIRED & set(segment.flags) for segment in translation.segments):
                repaired += 1
        return Agreement(equal, repaired, len(self.subjects.sentences) - equal - repaired)


def begin_rounds(subjects: Subjects) -> Rounds:
    """Warm both up and choose the ceiling's batch size."""
    subjects.say("batch size of the ceiling")
    warm_up = subjects.spread_evenly(100)
    subjects.direct.run(warm_up, max_batch_tokens=BATCH_TOKENS[0])
    call_in_closed_loop(subjects.server, _singles(warm_up), caller_count=8)
    sizes = [
        BatchSize(size, subjects.direct.run(subjects.sentences, max_batch_tokens=size).rate)
        for size in BATCH_TOKENS
    ]
    return Rounds(subjects, sizes, max(sizes, key=lambda size: size.rate).max_batch_tokens)


def measure_curve(
    subjects: Subjects, scenarios: Sequence[Scenario], count: int
) -> list[CurvePoint]:
    """Measure throughput and latency for `CURVE_CALLERS`, unless `scenarios` have them."""
    known = {
        scenario.caller_count: scenario for scenario in scenarios if scenario.sentences_each == 1
    }
    requests = _singles(subjects.spread_evenly(count))
    points = []
    for callers in CURVE_CALLERS:
        if callers in known:
            scenario = known[callers]
            points.append(
                CurvePoint(
                    callers,
                    *(spread.median for spread in (scenario.rate, scenario.p50_s, scenario.p95_s)),
                )
            )
            continue
        subjects.say(f"{callers} callers")
        load = call_in_closed_loop(subjects.server, requests, caller_count=callers)
        p50, p95 = (percentile(load.latencies_s, share) for share in (0.5, 0.95))
        points.append(CurvePoint(callers, load.rate, p50, p95))
    return points


def measure_stream(rounds: Rounds, size: int) -> Stream:
    """Stream the sentences, one a line and over again, up to `size` bytes."""
    subjects = rounds.subjects
    subjects.say(f"one document of {size:,} bytes")
    lines = list(_lines(subjects.sentences, size))
    document = "".join(lines).encode()
    before = rounds.ceilings[-1] if rounds.ceilings else rounds.run_ceiling()
    cpu_began, began = subjects.server.cpu_s, time.perf_counter()
    memory = asyncio.run(_watch_memory(subjects.server, document))
    duration_s = time.perf_counter() - began
    cpu_each_s = (subjects.server.cpu_s - cpu_began) / len(lines)
    beside = (before, rounds.run_ceiling())
    rate = len(lines) / duration_s
    return Stream(
        len(document),
        rate,
        rate / statistics.mean(run.rate for run in beside),
        cpu_each_s / statistics.mean(run.cpu_per_sentence_s for run in beside),
        memory,
        _growth(memory),
    )


async def _watch_memory(server: ObservedServer, document: bytes) -> list[tuple[float, float]]:
    """Stream; note the server's memory at each hundredth of the document answered."""
    memory: list[tuple[float, float]] = [(0.0, server.rss_mib)]
    async for offset in stream_document(server.address, document):
        share = offset / len(document)
        if share >= len(memory) / 100:
            memory.append((share, server.rss_mib))
    return memory


def _singles(sentences: Sequence[Sentence]) -> list[bytes]:
    return [unary_request([sentence.text]) for sentence in sentences]


def _growth(memory: Sequence[tuple[float, float]]) -> float:
    """The memory over the last fifth of a document over that of its second, less 1.

    Medians, as the allocator keeps more or less of what batches leave, up and down by a tenth. In
    the first fifth buffers and the document's window are still being filled.
    """
    settled, last = (
        statistics.median(mib for share, mib in memory if low <= share <= low + 0.2)
        for low in (0.2, 0.8)
    )
    return last / settled - 1


def _alone(direct: DirectEngine, sentences: Sequence[Sentence]) -> Iterator[float]:
    """Translate one after the other; yield what each took."""
    for sentence in sentences:
        began = time.perf_counter()
        direct.translate(sentence)
        yield time.perf_counter() - began


def _parts(texts: Sequence[str], size: int) -> list[Sequence[str]]:
    """Documents of `size` lines each; what is left over makes none, unless that is all."""
    parts = [texts[start : start + size] for start in range(0, len(texts), size)]
    return [part for part in parts if len(part) == size] or parts


def _lines(sentences: Sequence[Sentence], size: int) -> Iterator[str]:
    sent = 0
    while sent < size:
        for sentence in sentences:
            line = f"{sentence.text}\n"
            sent += len(line.encode())
            yield line
            if sent >= size:
                return
