"""Merges the sentences of all callers into batches for the engine.

There is no waiting timer: a free worker takes what is there. Sentences that arrive while all
workers are busy make the next batches fuller, so the busier the server, the better its batches.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum

from tarjama_server.engine import Decoding, Engine, Hypothesis
from tarjama_server.observability.metrics import ModelMetrics, unread_model_metrics
from tarjama_server.observability.tracing import Span, SpanReference, Tracing

SHORT_POSITIONS = 16
"""A batch holds sentences of fewer positions than this or of as many or more, never both.

CTranslate2 takes another int8 path when the padded length reaches 16, with slightly different
scores: on 1,012 FLORES and 755 Tatoeba sentences the only way in which batch company shows."""

# How far down a queue a batch looks for sentences of like length.
_WINDOW = 512
# Every so many batches bulk work goes first, so that it advances under any interactive load.
_BULK_TURN = 8


class Priority(IntEnum):
    """Which sentences go first."""

    INTERACTIVE = 0
    BULK = 1


@dataclass(frozen=True, slots=True)
class _Kind:
    """What sentences must have in common to share a batch."""

    decoding: Decoding
    is_short: bool


@dataclass(eq=False, slots=True)
class _Job:
    tokens: Sequence[str]
    future: asyncio.Future[list[Hypothesis]]
    number: int
    priority: Priority
    kind: _Kind
    caller: SpanReference | None
    queued_at: float = field(default_factory=time.monotonic)

    @property
    def positions(self) -> int:
        return len(self.tokens) + 1


@dataclass(slots=True)
class _Queue:
    """Jobs of one priority, oldest first within each kind."""

    kinds: dict[_Kind, deque[_Job]] = field(default_factory=dict)

    def append(self, job: _Job) -> None:
        self.kinds.setdefault(job.kind, deque()).append(job)

    def oldest(self) -> _Kind | None:
        """The kind whose head waits longest. Jobs whose callers left are dropped on the way."""
        for kind, jobs in list(self.kinds.items()):
            while jobs and jobs[0].future.done():
                jobs.popleft()
            if not jobs:
                del self.kinds[kind]
        return min(self.kinds, key=lambda kind: self.kinds[kind][0].number, default=None)


class Batcher:
    """Runs an engine on the sentences of all callers. Lives on one event loop."""

    def __init__(
        self,
        engine: Engine,
        *,
        worker_count: int,
        max_batch_tokens: int,
        metrics: ModelMetrics | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        """Make a batcher; `start` sets it to work.

        Args:
            engine: what translates.
            worker_count: batches in flight at once.
            max_batch_tokens: sentences in a batch times the longest one's positions. A longer
                sentence goes alone.
            metrics: where to count. None counts for nobody.
            tracing: whom to tell of batches. None tells nobody.
        """
        self._engine = engine
        self._worker_count = worker_count
        self._max_batch_tokens = max_batch_tokens
        self._metrics = metrics or unread_model_metrics()
        self._queue_metrics = {each: self._metrics.queue(each.name.lower()) for each in Priority}
        self._tracing = tracing or Tracing()
        self._queues = {priority: _Queue() for priority in Priority}
        self._waiting: dict[asyncio.Future[list[Hypothesis]], _Job] = {}
        self._numbers = itertools.count()
        self._wake = asyncio.Event()
        self._workers: list[asyncio.Task[None]] = []
        self._executor = ThreadPoolExecutor(worker_count, thread_name_prefix="engine")
        self._batch_count = 0
        self.pending_positions = 0
        """Positions waiting or in flight."""
        self.positions_per_s = 0.0
        """Measured while busy; 0 before the first batch."""

    def start(self) -> None:
        """Start the workers."""
        self._workers = [
            asyncio.create_task(self._work(), name=f"batcher-{number}")
            for number in range(self._worker_count)
        ]

    async def stop(self) -> None:
        """Stop the workers. Batches in flight end; what still waits is cancelled."""
        for worker in self._workers:
            worker.cancel()
        for worker in self._workers:
            with suppress(asyncio.CancelledError):
                await worker
        for queue in self._queues.values():
            for job in itertools.chain.from_iterable(queue.kinds.values()):
                job.future.cancel()
        await asyncio.to_thread(self._executor.shutdown)

    def submit(
        self, tokens: Sequence[str], decoding: Decoding, priority: Priority
    ) -> asyncio.Future[list[Hypothesis]]:
        """Queue a sentence of 1 or more tokens, without `</s>`.

        Returns:
            Its hypotheses, best first, or the error that it alone caused. Cancel the future
            to take the sentence back.
        """
        future = asyncio.get_running_loop().create_future()
        job = _Job(
            tokens,
            future,
            next(self._numbers),
            priority,
            _Kind(decoding, len(tokens) + 1 < SHORT_POSITIONS),
            self._tracing.current(),
        )
        self._queues[priority].append(job)
        self._waiting[future] = job
        self.pending_positions += job.positions
        self._queue_metrics[priority].sentence_queued(job.positions)
        future.add_done_callback(lambda _: self._leave(job))
        self._wake.set()
        return future

    def hasten(self, future: asyncio.Future[list[Hypothesis]], priority: Priority) -> None:
        """Move a sentence that `submit` queued to the end of a more urgent queue.

        Does nothing when it is in the engine already or has its outcome.
        """
        job = self._waiting.get(future)
        if job is None or future.done():
            return
        self._queues[job.priority].kinds[job.kind].remove(job)
        self._queue_metrics[job.priority].sentence_left(job.positions)
        job.priority, job.number = priority, next(self._numbers)
        self._queues[priority].append(job)
        self._queue_metrics[priority].sentence_queued(job.positions)

    def _leave(self, job: _Job) -> None:
        self._waiting.pop(job.future, None)
        self.pending_positions -= job.positions
        self._queue_metrics[job.priority].sentence_left(job.positions)

    async def _work(self) -> None:
        while True:
            # Waking takes a turn of the event loop, in which sentences of the same call arrive.
            await self._wake.wait()
            taken = self._take()
            if taken is None:
                self._wake.clear()
                continue
            await self._run(*taken)

    def _take(self) -> tuple[Decoding, list[_Job]] | None:
        """Take the next batch off the queues."""
        order = list(Priority)
        if self._batch_count % _BULK_TURN == _BULK_TURN - 1:
            order.reverse()
        for priority in order:
            queue = self._queues[priority]
            kind = queue.oldest()
            if kind is not None:
                self._batch_count += 1
                batch = self._fill(queue.kinds[kind])
                self._begin(batch)
                return kind.decoding, batch
        return None

    def _fill(self, jobs: deque[_Job]) -> list[_Job]:
        """Take the oldest of `jobs`, and with it those of like length that fit in a batch."""
        window = [job for job in itertools.islice(jobs, _WINDOW) if not job.future.done()]
        oldest = window[0]
        window.sort(key=lambda job: job.positions)
        batch = list(_around(window, window.index(oldest), self._max_batch_tokens))
        chosen = set(map(id, batch))
        seen = [jobs.popleft() for _ in range(min(_WINDOW, len(jobs)))]
        jobs.extendleft(
            job for job in reversed(seen) if id(job) not in chosen and not job.future.done()
        )
        return batch

    def _begin(self, batch: list[_Job]) -> None:
        now = time.monotonic()
        for job in batch:
            del self._waiting[job.future]
            self._queue_metrics[job.priority].sentence_began(wait_s=now - job.queued_at)

    async def _run(self, decoding: Decoding, batch: list[_Job]) -> None:
        began = time.monotonic()
        try:
            results = await self._compute(decoding, batch)
        except Exception as error:
            # Whatever failed, the worker must live on: its queue would hang for ever.
            self._metrics.batch_failed()
            await self._run_alone(decoding, batch, error)
            return
        else:
            self._measure(batch, results, time.monotonic() - began)
            for job, hypotheses in zip(batch, results, strict=True):
                if not job.future.done():
                    job.future.set_result(hypotheses)
        finally:
            for job in batch:
                job.future.cancel()  # Only those that have no outcome yet: the worker was stopped.

    async def _compute(self, decoding: Decoding, batch: list[_Job]) -> Sequence[list[Hypothesis]]:
        """Give `batch` to the engine, on a thread of the executor."""
        sentences = [job.tokens for job in batch]

        def translate(span: Span) -> list[list[Hypothesis]]:
            with self._tracing.compute(span):
                return self._engine.translate(sentences, decoding)

        callers = [job.caller for job in batch if job.caller is not None]
        counts = {
            "sentences": len(batch),
            "source_tokens": sum(job.positions for job in batch),
            "beam_size": decoding.beam_size,
        }
        with self._tracing.batch(callers, counts) as span:
            try:
                return await asyncio.get_running_loop().run_in_executor(
                    self._executor, translate, span
                )
            except Exception as error:
                span.fail(type(error).__qualname__)
                raise

    async def _run_alone(self, decoding: Decoding, batch: list[_Job], error: Exception) -> None:
        """After a batch failed: each caller is to have the answer it would have had alone."""
        if len(batch) == 1:
            if not batch[0].future.done():
                batch[0].future.set_exception(error)
            return
        for job in batch:
            if not job.future.done():
                await self._run(decoding, [job])

    def _measure(
        self, batch: list[_Job], results: Sequence[list[Hypothesis]], duration_s: float
    ) -> None:
        positions = sum(job.positions for job in batch)
        self._metrics.batch_computed(
            sentence_count=len(batch),
            source_token_count=positions,
            padded_token_count=len(batch) * max(job.positions for job in batch),
            target_token_count=sum(len(each[0].tokens) + 1 for each in results if each),
            compute_s=duration_s,
        )
        rate = self._worker_count * positions / max(duration_s, 1e-6)
        # A moving average over about ten batches.
        self.positions_per_s += (rate - self.positions_per_s) * (0.1 if self.positions_per_s else 1)


def _around(window: list[_Job], center: int, max_batch_tokens: int) -> Iterator[_Job]:
    """Yield the job at `center` of a window sorted by length, then its neighbours, nearest first.

    As many as keep the batch, padded to its longest sentence, within `max_batch_tokens`.
    """
    low, high = center, center + 1
    length = window[center].positions
    yield window[center]
    for count in itertools.count(2):
        shorter = window[low - 1].positions if low else None
        longer = window[high].positions if high < len(window) else None
        if longer is not None and (shorter is None or longer - length <= length - shorter):
            width, job = longer, window[high]
            high += 1
        elif shorter is not None:
            width, job = length, window[low - 1]
            low -= 1
        else:
            return
        if count * width > max_batch_tokens:
            return
        length = max(length, width)
        yield job
