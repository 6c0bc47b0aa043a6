"""One document's streamed translation, whatever carries it: no network, no threads, no clock.

The session keeps the bytes that the server has not acknowledged by a safe point, and the
segments delivered since. After a break it sends those bytes again from the last safe point
and takes the segments it delivered already for granted, once each has come out the same.
"""

from collections import deque
from dataclasses import dataclass, replace

from tarjama.errors import ModelChanged, ProtocolError
from tarjama.options import TranslationOptions
from tarjama.results import ModelReference, Segment, StreamProgress

__all__ = ["MAX_CHUNK_BYTES", "SafePoint", "StreamAnswer", "StreamSession", "StreamStart"]

# One message's text. Small beside the contract's limit of 1 MiB, so that a slow link shows
# progress, and large beside a message's cost of some tens of microseconds.
MAX_CHUNK_BYTES = 64 * 1024

# Text kept for resending. The server answers with a safe point at the latest when it has read
# its look-ahead (8,192 code points, 32 KiB) past a segment, so waiting for it cannot deadlock.
_WINDOW_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SafePoint:
    """A place in a document from which the server can go on in a new stream."""

    byte_offset: int = 0
    source_offset: int = 0
    sentence_index: int = 0
    segment_count: int = 0


@dataclass(frozen=True, slots=True)
class StreamStart:
    """The first message of a stream. `resume_from` is None at the document's start."""

    options: TranslationOptions
    resume_from: SafePoint | None


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """One message from the server. Its safe point lies right after its segments."""

    segments: tuple[Segment, ...]
    safe_point: SafePoint | None
    progress: StreamProgress | None
    model: ModelReference | None


class StreamSession:
    """What both clients know about one stream. Not thread-safe: they bring the lock.

    Attributes:
        progress: How far the stream has come.
        models: The models that translated, in order; more than one only if the server changed
            its model while the stream was broken.
    """

    def __init__(self, options: TranslationOptions) -> None:
        self.progress = StreamProgress()
        self.models: tuple[ModelReference, ...] = ()
        self._options = options
        self._safe_point = SafePoint()
        self._unacknowledged = bytearray()  # the document from the safe point on
        self._delivered: deque[Segment] = deque()  # likewise
        self._source_ended = False
        # Where this attempt stands.
        self._sent_bytes = 0  # of _unacknowledged
        self._answered_count = 0  # segments after the safe point
        self._source_offset = 0  # where the next segment must begin

    def start(self) -> StreamStart:
        """Begin an attempt: the message to open it with."""
        self._sent_bytes = 0
        self._answered_count = 0
        self._source_offset = self._safe_point.source_offset
        resume_from = self._safe_point if self._safe_point.byte_offset else None
        return StreamStart(self._options, resume_from)

    @property
    def wants_source(self) -> bool:
        """Whether more of the document may be added now."""
        return not self._source_ended and len(self._unacknowledged) < _WINDOW_BYTES

    def add(self, chunk: bytes) -> None:
        """Add the next bytes of the document."""
        self._unacknowledged += chunk

    def end_source(self) -> None:
        """Say that the document is complete."""
        self._source_ended = True

    def next_chunk(self) -> bytes | None:
        """Take the next bytes to send; None when there are none now."""
        start = self._sent_bytes
        chunk = bytes(self._unacknowledged[start : start + MAX_CHUNK_BYTES])
        self._sent_bytes += len(chunk)
        return chunk or None

    @property
    def has_unsent(self) -> bool:
        """Whether `next_chunk` has something to give."""
        return self._sent_bytes < len(self._unacknowledged)

    @property
    def sent_all(self) -> bool:
        """Whether this attempt has sent the document to its end."""
        return self._source_ended and not self.has_unsent

    def receive(self, answer: StreamAnswer) -> list[Segment]:
        """Take an answer in: the segments to deliver, those delivered earlier left out.

        Raises:
            ProtocolError: Segments do not follow on one another, or the safe point is false.
            ModelChanged: A segment delivered before the break came out otherwise.
        """
        if answer.model is not None and answer.model not in self.models[-1:]:
            self.models += (answer.model,)
        fresh = [segment for segment in answer.segments if self._take(segment)]
        if answer.safe_point is not None:
            self._acknowledge(answer.safe_point)
        self._advance(answer.progress)
        return fresh

    def finish(self) -> None:
        """Check, after the server ended the stream with OK, that nothing is missing.

        Raises:
            ProtocolError: The server did not answer the whole document, or named no model.
        """
        document_bytes = self._safe_point.byte_offset + len(self._unacknowledged)
        if self._unacknowledged or not self._source_ended:
            more = "" if self._source_ended else " or more"
            raise ProtocolError(
                f"The server ended the stream after {self._safe_point.byte_offset} of "
                f"{document_bytes}{more} bytes. Report it to the server's operator."
            )
        if not self.models:
            raise ProtocolError("The server did not say which model translated.")

    def _take(self, segment: Segment) -> bool:
        span = segment.source_span
        if span.start != self._source_offset or span.end < span.start:
            raise ProtocolError(
                f"The server answered code points {span.start} to {span.end} where the next "
                f"segment must begin at {self._source_offset}."
            )
        self._source_offset = span.end
        position = self._answered_count
        self._answered_count += 1
        if position == len(self._delivered):
            self._delivered.append(segment)
            return True
        earlier = self._delivered[position]
        # Scores and flags may differ where another machine of the fleet answers; text must not.
        if (earlier.source_span, earlier.sentence_index, earlier.translation) != (
            span,
            segment.sentence_index,
            segment.translation,
        ):
            raise ModelChanged(
                f"Code points {span.start} to {span.end} were delivered, then the stream broke and "
                "was resumed, and now their translation differs: the server's model or settings "
                "have changed. Translate the document again."
            )
        return False

    def _acknowledge(self, safe_point: SafePoint) -> None:
        byte_count = safe_point.byte_offset - self._safe_point.byte_offset
        segment_count = safe_point.segment_count - self._safe_point.segment_count
        if (
            not 0 <= byte_count <= self._sent_bytes
            or segment_count != self._answered_count
            or safe_point.source_offset != self._source_offset
        ):
            sent_bytes = self._safe_point.byte_offset + self._sent_bytes
            raise ProtocolError(
                f"The server gave a false safe point, {safe_point}: the last was "
                f"{self._safe_point}, {sent_bytes} bytes were sent, and {self._answered_count} "
                f"segments up to code point {self._source_offset} answered since."
            )
        for _ in range(segment_count):
            self._delivered.popleft()
        del self._unacknowledged[:byte_count]
        self._sent_bytes -= byte_count
        self._answered_count = 0
        self._safe_point = safe_point

    def _advance(self, latest: StreamProgress | None) -> None:
        # After a resume the server begins to count at the safe point: a bar must not jump back.
        known = self.progress
        if latest is not None:
            known = StreamProgress(
                max(known.received_bytes, latest.received_bytes),
                max(known.found_segment_count, latest.found_segment_count),
                max(known.answered_segment_count, latest.answered_segment_count),
            )
        self.progress = replace(known, acknowledged_bytes=self._safe_point.byte_offset)
