"""How streams end before their time, which differs between threads and tasks."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

import tarjama
from tests.client.library.conftest import SWIFT
from tests.client.library.scripted import BROKEN, Script, ScriptedServer, status, translated

DOCUMENT = "واحد اثنان\nثلاثة\n"


def endless() -> Iterator[str]:
    while True:
        yield DOCUMENT


async def async_endless() -> AsyncIterator[str]:
    while True:
        yield DOCUMENT


@contextmanager
def cancelled_at_first_call(
    server: ScriptedServer, stream: tarjama.TranslationStream
) -> Iterator[None]:
    def cancel() -> None:
        server.wait_for_calls(1)
        stream.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    yield
    thread.join()


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[tarjama.Client]:
    with tarjama.Client(server.address, retry=SWIFT) as client:
        yield client


def test_no_thread_outlives_its_stream(server: ScriptedServer, client: tarjama.Client) -> None:
    before = set(threading.enumerate())
    server.scripts = [Script(fail=BROKEN, after=1)] * 3
    client.stream(DOCUMENT).read()
    with client.stream(endless()) as stream:
        next(stream)
    with pytest.raises(tarjama.InvalidInput):
        client.stream(["\ud800"]).read()

    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith("ThreadPoolExecutor"):  # the server's
            thread.join(30)
            assert not thread.is_alive(), thread


def test_a_stream_may_be_cancelled_by_another_thread(
    server: ScriptedServer, client: tarjama.Client
) -> None:
    server.scripts = [Script(hold=threading.Event())]
    stream = client.stream(endless())
    with cancelled_at_first_call(server, stream):
        with pytest.raises(tarjama.Cancelled):
            next(stream)
        with pytest.raises(StopIteration):
            next(stream)


def test_a_pause_between_attempts_ends_when_the_stream_is_cancelled(
    server: ScriptedServer,
) -> None:
    server.scripts = [Script(fail=BROKEN)]
    policy = tarjama.RetryPolicy(initial_backoff_s=1e6, max_backoff_s=1e6)
    with tarjama.Client(server.address, retry=policy) as client:
        stream = client.stream(DOCUMENT)
        with cancelled_at_first_call(server, stream), pytest.raises(tarjama.Cancelled):
            next(stream)


def test_a_stream_cancelled_before_it_began_makes_no_call(
    server: ScriptedServer, client: tarjama.Client
) -> None:
    stream = client.stream(DOCUMENT)
    stream.cancel()

    with pytest.raises(tarjama.Cancelled):
        next(stream)
    assert server.calls == []


def test_a_finished_stream_may_be_cancelled_and_stays_finished(client: tarjama.Client) -> None:
    stream = client.stream(DOCUMENT)
    assert stream.read().text == translated(DOCUMENT)

    stream.cancel()

    assert list(stream) == []


def test_a_stream_is_read_whole_or_by_segments(client: tarjama.Client) -> None:
    with client.stream(DOCUMENT) as stream:
        next(stream)
        with pytest.raises(RuntimeError, match="taken"):
            stream.read()


def test_a_forgotten_stream_ends_its_call(server: ScriptedServer, client: tarjama.Client) -> None:
    next(client.stream(endless()))
    gc.collect()

    assert server.calls[0].ended.wait(30)


def test_closing_the_client_ends_its_streams(server: ScriptedServer) -> None:
    client = tarjama.Client(server.address, retry=SWIFT)
    with client.stream(endless()) as stream:
        next(stream)
        client.close()
        with pytest.raises(tarjama.Cancelled):
            for _ in stream:
                pass


async def test_an_asynchronous_source_is_read_as_it_comes(server: ScriptedServer) -> None:
    first_came = asyncio.Event()

    async def source() -> AsyncIterator[str | bytes]:
        yield "واحد\nاثنان\n"
        await asyncio.wait_for(first_came.wait(), 30)
        yield "ثلاثة".encode()[:3]
        yield "ثلاثة".encode()[3:]

    async with tarjama.AsyncClient(server.address, retry=SWIFT) as client:
        server.scripts = [Script(fail=BROKEN, after=2)]
        taken = []
        async with client.stream(source()) as stream:
            async for segment in stream:
                taken.append(segment.translation)
                first_came.set()

    assert "".join(taken) == translated("واحد\nاثنان\nثلاثة")


async def test_what_an_asynchronous_source_raises_reaches_the_caller(
    server: ScriptedServer,
) -> None:
    async def source() -> AsyncIterator[str]:
        yield "واحد\n"
        raise OSError("the disk is gone")

    async with tarjama.AsyncClient(server.address, retry=SWIFT) as client:
        with pytest.raises(OSError, match="the disk is gone"):
            await client.stream(source()).read()


async def test_a_stream_may_be_cancelled_by_another_task(server: ScriptedServer) -> None:
    server.scripts = [Script(hold=threading.Event())]
    async with tarjama.AsyncClient(server.address, retry=SWIFT) as client:
        stream = client.stream(async_endless())
        taking = asyncio.create_task(stream.read())
        await asyncio.to_thread(server.wait_for_calls, 1)
        stream.cancel()

        with pytest.raises(tarjama.Cancelled):
            await taking
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
    assert server.calls[0].ended.wait(30)


async def test_cancelling_a_task_is_no_error_of_the_stream(server: ScriptedServer) -> None:
    server.scripts = [Script(hold=threading.Event())] * 2
    async with tarjama.AsyncClient(server.address, retry=SWIFT) as client:
        for count, call in enumerate([client.translate(DOCUMENT), client.stream(DOCUMENT).read()]):
            task = asyncio.create_task(call)
            await asyncio.to_thread(server.wait_for_calls, count + 1)
            task.cancel()

            with pytest.raises(asyncio.CancelledError):
                await task


async def test_closing_the_client_ends_its_calls(server: ScriptedServer) -> None:
    server.scripts = [Script(hold=threading.Event())] * 2
    client = tarjama.AsyncClient(server.address, retry=SWIFT)
    calls = [
        asyncio.create_task(client.translate(DOCUMENT)),
        asyncio.create_task(client.stream(async_endless()).read()),
    ]
    await asyncio.to_thread(server.wait_for_calls, 2)

    await client.close()

    for call in calls:
        with pytest.raises(tarjama.Cancelled):
            await call


async def test_no_task_outlives_its_stream(server: ScriptedServer) -> None:
    async with tarjama.AsyncClient(server.address, retry=SWIFT) as client:
        server.scripts = [Script(fail=BROKEN, after=1)] * 3
        await client.stream(DOCUMENT).read()
        async with client.stream(async_endless()) as stream:
            await anext(stream)
        with pytest.raises(tarjama.InvalidInput):
            await client.stream(["\ud800"]).read()
    own = [task for task in asyncio.all_tasks() if "tarjama" in repr(task.get_coro())]
    assert own == []


async def test_many_tasks_share_a_client(server: ScriptedServer) -> None:
    async with tarjama.AsyncClient(server.address, retry=SWIFT) as client:
        texts = [f"كلمة {number}" for number in range(30)]
        translations = await asyncio.gather(*map(client.translate, texts))
    assert [translation.text for translation in translations] == list(map(translated, texts))


async def test_the_servers_status_survives_a_message_that_cannot_be_sent(
    server: ScriptedServer,
) -> None:
    # What is sent after the server has refused makes grpc.aio forget why: see the transport.
    refusal = status("INVALID_ARGUMENT", "invalid UTF-8 at byte 7", reason="INVALID_UTF8")
    async with tarjama.AsyncClient(server.address, retry=SWIFT) as client:
        for _ in range(30):
            server.scripts = [Script(fail=refusal, after=0)]
            with pytest.raises(tarjama.InvalidInput, match="at byte 7"):
                await client.stream(async_endless()).read()
