"""Translates a document as it arrives: segments in order, a bounded number of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias, TypeVar

from tarjama_server.markup.segmenting import TaggedBlock, TaggedSegment, TaggedSegmenter
from tarjama_server.pipeline.model import Options, ServedModel, TranslatedSegment
from tarjama_server.pipeline.segment import translate_segment
from tarjama_server.segmenter.machine import SegmentedBlock, Segmenter, SourceSegment

T = TypeVar("T")
_Segment: TypeAlias = SourceSegment | TaggedSegment
_Block: TypeAlias = SegmentedBlock | TaggedBlock

WINDOW = 256
"""Segments of one document that wait or are translated at once: enough to fill every worker's batch
twice over (32 short sentences each) with sentences to choose from, and an upper bound on memory."""

# Chunks up to this many characters are segmented on the event loop: that takes about as long as
# going to another thread. A window of run-on text takes a hundred times as long.
_SMALL_CHUNK = 1000
_BLOCKS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class DocumentStep:
    """The next segment of a document."""

    segment: TranslatedSegment
    next_sentence_index: int | None
    """Set where the segment ends in a safe point: the index of the sentence that follows."""
    found_count: int
    """Segments found so far, those still to be translated included."""


async def translate_document(
    model: ServedModel,
    chunks: AsyncIterable[str],
    options: Options,
    *,
    sentence_index: int = 0,
) -> AsyncGenerator[DocumentStep, None]:
    """Translate a document from its start or a safe point on.

    Args:
        model: what translates.
        chunks: the text, cut anywhere between code points. No more of it is read while `WINDOW`
            segments are not yet taken by the caller.
        options: how to translate.
        sentence_index: index of the first sentence.

    Yields:
        The segments in document order, each as soon as it and those before it are done.

    Raises:
        EngineError: the engine failed on a segment; those before it were given.
        Exception: whatever `chunks` raised, after the segments before it were given.
    """
    window: asyncio.Queue[tuple[asyncio.Task[TranslatedSegment], int | None] | None]
    window = asyncio.Queue()
    room = asyncio.Semaphore(WINDOW)
    tasks: set[asyncio.Task[TranslatedSegment]] = set()
    found_count = 0

    async def produce() -> None:
        nonlocal found_count
        try:
            async with aclosing(_segment(model, chunks, options, sentence_index)) as blocks:
                async for block in blocks:
                    segments: Sequence[_Segment] = block.segments
                    for index, segment in enumerate(segments, start=1):
                        await room.acquire()
                        found_count += 1
                        task = asyncio.create_task(_translate(model, segment, options))
                        tasks.add(task)
                        is_end = index == len(segments)
                        window.put_nowait((task, block.next_sentence_index if is_end else None))
        finally:
            window.put_nowait(None)

    producer = asyncio.create_task(produce())
    try:
        while (item := await window.get()) is not None:
            task, next_sentence_index = item
            segment = await task
            tasks.discard(task)
            model.metrics.segment_answered(flag.name for flag in segment.flags)
            yield DocumentStep(segment, next_sentence_index, found_count)
            room.release()
        await producer
    finally:
        producer.cancel()
        for task in tasks:
            task.cancel()
        # Outcomes are collected, so that no failure behind the first one is reported as unseen.
        await asyncio.gather(producer, *tasks, return_exceptions=True)


def _translate(
    model: ServedModel, segment: _Segment, options: Options
) -> Coroutine[None, None, TranslatedSegment]:
    if isinstance(segment, TaggedSegment):
        return translate_segment(model, segment.source, options, segment.markup)
    return translate_segment(model, segment, options)


async def _segment(
    model: ServedModel,
    chunks: AsyncIterable[str],
    options: Options,
    sentence_index: int,
) -> AsyncGenerator[_Block, None]:
    def plain(sentence_index: int) -> Segmenter:
        return Segmenter(
            cutter=model.cutter,
            token_starts=model.tokenizer.token_starts,
            limits=model.segment_limits,
            line_handling=options.line_handling,
            sentence_index=sentence_index,
        )

    segmenter: Segmenter | TaggedSegmenter = (
        TaggedSegmenter(plain, sentence_index=sentence_index)
        if options.is_tagged
        else plain(sentence_index)
    )
    feed: Callable[[str], Iterator[_Block]] = segmenter.feed
    finish: Callable[[], Iterator[_Block]] = segmenter.finish
    async for chunk in chunks:
        async for block in _off_loop(feed(chunk), is_small=len(chunk) < _SMALL_CHUNK):
            yield block
    async for block in _off_loop(finish(), is_small=segmenter.pending < _SMALL_CHUNK):
        yield block


async def _off_loop(blocks: Iterator[T], *, is_small: bool) -> AsyncGenerator[T, None]:
    """Segment on another thread, a few blocks at a time, unless that costs more than it saves."""
    if is_small:
        for block in blocks:
            yield block
        return
    while some := await asyncio.to_thread(list, islice(blocks, _BLOCKS_AT_ONCE)):
        for block in some:
            yield block
