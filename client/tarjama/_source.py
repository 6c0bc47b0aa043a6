"""The documents that callers give, as chunks of UTF-8."""

import asyncio
import inspect
import io
import os
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO, TypeAlias

from tarjama._stream import MAX_CHUNK_BYTES
from tarjama.errors import FieldViolation, InvalidInput

__all__ = ["AsyncSource", "Source", "async_chunks", "check_text", "chunks"]

Source: TypeAlias = Iterable[bytes | str] | BinaryIO | TextIO | os.PathLike[str]
AsyncSource: TypeAlias = AsyncIterable[bytes | str]
_Piece: TypeAlias = str | bytes | bytearray | memoryview

# No code point takes more than 4 bytes of UTF-8.
_CHUNK_CHARACTERS = MAX_CHUNK_BYTES // 4


def check_text(text: str, field: str) -> None:
    """Check that UTF-8 can hold a text.

    Args:
        text: The text.
        field: What to call it in the error, such as `texts[3]`.

    Raises:
        InvalidInput: It has a lone surrogate. `details["offset"]` is where, in code points.
    """
    for _ in _encoded(text, field):
        pass


def chunks(source: Source) -> Generator[bytes]:
    """Give a document in chunks of 1 to `MAX_CHUNK_BYTES`, each as soon as it can be read.

    A file given as a path is opened here and closed at the end; one given open is left open.

    Raises:
        InvalidInput: A `str` has a lone surrogate.
        TypeError: The source, or something in it, is neither text nor bytes.
    """
    if isinstance(source, str | bytes | bytearray | memoryview):
        yield from _split(source, 0)
    elif isinstance(source, os.PathLike):
        with Path(source).open("rb", buffering=0) as file:
            while chunk := file.read(MAX_CHUNK_BYTES):
                yield chunk
    else:
        for index, item in enumerate(_items(source)):
            yield from _split(item, index)


async def async_chunks(source: Source | AsyncSource) -> AsyncGenerator[bytes]:
    """As `chunks`. What is not an asynchronous iterable is read in worker threads."""
    if isinstance(source, AsyncIterable):
        index = 0
        async for item in source:
            for chunk in _split(item, index):
                yield chunk
            index += 1
        return
    pieces = chunks(source)
    try:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece
    finally:
        # A thread that still waits for the source cannot be stopped: it closes at its end.
        if inspect.getgeneratorstate(pieces) != inspect.GEN_RUNNING:
            pieces.close()


def _items(source: Iterable[bytes | str] | BinaryIO | TextIO) -> Iterator[bytes | str]:
    # Neither a full buffer nor the end is waited for: what someone types is translated at once.
    if isinstance(source, io.TextIOBase):
        while line := source.readline(_CHUNK_CHARACTERS):
            yield line
    elif read := getattr(source, "read1", None) or getattr(source, "read", None):
        while piece := read(MAX_CHUNK_BYTES):
            yield piece
    else:
        yield from source


def _split(item: _Piece, index: int) -> Iterator[bytes]:
    if isinstance(item, str):
        yield from _encoded(item, f"chunk {index}")
    elif isinstance(item, bytes | bytearray | memoryview):
        view = memoryview(item).cast("B")
        for start in range(0, len(view), MAX_CHUNK_BYTES):
            yield bytes(view[start : start + MAX_CHUNK_BYTES])
    else:
        raise TypeError(f"chunk {index} of the source is {type(item).__name__}, not str or bytes.")


def _encoded(text: str, field: str) -> Iterator[bytes]:
    # Piece by piece, so that a long text is not held twice.
    for start in range(0, len(text), _CHUNK_CHARACTERS):
        try:
            yield text[start : start + _CHUNK_CHARACTERS].encode()
        except UnicodeEncodeError as error:
            offset = start + error.start
            problem = f"has a lone surrogate at offset {offset}, which UTF-8 cannot hold"
            raise InvalidInput(
                f"{field} {problem}. It was decoded wrongly: decode it anew.",
                reason="LONE_SURROGATE",
                details={"offset": str(offset)},
                field_violations=(FieldViolation(field, problem),),
            ) from error
