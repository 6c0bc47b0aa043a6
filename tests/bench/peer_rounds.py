"""Measures the other systems beside the server, turn and turn about, with 8 callers each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tarjama_server.model_store.store import InstalledModel
from tests.bench.findings import Equivalence, Peer, Peers, Spread
from tests.bench.load import call_in_closed_loop, unary_request
from tests.bench.peer_processes import (
    Marian,
    PeerEnvironment,
    PeerError,
    open_libretranslate,
    open_marian,
)
from tests.bench.plan import Plan
from tests.bench.rounds import Subjects
from tests.bench.sentences import Sentence

CALLERS: Final = 8

_WARM_UP_COUNT = 16
# How transformers serves 8 callers: batch size, and in words.
_WAYS: Final = (
    (1, "8 callers served one after another"),
    (CALLERS, "8 callers served in one batch"),
)


@dataclass(slots=True)
class _Runs:
    """Runs of one other system and of the server in turn."""

    name: str
    how: str
    sentences: Sequence[Sentence]
    rates: list[float] = field(default_factory=list)
    cpus_s: list[float] = field(default_factory=list)
    server_rates: list[float] = field(default_factory=list)
    outputs: Sequence[str] = ()

    def add(self, rate: float, cpu_per_sentence_s: float, server_rate: float) -> None:
        self.rates.append(rate)
        self.cpus_s.append(cpu_per_sentence_s)
        self.server_rates.append(server_rate)

    def summary(self, expected: Sequence[str]) -> Peer:
        pairs = zip(self.outputs, expected, strict=True)
        return Peer(
            self.name,
            self.how,
            len(self.sentences),
            Spread.of(self.rates),
            Spread.of(self.cpus_s),
            Spread.of(self.server_rates),
            Spread.of(
                ours / theirs for ours, theirs in zip(self.server_rates, self.rates, strict=True)
            ),
            sum(output == other for output, other in pairs) / len(expected),
        )


def measure_peers(
    subjects: Subjects,
    environment: PeerEnvironment,
    model: InstalledModel,
    *,
    release: Path | None,
    plan: Plan,
) -> Peers:
    """Measure what can be run; say of the rest why it cannot.

    Args:
        subjects: whose server to measure beside them.
        environment: where they are.
        model: whose int8 weights LibreTranslate gets.
        release: the zip that the model was made from, for its float weights. Without it
            transformers is left out.
        plan: how many sentences and rounds.

    Raises:
        LoadError: a call failed.
    """
    notes: list[str] = []
    libretranslate: list[Peer] = []
    transformers: list[Peer] = []
    equivalence: Equivalence | None = None
    try:
        for way in _libretranslate_ways(environment):
            libretranslate.append(_run_libretranslate(subjects, environment, model, way, plan))
    except PeerError as error:
        notes.append(f"LibreTranslate was not measured: {error}")
    if release is None:
        notes.append("transformers was not measured: it needs float weights, see `--release`.")
        return Peers(libretranslate, transformers, equivalence, notes)
    try:
        with open_marian(environment, release, model) as marian:
            equivalence = _compare(subjects, marian, plan)
            transformers = _measure_marian(subjects, marian, plan)
    except PeerError as error:
        notes.append(f"transformers was not measured: {error}")
    return Peers(libretranslate, transformers, equivalence, notes)


def _libretranslate_ways(environment: PeerEnvironment) -> list[tuple[int, int]]:
    """Workers and threads of each: as the server has them, and one worker, its own default."""
    ours = (environment.workers, environment.threads_per_worker)
    return list(dict.fromkeys((ours, (1, environment.workers * environment.threads_per_worker))))


def _run_libretranslate(
    subjects: Subjects,
    environment: PeerEnvironment,
    model: InstalledModel,
    way: tuple[int, int],
    plan: Plan,
) -> Peer:
    workers, threads = way
    sentences = subjects.spread_evenly(plan.libretranslate_count)
    texts = [sentence.text for sentence in sentences]
    with open_libretranslate(
        environment, model, caller_count=CALLERS, workers=workers, threads_per_worker=threads
    ) as peer:
        runs = _Runs(
            f"LibreTranslate {peer.version}",
            f"its HTTP server, workers x threads {workers} x {threads}, the same int8 weights, "
            "its own length penalty of 0.2",
            sentences,
        )
        peer.translate(texts[:_WARM_UP_COUNT], caller_count=CALLERS)
        for number in range(plan.round_count):
            subjects.say(f"LibreTranslate, {workers} x {threads} threads, round {number + 1}")
            load = peer.translate(texts, caller_count=CALLERS)
            cpu_s = load.server_cpu_s / load.done_count
            runs.add(load.rate, cpu_s, _server_rate(subjects, sentences))
            runs.outputs = [json.loads(answer)["translatedText"] for answer in load.answers]
        return runs.summary(_expected(subjects, sentences))


def _compare(subjects: Subjects, marian: Marian, plan: Plan) -> Equivalence:
    subjects.say("float32 outputs of transformers and CTranslate2")
    sentences = subjects.spread_evenly(plan.equivalence_count)
    return Equivalence(**marian.compare([sentence.clean_text for sentence in sentences]))


def _measure_marian(subjects: Subjects, marian: Marian, plan: Plan) -> list[Peer]:
    sentences = subjects.spread_evenly(plan.transformers_count)
    texts = [sentence.clean_text for sentence in sentences]
    name = f"transformers {marian.versions['transformers']}, torch {marian.versions['torch']}"
    ways = [(size, _Runs(name, f"float32, {how}", sentences)) for size, how in _WAYS]
    marian.translate(texts[:_WARM_UP_COUNT], batch_size=CALLERS)
    for number in range(plan.round_count):
        for size, runs in ways:
            subjects.say(f"transformers, batches of {size}, round {number + 1}")
            run = marian.translate(texts, batch_size=size)
            runs.outputs = run.outputs
            runs.add(run.rate, run.cpu_per_sentence_s, _server_rate(subjects, sentences))
    expected = _expected(subjects, sentences)
    return [runs.summary(expected) for _, runs in ways]


def _server_rate(subjects: Subjects, sentences: Sequence[Sentence]) -> float:
    requests = [unary_request([sentence.text]) for sentence in sentences]
    return call_in_closed_loop(subjects.server, requests, caller_count=CALLERS).rate


def _expected(subjects: Subjects, sentences: Sequence[Sentence]) -> Sequence[str]:
    return [subjects.direct.translate(sentence) for sentence in sentences]
