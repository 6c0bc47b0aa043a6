"""Documents in every form, as chunks of UTF-8."""

import asyncio
import io
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tarjama
from tarjama._source import Source, async_chunks, check_text, chunks
from tarjama._stream import MAX_CHUNK_BYTES

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(st.lists(TEXT | st.binary(max_size=50), max_size=8))
def test_chunks_are_the_document(items: list[str | bytes]) -> None:
    document = b"".join(item.encode() if isinstance(item, str) else item for item in items)

    found = list(chunks(items))

    assert b"".join(found) == document
    assert all(0 < len(chunk) <= MAX_CHUNK_BYTES for chunk in found)


@given(TEXT)
def test_open_files_give_the_same_as_their_text(text: str) -> None:
    assert b"".join(chunks(io.StringIO(text, newline=""))) == text.encode()
    assert b"".join(chunks(io.BytesIO(text.encode()))) == text.encode()


@pytest.mark.parametrize("document", ["س" * 100_000, "😀" * 50_000, b"x" * 200_000])
def test_large_pieces_are_split(document: str | bytes) -> None:
    found = list(chunks([document]))

    assert max(map(len, found)) <= MAX_CHUNK_BYTES
    joined = b"".join(found)
    assert joined == (document.encode() if isinstance(document, str) else document)


def test_a_path_is_opened_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "كتاب.txt"
    path.write_bytes(b"x" * 200_000)

    assert b"".join(chunks(path)) == path.read_bytes()
    started = chunks(path)
    next(started)
    started.close()  # a file left open would be a ResourceWarning, and so an error


@pytest.mark.parametrize("mode", ["rb", "r"])
def test_what_is_typed_is_given_at_once(mode: str) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, mode) as source, os.fdopen(writing, "wb", buffering=0) as typist:
        found = chunks(source)
        typist.write("سطر\n".encode())

        assert next(found) == "سطر\n".encode()

        typist.close()
        assert list(found) == []


@pytest.mark.parametrize(
    ("offset", "length"), [(0, 1), (7, 20), (16_383, 20_000), (16_384, 20_000), (40_000, 40_001)]
)
def test_a_lone_surrogate_is_found_where_it_is(offset: int, length: int) -> None:
    text = "س" * offset + "\ud83d" + "س" * (length - offset - 1)

    with pytest.raises(tarjama.InvalidInput, match=f"offset {offset}, which") as caught:
        check_text(text, "text")
    with pytest.raises(tarjama.InvalidInput, match=f"chunk 0 has .* offset {offset},"):
        list(chunks(text))
    assert "س" not in str(caught.value)


@pytest.mark.parametrize("source", [[1], [None], 7])
def test_neither_text_nor_bytes_is_a_type_error(source: Source) -> None:
    with pytest.raises(TypeError):
        list(chunks(source))


@pytest.mark.parametrize("source", ["سطر", ["س", b"\xd8", b"\xb7\xd8\xb1"]])
async def test_asynchronous_reading_gives_the_same(source: Source) -> None:
    assert b"".join([chunk async for chunk in async_chunks(source)]) == "سطر".encode()


async def test_asynchronous_sources_are_split_alike() -> None:
    async def source() -> AsyncIterator[str | bytes]:
        yield "س" * 40_000
        yield b""
        yield "\udc00"

    found = []
    with pytest.raises(tarjama.InvalidInput, match="chunk 2"):
        async for chunk in async_chunks(source()):
            found.append(chunk)
    assert b"".join(found) == ("س" * 40_000).encode()
    assert max(map(len, found)) <= MAX_CHUNK_BYTES


async def test_a_source_that_blocks_leaves_the_event_loop_free() -> None:
    gate = threading.Event()

    def source() -> Iterator[str]:
        assert gate.wait(30)
        yield "سطر"

    async def first() -> bytes:
        return await anext(async_chunks(source()))

    reading = asyncio.create_task(first())
    await asyncio.sleep(0)
    gate.set()  # by this very loop: it would hang if the loop did the reading

    assert await reading == "سطر".encode()


async def test_reading_may_be_given_up_while_the_source_blocks() -> None:
    gate = threading.Event()

    def source() -> Iterator[str]:
        assert gate.wait(30)
        yield "سطر"

    found = async_chunks(source())
    reading = asyncio.ensure_future(anext(found))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await found.aclose()
    gate.set()
