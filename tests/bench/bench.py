"""Measures all there is to measure, in one go."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tarjama_server.model_store.store import InstalledModel, ModelStore
from tests.bench.beside_bulk import measure_beside_bulk
from tests.bench.direct import DirectEngine
from tests.bench.findings import Findings, Peers, Setting, ShortCalls, percentile
from tests.bench.load import unary_request
from tests.bench.peer_processes import PeerEnvironment
from tests.bench.peer_rounds import measure_peers
from tests.bench.plan import Plan
from tests.bench.rounds import Subjects, begin_rounds, measure_curve, measure_stream
from tests.bench.sentences import SentenceSet, load_sentences
from tests.faults.observed import observed_server

BUNDLED_MODEL = "ar-en-small"

_PACKAGES = ("tarjama", "ctranslate2", "sentencepiece", "grpcio", "protobuf")


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure.

    Attributes:
        data: folder of FLORES; None for the sample in the repository.
        limit: sentences to take, spread evenly; None for all.
        plan: how much of everything.
        config: settings file of the server, or None.
        workers: batches of the server, and of the engine alone, in flight at once.
        threads_per_worker: threads inside a batch.
        core_hour_usd: assumed price of a core for an hour.
        peers: Python of the environment with other systems; None leaves them out.
        release: zip with the model's float weights, for transformers.
    """

    data: Path | None
    limit: int | None
    plan: Plan
    config: Path | None
    workers: int
    threads_per_worker: int
    core_hour_usd: float
    peers: Path | None
    release: Path | None


def measure(request: Request, say: Callable[[str], None]) -> Findings:
    """Measure.

    Args:
        request: what.
        say: told what is being done.

    Raises:
        SentencesError: there is nothing to translate.
        LoadError: a call failed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = ModelStore(folder / "models").find(BUNDLED_MODEL)
        sentences = load_sentences(request.data, model, limit=request.limit)
        setting = _setting(request, model, sentences)
        direct = DirectEngine(
            model, worker_count=request.workers, threads_per_worker=request.threads_per_worker
        )
        with observed_server(folder / "server", *_server_arguments(request)) as server:
            subjects = Subjects(direct, server, sentences.sentences, setting.cores, say)
            return _measure(request, subjects, setting, model, folder)


def _server_arguments(request: Request) -> list[str]:
    config = ["--config", str(request.config)] if request.config else []
    return [
        *config,
        *("--workers", str(request.workers)),
        *("--threads-per-worker", str(request.threads_per_worker)),
    ]


def _measure(
    request: Request, subjects: Subjects, setting: Setting, model: InstalledModel, folder: Path
) -> Findings:
    plan = request.plan
    rounds = begin_rounds(subjects)
    for number in range(plan.round_count):
        subjects.say(f"round {number + 1} of {plan.round_count}")
        rounds.run(lone_count=plan.lone_count, document_lines=plan.document_lines)
    scenarios = rounds.scenarios()
    curve = measure_curve(subjects, scenarios, plan.curve_count)
    short_calls = _measure_short_calls(subjects, plan)
    stream = measure_stream(rounds, plan.stream_bytes)
    return Findings(
        setting,
        rounds.ceiling(),
        scenarios,
        rounds.lone(),
        stream,
        short_calls,
        curve,
        rounds.agreement(),
        _measure_peers(request, subjects, model, folder),
    )


def _measure_short_calls(subjects: Subjects, plan: Plan) -> ShortCalls:
    subjects.say("short calls beside a bulk document")
    short = sorted(subjects.sentences, key=lambda each: len(each.tokens))[: plan.short_count]
    document = "\n".join(sentence.text for sentence in subjects.sentences).encode()
    found = measure_beside_bulk(
        subjects.server, [unary_request([sentence.text]) for sentence in short], document
    )
    return ShortCalls(
        call_count=len(short),
        idle_p50_s=percentile(found.idle_s, 0.5),
        idle_p95_s=percentile(found.idle_s, 0.95),
        beside_p50_s=percentile(found.beside_s, 0.5),
        beside_p95_s=percentile(found.beside_s, 0.95),
        batch_s=found.batch_s,
        bulk_bytes_per_s=found.bulk_bytes_per_s,
    )


def _measure_peers(
    request: Request, subjects: Subjects, model: InstalledModel, folder: Path
) -> Peers | None:
    if request.peers is None:
        return None
    environment = PeerEnvironment(
        # Not resolved: the Python of an environment is a link to another.
        request.peers.absolute(),
        folder,
        request.workers,
        request.threads_per_worker,
    )
    return measure_peers(subjects, environment, model, release=request.release, plan=request.plan)


def _setting(request: Request, model: InstalledModel, sentences: SentenceSet) -> Setting:
    return Setting(
        cores=request.workers * request.threads_per_worker,
        processor=_processor(),
        versions={
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        model=f"{model.manifest.name} {model.manifest.version}",
        model_checksum=model.manifest.checksum,
        beam_size=model.manifest.decoding.beam_size,
        workers=request.workers,
        threads_per_worker=request.threads_per_worker,
        round_count=request.plan.round_count,
        sentence_source=sentences.source,
        sentence_count=len(sentences.sentences),
        dropped_count=sentences.dropped_count,
        word_count=sentences.word_count,
        token_count=sentences.token_count,
        document_lines=request.plan.document_lines,
        core_hour_usd=request.core_hour_usd,
        load_average=os.getloadavg()[0],
    )


def _processor() -> str:
    try:
        information = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [
        line.partition(":")[2].strip()
        for line in information.splitlines()
        if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()
