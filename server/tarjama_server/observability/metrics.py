"""What a server counts, for Prometheus.

Labels have few values, none of which a caller can choose: methods, codes and reasons of the
contract, models that are served, flags. The rooms above say what happened; the names are here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)

from tarjama_server.observability.caller_metrics import CallerMetrics

# Short calls take milliseconds, streamed documents minutes.
_CALL_SECONDS = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0),
)
_BATCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_QUEUE_SECONDS = (0.0005, *_BATCH_SECONDS, 30.0, 60.0)
_BATCH_SENTENCES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_BATCH_TOKENS = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


ReloadOutcome = Literal["replaced", "unchanged", "failed"]
_RELOAD_OUTCOMES: tuple[ReloadOutcome, ...] = get_args(ReloadOutcome)


class Metrics:
    """The counts of one server, in a registry of its own."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.calls = CallMetrics(self.registry)
        self.callers = CallerMetrics(self.registry)
        self.cache = CacheMetrics(self.registry)
        self._models = _ModelFamilies(self.registry)

    def model(self, name: str) -> ModelMetrics:
        """The counts of a model. One that takes another's name goes on with its counts."""
        return ModelMetrics(self._models, name)

    def add_model(self, name: str, *, version: str, checksum: str) -> ModelMetrics:
        """A model is in service from now on, in the place of the one that had its name."""
        self._models.info.remove_by_labels({"model": name})
        self._models.info.labels(name, version, checksum).set(1)
        for outcome in _RELOAD_OUTCOMES:
            self._models.reloads.labels(name, outcome)
        return self.model(name)


def unread_model_metrics() -> ModelMetrics:
    """Counts that no one reads, for a model outside a server."""
    return Metrics().add_model("unread", version="", checksum="")


class CallMetrics:
    """Calls of the service's methods. Health checks and reflection are not counted."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Count in `registry`."""
        self._ended = Counter(
            "tarjama_calls",
            "Calls ended, by canonical code. CANCELLED: the caller left or its deadline passed.",
            ["method", "code"],
            registry=registry,
        )
        self._failed = Counter(
            "tarjama_call_failures",
            "Calls refused or failed, by the reason that the contract gives.",
            ["method", "reason"],
            registry=registry,
        )
        self._duration = Histogram(
            "tarjama_call_duration_seconds",
            "From a call's arrival to the end of its answer.",
            ["method"],
            buckets=_CALL_SECONDS,
            registry=registry,
        )
        self._in_progress = Gauge(
            "tarjama_calls_in_progress", "Calls not yet ended.", ["method"], registry=registry
        )

    def began(self, method: str) -> None:
        """A call of `method` arrived. The method is one of the contract's."""
        self._in_progress.labels(method).inc()

    def ended(self, method: str, *, code: str, reason: str | None, duration_s: float) -> None:
        """It ended with `code`, for a `reason` if it failed."""
        self._in_progress.labels(method).dec()
        self._ended.labels(method, code).inc()
        if reason is not None:
            self._failed.labels(method, reason).inc()
        self._duration.labels(method).observe(duration_s)


class CacheMetrics:
    """The translation cache."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Count in `registry`."""
        lookups = Counter(
            "tarjama_cache_lookups",
            "Sentences looked up. hit: known; joined: being translated for another caller; miss: "
            "given to the engine.",
            ["outcome"],
            registry=registry,
        )
        self.hits = lookups.labels("hit")
        self.joined = lookups.labels("joined")
        self.misses = lookups.labels("miss")
        self.evictions = Counter(
            "tarjama_cache_evictions",
            "Translations dropped to make room.",
            registry=registry,
        )
        self.entries = Gauge(
            "tarjama_cache_entries", "Translations in the cache.", registry=registry
        )
        self.bytes = Gauge("tarjama_cache_bytes", "Memory that the cache takes.", registry=registry)
        self.limit_bytes = Gauge(
            "tarjama_cache_limit_bytes", "Memory that the cache may take.", registry=registry
        )


class _PerModel:
    """Makes families of counts, each with a model's name as its first label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"tarjama_{name}", text, ["model", *labels], registry=self._registry)

    def gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"tarjama_{name}", text, ["model", *labels], registry=self._registry)

    def histogram(self, name: str, text: str, buckets: Sequence[float], *labels: str) -> Histogram:
        name, names = f"tarjama_{name}", ["model", *labels]
        return Histogram(name, text, names, buckets=buckets, registry=self._registry)


class _EngineFamilies:
    """What is counted of the engine's work. Tokens are those of sentences, `</s>` included."""

    def __init__(self, make: _PerModel) -> None:
        self.pending_sentences = make.gauge(
            "pending_sentences", "Sentences waiting or in the engine.", "priority"
        )
        self.pending_tokens = make.gauge(
            "pending_tokens", "Source tokens waiting or in the engine.", "priority"
        )
        self.queue_wait = make.histogram(
            "queue_wait_seconds",
            "From a sentence's arrival to the start of its batch.",
            _QUEUE_SECONDS,
            "priority",
        )
        self.compute = make.histogram(
            "batch_compute_seconds", "Time of a batch in the engine.", _BATCH_SECONDS
        )
        self.batch_sentences = make.histogram(
            "batch_sentences", "Sentences in a batch.", _BATCH_SENTENCES
        )
        self.batch_tokens = make.histogram(
            "batch_source_tokens", "Source tokens in a batch, padding apart.", _BATCH_TOKENS
        )
        self.padding_tokens = make.counter(
            "padding_tokens", "Positions that a batch's shorter sentences leave empty."
        )
        self.target_tokens = make.counter("target_tokens", "Tokens of best translations.")
        self.failed_batches = make.counter(
            "failed_batches", "Batches that the engine failed on. Each sentence is tried alone."
        )


class _ModelFamilies:
    """What is counted of each model."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = _PerModel(registry)
        self.engine = _EngineFamilies(make)
        self.info = make.gauge(
            "model_info", "Always 1. Which model is served.", "version", "checksum"
        )
        self.reloads = make.counter(
            "model_reloads",
            "Tries to put a newly installed model in the place of the one in service. unchanged: "
            "it is the same. failed: the old one serves on.",
            "outcome",
        )
        self.segments = make.counter("segments", "Segments answered.")
        self.flags = make.counter("segment_flags", "Segments answered with a flag.", "flag")
        self.degenerate_outputs = make.counter(
            "degenerate_outputs", "First outputs that were no translation, by their fault.", "kind"
        )
        self.repairs = make.counter(
            "repairs",
            "Degenerate outputs by what replaced them (strict_decoding, halves, or none: nothing "
            "was sound), and translations in which verbatim text was put right.",
            "kind",
        )


class QueueMetrics:
    """The counts of a model's sentences of one priority. Bound once: there are many sentences."""

    def __init__(self, families: _EngineFamilies, model: str, priority: str) -> None:
        """Count in `families`."""
        self._sentences = families.pending_sentences.labels(model, priority)
        self._tokens = families.pending_tokens.labels(model, priority)
        self._wait = families.queue_wait.labels(model, priority)

    def sentence_queued(self, token_count: int) -> None:
        """A sentence waits for the engine."""
        self._sentences.inc()
        self._tokens.inc(token_count)

    def sentence_left(self, token_count: int) -> None:
        """A sentence has its translation, failed, or was taken back."""
        self._sentences.dec()
        self._tokens.dec(token_count)

    def sentence_began(self, *, wait_s: float) -> None:
        """A sentence goes to the engine for the first time."""
        self._wait.observe(wait_s)


class ModelMetrics:
    """The counts of one model. Its methods are called once a segment or less often."""

    def __init__(self, families: _ModelFamilies, name: str) -> None:
        """Count in `families` under the model's `name`."""
        self._families = families
        self._name = name
        self._compute = families.engine.compute.labels(name)
        self._batch_sentences = families.engine.batch_sentences.labels(name)
        self._batch_tokens = families.engine.batch_tokens.labels(name)
        self._padding_tokens = families.engine.padding_tokens.labels(name)
        self._target_tokens = families.engine.target_tokens.labels(name)
        self._failed_batches = families.engine.failed_batches.labels(name)
        self._segments = families.segments.labels(name)

    def queue(self, priority: str) -> QueueMetrics:
        """The counts of the model's sentences of one priority."""
        return QueueMetrics(self._families.engine, self._name, priority)

    def batch_computed(
        self,
        *,
        sentence_count: int,
        source_token_count: int,
        padded_token_count: int,
        target_token_count: int,
        compute_s: float,
    ) -> None:
        """The engine translated a batch.

        Args:
            sentence_count: sentences in it.
            source_token_count: their tokens.
            padded_token_count: sentences times the longest one's tokens.
            target_token_count: tokens of their best translations.
            compute_s: how long it took.
        """
        self._batch_sentences.observe(sentence_count)
        self._batch_tokens.observe(source_token_count)
        self._padding_tokens.inc(padded_token_count - source_token_count)
        self._target_tokens.inc(target_token_count)
        self._compute.observe(compute_s)

    def batch_failed(self) -> None:
        """The engine failed on a batch."""
        self._failed_batches.inc()

    def reloaded(self, outcome: ReloadOutcome) -> None:
        """A model was looked at anew while it was in service."""
        self._families.reloads.labels(self._name, outcome).inc()

    def segment_answered(self, flags: Iterable[str]) -> None:
        """A segment and its `flags`, named as in the contract, go to the caller."""
        self._segments.inc()
        for flag in flags:
            self._families.flags.labels(self._name, flag).inc()

    def output_degenerated(self, kind: str) -> None:
        """A first output was no translation."""
        self._families.degenerate_outputs.labels(self._name, kind).inc()

    def repaired(self, kind: str) -> None:
        """An output was replaced or put right."""
        self._families.repairs.labels(self._name, kind).inc()


class MetricsEndpoint:
    """Answers Prometheus over HTTP, from a thread of its own."""

    def __init__(self, metrics: Metrics, host: str, port: int) -> None:
        """Serve `metrics` at once, under any path. Port 0 takes a free one.

        Raises:
            OSError: the address is taken or no address.
        """
        self._server, self._thread = start_http_server(port, host, registry=metrics.registry)
        self.port = self._server.server_port

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
