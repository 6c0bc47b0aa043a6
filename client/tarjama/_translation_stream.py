"""A streamed translation, taken segment by segment by a thread."""

import threading
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Self

from tarjama._retry import Deadline, Retries
from tarjama._source import Source, chunks
from tarjama._stream import StreamAnswer, StreamSession, StreamStart
from tarjama._transport import StreamCall, Transport
from tarjama.errors import Cancelled, ProtocolError, TarjamaError
from tarjama.options import TranslationOptions
from tarjama.results import ModelReference, Segment, StreamProgress, Translation

__all__ = ["TranslationStream"]


class TranslationStream:
    """The segments of one document, in order, each as soon as it is done.

    Made by `Client.stream`. An iterator and a context manager: leaving the context before the
    end cancels the call. One thread takes the segments, any may call `cancel`. The source is
    read on another thread, never further ahead than about 1 MiB of what the server has
    translated. If the connection breaks, the stream goes on in a new one where it was.

    An exception that the source raises is raised here, as are those of `Client.stream`.
    """

    def __init__(
        self,
        transport: Transport,
        source: Source,
        options: TranslationOptions,
        retries: Retries,
        deadline: Deadline,
    ) -> None:
        self._session = StreamSession(options)
        self._outbox = _Outbox(self._session, chunks(source))
        # The generator must not hold the stream, or the stream would never be collected, and
        # with it a call that its caller forgot.
        self._segments = _segments(transport, self._session, self._outbox, retries, deadline)
        self._begun = False

    def __iter__(self) -> Iterator[Segment]:
        return self

    def __next__(self) -> Segment:
        self._begun = True
        return next(self._segments)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

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

    def read(self) -> Translation:
        """Take the whole document's translation. Needs memory for all of it.

        Raises:
            RuntimeError: Segments were taken already.
        """
        if self._begun:
            raise RuntimeError("Segments were taken from this stream already.")
        segments = tuple(self)
        model = self.model
        if model is None:
            raise ProtocolError("The server did not say which model translated.")
        return Translation("".join(segment.translation for segment in segments), segments, model)

    def cancel(self) -> None:
        """Stop. Taking a segment after this raises `Cancelled`, unless all were taken."""
        self._outbox.close()


def _segments(
    transport: Transport,
    session: StreamSession,
    outbox: "_Outbox",
    retries: Retries,
    deadline: Deadline,
) -> Iterator[Segment]:
    try:
        while True:
            try:
                yield from _attempt(transport, session, outbox, retries, deadline)
                return
            except TarjamaError as error:
                outbox.check()
                outbox.pause(retries.pause_after(error))
    finally:
        outbox.close()


def _attempt(
    transport: Transport,
    session: StreamSession,
    outbox: "_Outbox",
    retries: Retries,
    deadline: Deadline,
) -> Iterator[Segment]:
    start, requests = outbox.restart()
    call = transport.stream(start, requests, deadline)
    try:
        outbox.attach(call)
        for answer in call:
            outbox.check()
            acknowledged_bytes = session.progress.acknowledged_bytes
            segments = outbox.receive(answer)
            if session.progress.acknowledged_bytes > acknowledged_bytes:
                retries.succeeded()
            yield from segments
        outbox.check()
        session.finish()
        retries.succeeded()
    finally:
        call.cancel()


class _Outbox:
    """The document on its way out, between the thread that receives and the one that sends.

    gRPC takes the requests of each attempt on a thread of its own. That of a broken attempt
    may still be waiting for the source when the next one begins: what it gets then goes to
    the session, where the next finds it, so nothing is lost and the source has one reader.
    """

    def __init__(self, session: StreamSession, document: Generator[bytes]) -> None:
        self._session = session
        self._document = document
        self._changed = threading.Condition()
        self._attempt = 0
        self._call: StreamCall | None = None
        self._reading = False
        self._closed = False
        self._failure: BaseException | None = None

    def restart(self) -> tuple[StreamStart, Iterator[bytes]]:
        """Begin an attempt: its first message, and the chunks to follow."""
        with self._changed:
            self.check()
            self._attempt += 1
            self._call = None
            self._changed.notify_all()
            return self._session.start(), self._chunks(self._attempt)

    def attach(self, call: StreamCall) -> None:
        """Name the call to cancel if the source fails or the stream is closed."""
        with self._changed:
            self._call = call
            is_over = self._closed or self._failure is not None
        if is_over:
            call.cancel()

    def receive(self, answer: StreamAnswer) -> list[Segment]:
        """Take an answer in; it may make room for more of the document."""
        with self._changed:
            segments = self._session.receive(answer)
            self._changed.notify_all()
            return segments

    def check(self) -> None:
        """Raise what the source raised, or `Cancelled` after `close`."""
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise Cancelled("The stream was cancelled.")

    def pause(self, pause_s: float) -> None:
        """Wait between two attempts, unless the stream ends meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._failure is not None, pause_s)
        self.check()

    def close(self) -> None:
        """End the stream, wherever it is."""
        with self._changed:
            self._closed = True
            call = self._call
            if not self._reading:
                self._document.close()
            self._changed.notify_all()
        if call is not None:
            call.cancel()

    def _chunks(self, attempt: int) -> Iterator[bytes]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._can_go_on(attempt))
                if self._is_over(attempt) or self._session.sent_all:
                    return
                chunk = self._session.next_chunk()
                self._reading = self._reading or chunk is None
            if chunk is None:
                self._read()
            else:
                yield chunk

    def _can_go_on(self, attempt: int) -> bool:
        session = self._session
        return (
            self._is_over(attempt)
            or session.has_unsent
            or session.sent_all
            or (session.wants_source and not self._reading)
        )

    def _is_over(self, attempt: int) -> bool:
        return self._closed or self._failure is not None or self._attempt != attempt

    def _read(self) -> None:
        # Without the lock: the source may keep this thread waiting for as long as it likes.
        chunk, failure = None, None
        try:
            chunk = next(self._document, None)
        except BaseException as error:
            # Not for gRPC to log: the thread that takes the segments raises it.
            failure = error
        with self._changed:
            self._reading = False
            self._failure = failure
            if chunk is not None:
                self._session.add(chunk)
            elif failure is None:
                self._session.end_source()
            call = self._call
            if self._closed:
                self._document.close()
            self._changed.notify_all()
        if failure is not None and call is not None:
            call.cancel()
