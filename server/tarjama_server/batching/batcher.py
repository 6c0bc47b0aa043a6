"""Merges the sentences of all callers into batches for the engine.

There is no waiting timer: a free worker takes what is there. Sentences that arrive while all
workers are busy make the next batches fuller, so the busier the server, the better its batches.

While all are busy one full batch is ready in the engine, so that no worker stands still until the
event loop has seen that it is free, as they did for 4 % of the time. What is less urgent than
`start` was told is not got ready: it would go before urgent sentences that come meanwhile.

How long a sentence can be passed over does not depend on how many others wait. One whose share has
no other before it goes in one of the next n + 1 batches of its priority, behind the one that is
ready, where n is the number of other shares that wait: each of them can have one sentence before
it, and every batch has the sentence whose turn it is, short or long, whatever its decoding. A share
of which sentences filled batches before their turn waits by their work longer. While both
priorities wait, one batch in eight is of bulk sentences and seven are of interactive ones.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tarjama_server.batching.cost import CostModel
from tarjama_server.batching.fair_queue import FairQueue
from tarjama_server.batching.load import SharedLoad
from tarjama_server.batching.sentence import Batch, BatchInFlight, Future, Priority, Sentence
from tarjama_server.engine import Decoding, Engine, Hypothesis
from tarjama_server.observability.metrics import ModelMetrics, unread_model_metrics
from tarjama_server.observability.tracing import Span, Tracing

# Every so many batches bulk work goes first, so that it advances under any interactive load.
_BULK_TURN = 8
_URGENT_FIRST = tuple(Priority)
_BULK_FIRST = _URGENT_FIRST[::-1]


@dataclass(eq=False, slots=True)
class _Flight:
    """A batch that the engine was given."""

    batch: Batch
    given_at: float
    """This and the next by `time.monotonic`."""
    ended_at: float | None = None
    """Noted by the thread that waits for the engine: the event loop may see it much later."""
    shown: BatchInFlight | None = None
    """None while it waits for a worker, as far as the event loop has seen."""


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
        cost: CostModel | None = None,
    ) -> None:
        """Make a batcher; `start` sets it to work.

        Args:
            engine: what translates.
            worker_count: batches in flight at once.
            max_batch_tokens: sentences in a batch times the longest one's positions. A longer
                sentence goes alone.
            metrics: where to count. None counts for nobody.
            tracing: whom to tell of batches. None tells nobody.
            cost: what is known of the engine's speed, to be added to. None knows nothing.
        """
        self._engine = engine
        self._worker_count = worker_count
        self._max_batch_tokens = max_batch_tokens
        self._metrics = metrics or unread_model_metrics()
        self._queue_metrics = {each: self._metrics.queue(each.name.lower()) for each in Priority}
        self._tracing = tracing or Tracing()
        numbers = itertools.count()
        self._queues = {priority: FairQueue(numbers) for priority in Priority}
        self._loads = {priority: SharedLoad() for priority in Priority}
        """Of each priority and those more urgent."""
        self._loads_with = {
            priority: [self._loads[each] for each in Priority if each >= priority]
            for priority in Priority
        }
        """The loads in which a sentence of each priority counts."""
        self._sentences: dict[Future, Sentence] = {}
        """Waiting or in the engine."""
        self._cost = cost or CostModel()
        self._in_flight: tuple[BatchInFlight, ...] = ()
        self._flights: list[_Flight] = []
        """Given to the engine: those in flight, and one that is ready."""
        self._ready_priority = Priority.INTERACTIVE
        self._wake = asyncio.Event()
        self._workers: list[asyncio.Task[None]] = []
        self._executor = ThreadPoolExecutor(worker_count + 1, thread_name_prefix="engine")
        self._batch_count = 0

    def start(self, ready_priority: Priority = Priority.INTERACTIVE) -> None:
        """Start the workers.

        Args:
            ready_priority: the least urgent of which a batch may be ready before a worker is free.
        """
        self._ready_priority = ready_priority
        self._workers = [
            asyncio.create_task(self._work(), name=f"batcher-{number}")
            for number in range(self._worker_count + 1)
        ]

    async def stop(self) -> None:
        """Stop the workers. Batches in flight end; what still waits is cancelled."""
        for worker in self._workers:
            worker.cancel()
        for worker in self._workers:
            with suppress(asyncio.CancelledError):
                await worker
        for sentence in list(self._sentences.values()):
            sentence.future.cancel()
        await asyncio.to_thread(self._executor.shutdown)

    def submit(
        self, tokens: Sequence[str], decoding: Decoding, priority: Priority, share: str = ""
    ) -> Future:
        """Queue a sentence of 1 or more tokens, without `</s>`.

        Args:
            tokens: what the engine is to see.
            decoding: how it is to search.
            priority: which sentences go before it.
            share: for whom. The sentences of one priority are served fairly among shares, however
                many each has queued.

        Returns:
            Its hypotheses, best first, or the error that it alone caused. Cancel the future
            to take the sentence back.
        """
        future: Future = asyncio.get_running_loop().create_future()
        positions = len(tokens) + 1
        sentence = Sentence(
            tokens,
            positions,
            positions * decoding.beam_size,
            decoding,
            priority,
            share,
            future,
            self._tracing.current(),
            time.monotonic(),
        )
        self._sentences[future] = sentence
        self._queue(sentence)
        future.add_done_callback(self._leave)
        self._wake.set()
        return future

    def hasten(self, future: Future, priority: Priority) -> None:
        """Move a sentence that `submit` queued behind those of its share in a more urgent queue.

        Does nothing when it is in the engine already or has its outcome.
        """
        sentence = self._sentences.get(future)
        if sentence is None or future.done() or not sentence.is_waiting:
            return
        self._unqueue(sentence)
        sentence.priority = priority
        self._queue(sentence)

    @property
    def pending_positions(self) -> int:
        """Positions waiting or in flight."""
        return self._loads[max(Priority)].total.positions

    def pending_s(self, priority: Priority, share: str | None = None) -> float:
        """Seconds until what waits or is in flight is done, with all workers busy.

        Args:
            priority: counts what has it or is more urgent.
            share: counts what was submitted for it. None counts all.

        Returns:
            0 before the first batch was measured.
        """
        load = self._loads[priority].of(share)
        return self._duration_s(load.positions, load.work)

    def share_count(self, priority: Priority) -> int:
        """Shares that have sentences of `priority`, or more urgent ones, waiting or in flight."""
        return len(self._loads[priority].shares)

    def estimate_s(self, position_count: int, decoding: Decoding) -> float:
        """Seconds that so many positions, of one sentence or several, take when nothing else waits.

        0 before the first batch was measured.
        """
        return self._duration_s(position_count, position_count * decoding.beam_size)

    def in_flight(self) -> list[BatchInFlight]:
        """The batches that the engine works on. May be called from any thread."""
        return list(self._in_flight)

    def _duration_s(self, positions: int, work: int) -> float:
        if not positions:
            return 0.0
        batch_count = max(1.0, positions / self._max_batch_tokens)
        duration_s = self._cost.estimate_s(work, batch_count)
        return duration_s / min(batch_count, self._worker_count)

    def _queue(self, sentence: Sentence) -> None:
        self._queues[sentence.priority].put(sentence)
        self._count_in(sentence)

    def _unqueue(self, sentence: Sentence) -> None:
        self._queues[sentence.priority].drop(sentence)
        self._count_out(sentence)

    def _count_in(self, sentence: Sentence) -> None:
        for load in self._loads_with[sentence.priority]:
            load.add(sentence)
        self._queue_metrics[sentence.priority].sentence_queued(sentence.positions)

    def _count_out(self, sentence: Sentence) -> None:
        for load in self._loads_with[sentence.priority]:
            load.remove(sentence)
        self._queue_metrics[sentence.priority].sentence_left(sentence.positions)

    def _leave(self, future: Future) -> None:
        sentence = self._sentences.pop(future)
        if sentence.is_waiting:
            self._unqueue(sentence)
        else:
            self._count_out(sentence)

    async def _work(self) -> None:
        while True:
            # Waking takes a turn of the event loop, in which sentences of the same call arrive.
            await self._wake.wait()
            batch = self._take()
            if batch is None:
                self._wake.clear()
                continue
            await self._run(batch)
            # There may be work left that was not to be got ready.
            self._wake.set()

    def _take(self) -> Batch | None:
        """Take the next batch off the queues."""
        if len(self._flights) >= self._worker_count:
            return self._take_ready()
        for priority in self._order():
            batch = self._take_from(priority)
            if batch is not None:
                return batch
        return None

    def _take_ready(self) -> Batch | None:
        """Take a full batch of what is next, unless that may not be got ready, or one is."""
        if len(self._flights) > self._worker_count:
            return None
        priority = next((each for each in self._order() if len(self._queues[each])), None)
        if priority is None or priority > self._ready_priority:
            return None
        is_full = self._queues[priority].positions >= self._max_batch_tokens
        return self._take_from(priority) if is_full else None

    def _order(self) -> Sequence[Priority]:
        """Whose turn it is."""
        is_bulk_turn = self._batch_count % _BULK_TURN == _BULK_TURN - 1
        return _BULK_FIRST if is_bulk_turn else _URGENT_FIRST

    def _take_from(self, priority: Priority) -> Batch | None:
        queue = self._queues[priority]
        batch = queue.take(self._max_batch_tokens, self._even_part(queue))
        if batch is None:
            return None
        self._batch_count += 1
        now = time.monotonic()
        for sentence in batch.sentences:
            self._queue_metrics[priority].sentence_began(wait_s=now - sentence.queued_at)
        return batch

    def _even_part(self, queue: FairQueue) -> int:
        """How many of the sentences in `queue` a worker may take when others are idle, too."""
        idle_count = max(1, self._worker_count - len(self._in_flight))
        return math.ceil(len(queue) / self._cost.batch_count(queue.work, idle_count))

    async def _run(self, batch: Batch) -> None:
        try:
            results = await self._compute(batch)
        except Exception as error:
            # Whatever failed, the worker must live on: its queue would hang for ever.
            self._metrics.batch_failed()
            await self._run_alone(batch, error)
            return
        else:
            for sentence, hypotheses in zip(batch.sentences, results, strict=True):
                if not sentence.future.done():
                    sentence.future.set_result(hypotheses)
        finally:
            for sentence in batch.sentences:
                # Only those that have no outcome yet: the worker was stopped.
                sentence.future.cancel()

    async def _compute(self, batch: Batch) -> Sequence[list[Hypothesis]]:
        """Give `batch` to the engine, on a thread of the executor."""
        sentences = [sentence.tokens for sentence in batch.sentences]

        def translate(span: Span, flight: _Flight) -> list[list[Hypothesis]]:
            try:
                with self._tracing.compute(span):
                    return self._engine.translate(sentences, batch.decoding)
            finally:
                flight.ended_at = time.monotonic()

        callers = [each.caller for each in batch.sentences if each.caller is not None]
        counts = {
            "sentences": len(sentences),
            "source_tokens": batch.positions,
            "beam_size": batch.decoding.beam_size,
        }
        with self._tracing.batch(callers, counts) as span, self._flying(batch) as flight:
            try:
                results = await asyncio.get_running_loop().run_in_executor(
                    self._executor, translate, span, flight
                )
            except Exception as error:
                span.fail(type(error).__qualname__)
                raise
            ended_at = flight.ended_at or time.monotonic()
            self._measure(batch, results, ended_at - self._began_at(flight))
            return results

    @contextmanager
    def _flying(self, batch: Batch) -> Iterator[_Flight]:
        flight = _Flight(batch, time.monotonic())
        self._flights.append(flight)
        self._show_flights()
        try:
            yield flight
        finally:
            self._flights.remove(flight)
            self._show_flights()

    def _began_at(self, flight: _Flight) -> float:
        """When the engine began a batch that has ended."""
        if flight.shown is not None:
            return flight.shown.began
        # It was ready, and has ended before the event loop has seen that an earlier one had.
        ended = [each.ended_at for each in self._flights if each is not flight and each.ended_at]
        return min(ended, default=flight.given_at)

    def _show_flights(self) -> None:
        """Count the first as begun, as many as there are workers: the engine keeps their order."""
        begun = []
        for flight in self._flights[: self._worker_count]:
            if flight.shown is None:
                work = flight.batch.work
                estimate_s = self._cost.estimate_s(work) if self._cost.is_known else None
                count = len(flight.batch.sentences)
                flight.shown = BatchInFlight(time.monotonic(), estimate_s, count)
            begun.append(flight.shown)
        # Replaced, not changed: other threads read it.
        self._in_flight = tuple(begun)

    async def _run_alone(self, batch: Batch, error: Exception) -> None:
        """After a batch failed: each caller is to have the answer it would have had alone."""
        if len(batch.sentences) == 1:
            future = batch.sentences[0].future
            if not future.done():
                future.set_exception(error)
            return
        for sentence in batch.sentences:
            if not sentence.future.done():
                await self._run(Batch.of([sentence]))

    def _measure(
        self, batch: Batch, results: Sequence[list[Hypothesis]], duration_s: float
    ) -> None:
        self._metrics.batch_computed(
            sentence_count=len(batch.sentences),
            source_token_count=batch.positions,
            padded_token_count=batch.padded_positions,
            target_token_count=sum(len(each[0].tokens) + 1 for each in results if each),
            compute_s=duration_s,
        )
        self._cost.observe(batch.work, duration_s)
