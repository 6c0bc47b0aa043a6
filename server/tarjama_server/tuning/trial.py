"""Measures one configuration, once. Runs in a process of its own."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tarjama_server.batching import Batcher, Priority
from tarjama_server.engine import CTranslate2Engine, Decoding, Engine, Hypothesis
from tarjama_server.tuning.candidates import Configuration
from tarjama_server.tuning.sample import Sample

# With fewer, where the clock stops would matter more than what is compared.
_BATCHES_PER_WORKER = 2
# So many batches wait for each worker, in tokens: there is always one of like lengths to take.
_WAITING_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """What to measure, and on what."""

    model_dir: Path
    device: str
    device_indexes: tuple[int, ...]
    configuration: Configuration
    decoding: Decoding
    sample: Sample
    duration_s: float
    """Of the measuring under load, at least; longer while a worker has had few batches."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How fast one process was."""

    tokens_per_s: float
    """Source tokens, `</s>` counted, while more sentences wait than all workers can take."""
    lone_s: float
    """From giving an idle server a sentence to having its translation: the median over the lone
    ones of the sample."""
    compute_type: str
    """What the engine computed in."""


def run_trial(trial: Trial) -> Timing:
    """Load the model as `trial` says, and measure.

    Raises:
        EngineError: the model cannot be loaded or run so.
    """
    configuration = trial.configuration
    engine = CTranslate2Engine(
        trial.model_dir,
        device=trial.device,
        device_indexes=trial.device_indexes,
        compute_type=configuration.compute_type,
        worker_count=configuration.workers,
        threads_per_worker=configuration.threads_per_worker,
    )
    tokens_per_s, lone_s = asyncio.run(_measure(trial, engine, engine.worker_count))
    return Timing(tokens_per_s, lone_s, engine.compute_type)


async def _measure(trial: Trial, engine: Engine, worker_count: int) -> tuple[float, float]:
    clock = EngineClock(engine)
    batcher = Batcher(
        clock, worker_count=worker_count, max_batch_tokens=trial.configuration.max_batch_tokens
    )
    batcher.start()
    try:
        # The first pass is not counted: it allocates.
        for _ in range(2):
            lone_s = median([await _time(trial, batcher, each) for each in trial.sample.lone])
        clock.start()
        await _saturate(trial, batcher, clock, worker_count)
    finally:
        await batcher.stop()
    return clock.tokens_per_s, lone_s


async def _time(trial: Trial, batcher: Batcher, tokens: Sequence[str]) -> float:
    began = time.perf_counter()
    await batcher.submit(tokens, trial.decoding, Priority.INTERACTIVE)
    return time.perf_counter() - began


async def _saturate(trial: Trial, batcher: Batcher, clock: EngineClock, worker_count: int) -> None:
    """Keep the workers busy for as long as the trial says. What still waits then is dropped."""
    end = time.perf_counter() + trial.duration_s
    sentences = itertools.cycle(trial.sample.sentences)

    async def ask() -> None:
        while time.perf_counter() < end or clock.batch_count < _BATCHES_PER_WORKER * worker_count:
            await batcher.submit(next(sentences), trial.decoding, Priority.BULK)

    waiting_tokens = worker_count * trial.configuration.max_batch_tokens * _WAITING_PER_WORKER
    asker_count = max(worker_count, round(waiting_tokens / trial.sample.mean_tokens))
    askers = [asyncio.create_task(ask()) for _ in range(asker_count)]
    try:
        done, _ = await asyncio.wait(askers, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for asker in askers:
            asker.cancel()
        await asyncio.gather(*askers, return_exceptions=True)
    for asker in done:
        asker.result()


@dataclass(slots=True)
class EngineClock:
    """An engine, and how fast each of its workers is."""

    engine: Engine
    now: Callable[[], float] = time.perf_counter
    """Seconds since any moment."""
    batch_count: int = 0
    """Batches that ended since `start`."""
    _began_s: float = 0.0
    _tokens: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    _ended_s: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """Count from now on. No batch may be in flight."""
        self.batch_count = 0
        self._tokens.clear()
        self._ended_s.clear()
        self._began_s = self.now()

    def translate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        """See `Engine.translate`."""
        results = self.engine.translate(batch, decoding)
        # Each worker has its own thread, which alone writes its entries.
        worker = threading.get_ident()
        self._tokens[worker] += sum(len(tokens) + 1 for tokens in batch)
        self._ended_s[worker] = self.now()
        self.batch_count += 1
        return results

    @property
    def tokens_per_s(self) -> float:
        """Source tokens, `</s>` counted: the sum of the workers' speeds since `start`.

        Each is taken up to the end of the worker's last batch. Up to one moment for all, a batch in
        flight would count for nothing or for too much, and large batches are few.
        """
        return sum(
            tokens / (self._ended_s[worker] - self._began_s)
            for worker, tokens in self._tokens.items()
        )
