"""Translates rows as the service translates texts: through the same pipeline."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from prometheus_client import CollectorRegistry

from tarjama_server.batching import Priority
from tarjama_server.bulk.job import Job, Outcome, Translated
from tarjama_server.bulk.report import Counts
from tarjama_server.bulk.rows import Row
from tarjama_server.cache import TranslationCache
from tarjama_server.observability.metrics import CacheMetrics
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import Flag, ServedModel, TranslatedSegment
from tarjama_server.pipeline.warm_up import warm_up

# Rows that are translated at once. The batcher looks for sentences of like length among those that
# wait for the next 32 batches, about 330 sentences of mean length at 256 tokens a batch.
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class TranslatedRows:
    """What came of some rows.

    Attributes:
        outcomes: one for each row.
        counts: of all of them.
    """

    outcomes: Sequence[Outcome]
    counts: Counts


class RowTranslator:
    """A model that translates rows. Lives on one event loop."""

    def __init__(self, model: ServedModel, job: Job, *, cache_bytes: int) -> None:
        """Translate with `model`; `start` makes it ready.

        Args:
            model: its batcher not started; closed with this.
            job: what to do to each row.
            cache_bytes: memory for translations of sentences seen before, in whatever row; 0 for
                none.
        """
        self._registry = CollectorRegistry()
        cache = TranslationCache(cache_bytes, CacheMetrics(self._registry)) if cache_bytes else None
        self._model = replace(model, cache=cache)
        self._options = job.options()
        self._turn = asyncio.Lock()
        self._places = asyncio.Semaphore(_ROWS_AT_ONCE)
        self._repeated_told = 0

    async def start(self) -> None:
        """Set the model to work and warm it up.

        Raises:
            EngineError: the engine failed.
        """
        self._model.batcher.start(Priority.BULK)
        await warm_up(self._model)

    async def close(self) -> None:
        """Free the model."""
        await self._model.close()

    async def translate(self, rows: Sequence[Row]) -> TranslatedRows:
        """Translate rows, in any order among themselves.

        While the last of them are translated, the first of the next call's are begun, so that the
        engine has enough to fill its batches; what it was spared meanwhile counts for either.

        Raises:
            EngineError: the engine failed on one of them.
        """
        tally = _Tally()
        outcomes: list[Outcome] = [None] * len(rows)

        async def translate_row(index: int, row: Row) -> None:
            tally.count_row(row)
            if row.fault is None:
                outcomes[index] = [await self._translate(cell, tally) for cell in row.cells]

        try:
            async with asyncio.TaskGroup() as group, self._turn:
                for index, row in enumerate(rows):
                    await self._places.acquire()
                    task = group.create_task(translate_row(index, row))
                    task.add_done_callback(lambda _: self._places.release())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return TranslatedRows(outcomes, tally.counts(repeated=self._take_repeated()))

    async def _translate(self, text: str | None, tally: _Tally) -> Translated | None:
        if text is None:
            return None
        segments = []
        steps = translate_document(self._model, _whole(text), self._options)
        async with aclosing(steps):
            async for step in steps:
                segments.append(step.segment)
        tally.count_segments(segments)
        tally.words += len(text.split())
        flags = frozenset[Flag]().union(*(segment.flags for segment in segments))
        return Translated(
            "".join(segment.translation for segment in segments),
            min((each.score for each in segments if each.score is not None), default=None),
            tuple(flag.name for flag in sorted(flags)),
        )

    def _take_repeated(self) -> int:
        """Times that the engine was spared since this was asked last."""
        values = (
            self._registry.get_sample_value("tarjama_cache_lookups_total", {"outcome": outcome})
            for outcome in ("hit", "joined")
        )
        before, self._repeated_told = self._repeated_told, int(sum(value or 0 for value in values))
        return self._repeated_told - before


@dataclass(slots=True)
class _Tally:
    """Counts of rows while they are translated."""

    rows: int = 0
    empty_cells: int = 0
    words: int = 0
    segments: int = 0
    flagged_segments: int = 0
    bad_rows: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)

    def count_row(self, row: Row) -> None:
        self.rows += 1
        self.empty_cells += row.cells.count(None)
        if row.fault is not None:
            self.bad_rows[row.fault.kind.value] += 1

    def count_segments(self, segments: Sequence[TranslatedSegment]) -> None:
        self.segments += len(segments)
        self.flagged_segments += sum(bool(segment.flags) for segment in segments)
        for segment in segments:
            self.flags.update(flag.name for flag in segment.flags)

    def counts(self, *, repeated: int) -> Counts:
        return Counts(
            rows=self.rows,
            empty_cells=self.empty_cells,
            bad_rows=dict(self.bad_rows),
            words=self.words,
            segments=self.segments,
            repeated=repeated,
            flagged_segments=self.flagged_segments,
            flags=dict(sorted(self.flags.items())),
        )


async def _whole(text: str) -> AsyncGenerator[str, None]:
    yield text
