"""Reads a document as it arrives and keeps what is not translated yet."""

import os
import stat
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, cast

from tarjama.cli.errors import CommandFailed, UnreadableInput
from tarjama.cli.jobs import STANDARD_STREAM
from tarjama.encoding.decoding import DocumentDecoder, UnreadableText

_CHUNK_BYTES = 64 * 1024


class _RawInput(Protocol):
    """What is read from: a file that gives what has arrived and does not wait for more."""

    def read(self, size: int, /) -> bytes | None: ...


class Document:
    """A document on its way to the server. A context manager, which closes the file.

    `texts` is iterated on the transport's thread while `take` and `answered_bytes` are
    called from the thread that receives segments.

    Attributes:
        size_bytes: Its length in bytes, None where that cannot be known, as with a pipe.
    """

    def __init__(self, source: Path, decoder: DocumentDecoder) -> None:
        """Opens the document.

        Raises:
            CommandFailed: it cannot be opened, or is standard input and that is closed.
        """
        self._decoder = decoder
        self._open_files = ExitStack()
        self._input, descriptor = self._open(source)
        status = None if descriptor is None else os.fstat(descriptor)
        regular = status is not None and stat.S_ISREG(status.st_mode)
        self.size_bytes = status.st_size if status is not None and regular else None
        self._lock = threading.Lock()
        self._kept: deque[str] = deque()
        self._kept_at = 0  # How much of the first chunk kept is taken already.
        self._read_bytes = 0
        self._read_characters = 0
        self._taken_characters = 0
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open_files.close()

    def texts(self) -> Iterator[str]:
        """Reads the document to its end, once, from where it was taken already.

        Raises:
            CommandFailed: it cannot be read, or is not text in its encoding.
        """
        with self._lock:
            read_ahead = "".join(self._kept)[self._kept_at :]
        if read_ahead:
            yield read_ahead
        while not self._ended:
            text = self._read_on()
            if text:
                yield text

    def read_ahead(self, length: int) -> bool:
        """Reads until so many characters can be taken. Only before `texts` is iterated.

        Returns:
            Whether the document has that many more.

        Raises:
            CommandFailed: as `texts`.
        """
        while not self._ended and self._read_characters < self._taken_characters + length:
            self._read_on()
        return self._read_characters >= self._taken_characters + length

    def take(self, length: int) -> str:
        """Gives the next characters of what was read, and keeps them no longer.

        Args:
            length: How many: those of the next segment, since segments tile the document.
        """
        pieces = []
        with self._lock:
            self._taken_characters += length
            while length and self._kept:
                piece = self._kept[0][self._kept_at : self._kept_at + length]
                length -= len(piece)
                self._kept_at += len(piece)
                if self._kept_at == len(self._kept[0]):
                    self._kept.popleft()
                    self._kept_at = 0
                pieces.append(piece)
        return "".join(pieces)

    def answered_bytes(self) -> int:
        """Estimates how many of the bytes read stand for text already taken."""
        with self._lock:
            if not self._read_characters:
                return 0
            return self._read_bytes * self._taken_characters // self._read_characters

    def _open(self, source: Path) -> tuple[_RawInput, int | None]:
        if source != STANDARD_STREAM:
            try:
                file = self._open_files.enter_context(source.open("rb", buffering=0))
            except OSError as error:
                raise CommandFailed(f"Cannot be opened: {error.strerror}.") from error
            return file, file.fileno()
        if sys.stdin is None:
            raise CommandFailed("Standard input is closed. Give a file, or redirect it.")
        # A buffered reader holds a lock while it waits, on which the interpreter would abort at
        # exit: so read the raw file below it. Where there is none, it is memory.
        raw = getattr(sys.stdin.buffer, "raw", None)
        if raw is None:
            return cast(_RawInput, sys.stdin.buffer), None
        return cast(_RawInput, raw), sys.stdin.fileno()

    def _read_on(self) -> str:
        """Reads and keeps the next of the text, which may be none, or the document's end."""
        chunk = self._read()
        self._ended = not chunk
        try:
            text = self._decoder.decode(chunk, final=self._ended)
        except UnreadableText as error:
            raise UnreadableInput(str(error)) from error
        with self._lock:
            self._read_bytes += len(chunk)
            self._read_characters += len(text)
            if text:
                self._kept.append(text)
        return text

    def _read(self) -> bytes:
        try:
            chunk = self._input.read(_CHUNK_BYTES)
        except OSError as error:
            raise CommandFailed(f"Cannot be read: {error.strerror}.") from error
        if chunk is None:
            raise CommandFailed("Cannot be read: the input is set to non-blocking.")
        return chunk
