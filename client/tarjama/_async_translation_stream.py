"""A streamed translation, taken segment by segment by a task."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Self

from tarjama._retry import Deadline, Retries
from tarjama._source import AsyncSource, Source, async_chunks
from tarjama._stream import StreamAnswer, StreamSession
from tarjama._transport import AsyncStreamCall, AsyncTransport
from tarjama.errors import Cancelled, ProtocolError, TarjamaError
from tarjama.options import TranslationOptions
from tarjama.results import ModelReference, Segment, StreamProgress, Translation

__all__ = ["AsyncTranslationStream"]


class AsyncTranslationStream:
    """The segments of one document, in order, each as soon as it is done.

    Made by `AsyncClient.stream`. An asynchronous iterator and context manager: leaving the
    context before the end cancels the call, so use one unless you take all segments. The
    source is read by a task, or if it is not asynchronous in worker threads, never further
    ahead than about 1 MiB of what the server has translated. If the connection breaks, the
    stream goes on in a new one where it was.

    An exception that the source raises is raised here, as are those of `AsyncClient.stream`.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        source: Source | AsyncSource,
        options: TranslationOptions,
        retries: Retries,
        deadline: Deadline,
    ) -> None:
        self._session = StreamSession(options)
        self._outbox = _AsyncOutbox(self._session, async_chunks(source))
        self._segments = _segments(transport, self._session, self._outbox, retries, deadline)
        self._begun = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Segment:
        self._begun = True
        return await anext(self._segments)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()
        await self._segments.aclose()

    @property
    def progress(self) -> StreamProgress:
        """How far the stream has come."""
        return self._session.progress

    @property
    def model(self) -> ModelReference | None:
        """The model that translates; None before the first answer.

        It changes if the server changes its model while the connection is broken.
        """
        return self._session.models[-1] if self._session.models else None

    async def read(self) -> Translation:
        """Take the whole document's translation. Needs memory for all of it.

        Raises:
            RuntimeError: Segments were taken already.
        """
        if self._begun:
            raise RuntimeError("Segments were taken from this stream already.")
        segments = tuple([segment async for segment in self])
        model = self.model
        if model is None:
            raise ProtocolError("The server did not say which model translated.")
        return Translation("".join(segment.translation for segment in segments), segments, model)

    def cancel(self) -> None:
        """Stop. Taking a segment after this raises `Cancelled`, unless all were taken."""
        self._outbox.cancel()


async def _segments(
    transport: AsyncTransport,
    session: StreamSession,
    outbox: "_AsyncOutbox",
    retries: Retries,
    deadline: Deadline,
) -> AsyncGenerator[Segment]:
    try:
        while True:
            try:
                attempt = _attempt(transport, session, outbox, retries, deadline)
                async with aclosing(attempt) as segments:
                    async for segment in segments:
                        yield segment
                return
            except TarjamaError as error:
                outbox.check()
                await outbox.pause(retries.pause_after(error))
    finally:
        await outbox.close()


async def _attempt(
    transport: AsyncTransport,
    session: StreamSession,
    outbox: "_AsyncOutbox",
    retries: Retries,
    deadline: Deadline,
) -> AsyncGenerator[Segment]:
    outbox.check()
    call = transport.stream(session.start(), deadline)
    try:
        outbox.attach(call)
        while (answer := await call.receive()) is not None:
            outbox.check()
            acknowledged_bytes = session.progress.acknowledged_bytes
            segments = outbox.receive(answer)
            if session.progress.acknowledged_bytes > acknowledged_bytes:
                retries.succeeded()
            for segment in segments:
                yield segment
        outbox.check()
        session.finish()
        retries.succeeded()
    finally:
        await outbox.detach()


class _AsyncOutbox:
    """The document on its way out: a task reads it, and each attempt has one that sends it."""

    def __init__(self, session: StreamSession, document: AsyncGenerator[bytes]) -> None:
        self._session = session
        self._document = document
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._call: AsyncStreamCall | None = None
        self._closed = False
        self._failure: BaseException | None = None

    def attach(self, call: AsyncStreamCall) -> None:
        """Begin to send to a call."""
        self._call = call
        self._sender = asyncio.create_task(self._guard(self._send(call)))
        if self._reader is None:
            self._reader = asyncio.create_task(self._guard(self._read()))
        if self._closed or self._failure is not None:
            call.cancel()

    async def detach(self) -> None:
        """End the call and stop sending to it."""
        if self._call is not None:
            self._call.cancel()
        await _end(self._sender)

    def receive(self, answer: StreamAnswer) -> list[Segment]:
        """Take an answer in; it may make room for more of the document."""
        segments = self._session.receive(answer)
        self._changed.set()
        return segments

    def check(self) -> None:
        """Raise what the source raised, or `Cancelled` after `cancel`."""
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise Cancelled("The stream was cancelled.")

    async def pause(self, pause_s: float) -> None:
        """Wait between two attempts, unless the stream ends meanwhile."""
        over = self._until(lambda: self._closed or self._failure is not None)
        with suppress(TimeoutError):
            await asyncio.wait_for(over, pause_s)
        self.check()

    def cancel(self) -> None:
        """End the stream, wherever it is."""
        self._closed = True
        self._changed.set()
        if self._call is not None:
            self._call.cancel()

    async def close(self) -> None:
        """End the stream and wait for its tasks."""
        self.cancel()
        await _end(self._reader)
        await self._document.aclose()

    async def _read(self) -> None:
        async for chunk in self._document:
            self._session.add(chunk)
            self._changed.set()
            await self._until(lambda: self._session.wants_source)
        self._session.end_source()
        self._changed.set()

    async def _send(self, call: AsyncStreamCall) -> None:
        session, is_open = self._session, await call.open()
        while is_open:
            await self._until(lambda: session.has_unsent or session.sent_all)
            chunk = session.next_chunk()
            if chunk is None:
                await call.end()
                return
            is_open = await call.send(chunk)

    async def _guard(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except BaseException as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # it was `_end` that asked for it
            # Not for the event loop to log: the task that takes the segments raises it.
            self._failure = error
            self.cancel()

    async def _until(self, is_so: Callable[[], bool]) -> None:
        # No lost wake-up: nothing else runs between the check and the wait.
        while not is_so():
            self._changed.clear()
            await self._changed.wait()


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
