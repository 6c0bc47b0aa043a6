"""One streamed document: bytes in, segments, safe points and progress out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_server.admission import CharacterBudget
from tarjama_server.api.calls import ServerState
from tarjama_server.api.messages import (
    MAX_CHUNK_BYTES,
    CallOptions,
    SegmentWriter,
    nul_character,
)
from tarjama_server.api.status import CallError, invalid
from tarjama_server.api.utf8 import BadBytes, ChunkDecoder
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import ServedModel

# Far beyond any document, and far enough below 2**63 that no offset in a result overflows.
_MAX_DOCUMENT_BYTES = 1 << 60


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """Where a stream's document comes from.

    Attributes:
        requests: those that carry its chunks.
        must_end: when it is set no more is read; what was found is answered, and the stream ends
            at a safe point with UNAVAILABLE.
        budget: nothing is read while the caller has none left; None for a caller without.
        on_read: told how many code points were read.
    """

    requests: AsyncIterator[pb.StreamingTranslateTextRequest]
    must_end: asyncio.Event
    budget: CharacterBudget | None
    on_read: Callable[[int], None]

    async def next(self) -> pb.StreamingTranslateTextRequest | None:
        """The next request, None after the last."""
        if self.budget is not None:
            await self.budget.wait_for_room()
        return await anext(self.requests, None)

    def read(self, text: str) -> None:
        """So much of the document was read."""
        if self.budget is not None:
            self.budget.spend(len(text))
        self.on_read(len(text))


async def stream_document(
    model: ServedModel,
    options: CallOptions,
    start: pb.SafePoint,
    source: DocumentSource,
) -> AsyncGenerator[pb.StreamingTranslateTextResponse, None]:
    """Translate the document that comes from `source`, from `start` on.

    Raises:
        CallError: the chunks are not UTF-8, or the stream must end.
    """
    _check_start(start)
    decoder = ChunkDecoder(start.byte_offset)
    writer = SegmentWriter(options.offset_unit, start.source_offset)
    point = pb.SafePoint()
    point.CopyFrom(start)
    progress = pb.StreamProgress(
        received_bytes=start.byte_offset,
        found_segment_count=start.segment_count,
        answered_segment_count=start.segment_count,
    )
    yield pb.StreamingTranslateTextResponse(safe_point=point, progress=progress)
    answered_bytes = start.byte_offset
    steps = translate_document(
        model,
        _texts(source, decoder),
        options.pipeline,
        sentence_index=start.sentence_index,
    )
    async with aclosing(steps):
        async for step in steps:
            answered_bytes += len(step.segment.source.text.encode())
            progress.received_bytes = decoder.received_bytes
            progress.found_segment_count = start.segment_count + step.found_count
            progress.answered_segment_count += 1
            response = pb.StreamingTranslateTextResponse(
                segments=[writer.write(step.segment)], progress=progress
            )
            if step.next_sentence_index is not None:
                response.safe_point.byte_offset = answered_bytes
                response.safe_point.source_offset = writer.offset
                response.safe_point.sentence_index = step.next_sentence_index
                response.safe_point.segment_count = progress.answered_segment_count
            yield response


def _check_start(start: pb.SafePoint) -> None:
    """Refuse what no server can have given: it would come back as offsets that mean nothing."""
    limit = _MAX_DOCUMENT_BYTES
    # A sentence has a segment or more, a segment a character, and a character a byte.
    for field in ("byte_offset", "source_offset", "segment_count", "sentence_index"):
        value = getattr(start, field)
        if not 0 <= value <= limit:
            raise invalid(
                f"config.resume_from.{field}",
                f"is {value}; here it must be from 0 to {limit}. Send a safe point unchanged",
            )
        limit = value


async def _texts(source: DocumentSource, decoder: ChunkDecoder) -> AsyncGenerator[str, None]:
    """Decode the chunks. Text before a wrong byte is given before the error is raised."""
    ending = asyncio.create_task(source.must_end.wait())
    try:
        while (request := await _next(source, ending)) is not None:
            try:
                text = decoder.decode(_chunk(request))
            except BadBytes as error:
                yield error.text_before
                raise _bad_bytes(error) from error
            source.read(text)
            yield text
        try:
            decoder.decode(b"", is_last=True)
        except BadBytes as error:
            raise _bad_bytes(error) from error
    finally:
        ending.cancel()


async def _next(
    source: DocumentSource, ending: asyncio.Task[bool]
) -> pb.StreamingTranslateTextRequest | None:
    """The next request, None after the last.

    Raises:
        CallError: the server is draining and its grace has ended.
    """
    reading = asyncio.create_task(source.next())
    try:
        await asyncio.wait({reading, ending}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise ServerState.draining()
        return reading.result()
    finally:
        if not reading.done():
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


def _chunk(request: pb.StreamingTranslateTextRequest) -> bytes:
    kind = request.WhichOneof("message")
    if kind == "config":
        raise invalid(
            "config", "may be in the first message of a stream only", reason="CONFIG_REPEATED"
        )
    if len(request.chunk) > MAX_CHUNK_BYTES:
        raise invalid(
            "chunk",
            f"has {len(request.chunk)} bytes; the limit is {MAX_CHUNK_BYTES}. Send smaller chunks",
            reason="TEXT_TOO_LONG",
        )
    return request.chunk


def _bad_bytes(error: BadBytes) -> CallError:
    if error.is_nul:
        return nul_character("chunk", error.offset, "byte")
    return invalid(
        "chunk",
        f"the document is not valid UTF-8: its byte {error.offset} is wrong",
        reason="INVALID_UTF8",
    )
