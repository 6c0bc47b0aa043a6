"""The server's life inside the test's event loop, where its model loads and works when told to."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.app import Server
from tarjama_server.batching import Batcher
from tarjama_server.config import load_settings
from tarjama_server.engine import EngineError
from tarjama_server.pipeline.model import ServedModel
from tests.server.api.errors import fails
from tests.server.scripted_engine import ScriptedEngine

STATUS = health_pb2.HealthCheckResponse
HELLO = pb.TranslateTextRequest(texts=["مرحبا بالعالم."])

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends itself signals")


class Life:
    """A server from its start to its end."""

    def __init__(self, address: str) -> None:
        self.engine = ScriptedEngine()
        self.may_load = threading.Event()
        self.fault: Exception | None = None
        self.announced: list[str] = []
        self.address = address
        self.run: asyncio.Task[None]


@pytest.fixture
async def begin(
    bundled_model: ServedModel, tmp_path: Path
) -> AsyncGenerator[Callable[[], Life], None]:
    """Starts a server whose model does not load before `may_load` is set."""
    lives: list[Life] = []

    def begin() -> Life:
        life = Life(f"unix:{tmp_path}/socket-{len(lives)}")

        def load(*_: object) -> ServedModel:
            assert life.may_load.wait(30)
            if life.fault is not None:
                raise life.fault
            batcher = Batcher(life.engine, worker_count=1, max_batch_tokens=1024)
            return replace(bundled_model, batcher=batcher, engine=None)

        server = Server(load_settings(None, {"listen": (life.address,)}), load=load)
        life.run = asyncio.create_task(server.run(announce=life.announced.append))
        lives.append(life)
        return life

    yield begin
    for life in lives:
        life.may_load.set()
        life.engine.release()
        life.run.cancel()
        await asyncio.wait({life.run}, timeout=30)


@asynccontextmanager
async def watched(life: Life) -> AsyncGenerator[Callable[[], Awaitable[int]], None]:
    """Follow the health of a server; gives what gives the next status."""
    async with grpc.aio.insecure_channel(life.address) as channel:
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            health_pb2.HealthCheckRequest.SerializeToString,
            STATUS.FromString,
        )(health_pb2.HealthCheckRequest(), wait_for_ready=True)

        async def following() -> int:
            response = await asyncio.wait_for(watch.read(), 30)
            assert isinstance(response, STATUS)
            return response.status

        yield following


async def test_health_is_not_serving_until_the_model_is_warm(begin: Callable[[], Life]) -> None:
    life = begin()
    async with watched(life) as following:
        assert await following() == STATUS.NOT_SERVING
        assert life.announced == []
        async with grpc.aio.insecure_channel(life.address) as channel:
            stub = pb_grpc.TranslationServiceStub(channel)
            with fails() as failure:
                await stub.TranslateText(HELLO)
            assert failure.reason == "NOT_READY"
            life.may_load.set()
            assert await following() == STATUS.SERVING
            # The warm-up was a translation.
            assert life.engine.sentences
            assert await stub.TranslateText(HELLO)
    assert life.announced == [life.address]


async def test_a_call_in_progress_ends_well_after_a_signal(begin: Callable[[], Life]) -> None:
    life = begin()
    life.may_load.set()
    async with watched(life) as following:
        while await following() != STATUS.SERVING:
            pass
        for _ in life.engine.batches:
            await asyncio.to_thread(life.engine.wait_for_batch)
        life.engine.hold()
        async with grpc.aio.insecure_channel(life.address) as channel:
            call = pb_grpc.TranslationServiceStub(channel).TranslateText(HELLO)
            waiting = asyncio.ensure_future(call)
            await asyncio.to_thread(life.engine.wait_for_batch)
            os.kill(os.getpid(), signal.SIGTERM)
            assert await following() == STATUS.NOT_SERVING
            assert not waiting.done()
            assert not life.run.done()
            life.engine.release()
            response = await asyncio.wait_for(waiting, 30)
            assert response.translations[0].translation
        await asyncio.wait_for(life.run, 30)


async def test_a_signal_while_the_model_loads_ends_the_server_unannounced(
    begin: Callable[[], Life],
) -> None:
    life = begin()
    async with watched(life) as following:
        assert await following() == STATUS.NOT_SERVING
        os.kill(os.getpid(), signal.SIGTERM)
        life.may_load.set()
        await asyncio.wait_for(life.run, 30)
    assert life.announced == []


async def test_a_hangup_while_the_model_loads_does_no_harm(begin: Callable[[], Life]) -> None:
    life = begin()
    async with watched(life) as following:
        assert await following() == STATUS.NOT_SERVING
        os.kill(os.getpid(), signal.SIGHUP)
        life.may_load.set()
        assert await following() == STATUS.SERVING
    assert life.announced == [life.address]


async def test_a_model_that_fails_to_load_ends_the_server(begin: Callable[[], Life]) -> None:
    life = begin()
    life.fault = EngineError("no such device")
    life.may_load.set()
    with pytest.raises(EngineError, match="no such device"):
        await asyncio.wait_for(life.run, 30)
    assert life.announced == []
