"""The service on a real port inside the test's event loop, with an engine of the test's choice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import grpc

from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.admission import Admission
from tarjama_server.api.calls import Calls, ServerState
from tarjama_server.api.service import TranslationService
from tarjama_server.app.listening import channel_options
from tarjama_server.auth import Authenticator
from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.batching import Batcher, Priority
from tarjama_server.cache import TranslationCache
from tarjama_server.config import load_settings
from tarjama_server.engine import Decoding, Engine, Hypothesis
from tarjama_server.observability.instruments import Instruments
from tarjama_server.observability.metrics import ModelMetrics
from tarjama_server.observability.tracing import Tracing
from tarjama_server.pipeline.model import ServedModel
from tarjama_server.serving import ServedModels


class WatchedBatcher(Batcher):
    """Tells what was submitted."""

    def __init__(
        self,
        engine: Engine,
        *,
        worker_count: int,
        max_batch_tokens: int,
        metrics: ModelMetrics | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        super().__init__(
            engine,
            worker_count=worker_count,
            max_batch_tokens=max_batch_tokens,
            metrics=metrics,
            tracing=tracing,
        )
        self.submitted: list[asyncio.Future[list[Hypothesis]]] = []
        self.slowness = 1.0
        """By how much the engine is taken to be slower than it was measured."""
        self._changed = asyncio.Condition()

    def submit(
        self, tokens: Sequence[str], decoding: Decoding, priority: Priority, share: str = ""
    ) -> asyncio.Future[list[Hypothesis]]:
        future = super().submit(tokens, decoding, priority, share)
        self.submitted.append(future)
        asyncio.get_running_loop().create_task(self._tell()).add_done_callback(lambda _: None)
        return future

    def pending_s(self, priority: Priority, share: str | None = None) -> float:
        return self.slowness * super().pending_s(priority, share)

    def estimate_s(self, position_count: int, decoding: Decoding) -> float:
        return self.slowness * super().estimate_s(position_count, decoding)

    async def wait_for_submissions(self, count: int) -> None:
        """Wait until `count` sentences in all have been submitted."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: len(self.submitted) >= count)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@dataclass(frozen=True)
class InProcessServer:
    """What a test sees of the server."""

    stub: pb_grpc.TranslationServiceAsyncStub
    blocking_stub: pb_grpc.TranslationServiceStub
    """For use in other threads. grpc.aio's client takes a stream that is refused while it is being
    written for an internal error, which this one does not."""
    blocking_channel: grpc.Channel
    state: ServerState
    admission: Admission
    batcher: WatchedBatcher
    instruments: Instruments


@asynccontextmanager
async def serve(
    model: ServedModel,
    engine: Engine,
    *,
    other_names: Sequence[str] = (),
    token: str | None = None,
    tokens: KnownTokens | None = None,
    worker_count: int = 1,
    max_batch_tokens: int = 1024,
    max_calls: int = 512,
    max_queue_s: float = 1e9,
    max_bulk_queue_s: float = 1e9,
    config_timeout_s: float = 30.0,
    cache_bytes: int = 0,
    tracing: Tracing | None = None,
) -> AsyncGenerator[InProcessServer, None]:
    """Serve `model` with `engine` in place of its own, and copies of it under `other_names`.

    What engines take that wait for tests means nothing, so queues have no bound unless it is given.
    """
    instruments = Instruments()
    instruments.tracing = tracing or instruments.tracing
    metrics = instruments.metrics.add_model(model.manifest.name, version="1", checksum="c")
    batcher = WatchedBatcher(
        engine,
        worker_count=worker_count,
        max_batch_tokens=max_batch_tokens,
        metrics=metrics,
        tracing=tracing,
    )
    cache = TranslationCache(cache_bytes, instruments.metrics.cache) if cache_bytes else None
    served = replace(model, batcher=batcher, cache=cache, metrics=metrics)
    models = ServedModels(
        replace(served, manifest=replace(model.manifest, name=name))
        for name in (model.manifest.name, *other_names)
    )
    state = ServerState(is_warm=True)
    admission = Admission(
        max_calls=max_calls, max_queue_s=max_queue_s, max_bulk_queue_s=max_bulk_queue_s
    )
    server = grpc.aio.server(options=channel_options(load_settings(None, {})))
    service = TranslationService(models, admission, state, config_timeout_s=config_timeout_s)
    service.register(server, Calls(Authenticator(token, tokens), state, instruments))
    port = server.add_insecure_port("127.0.0.1:0")
    batcher.start()
    await server.start()
    try:
        address = f"127.0.0.1:{port}"
        with grpc.insecure_channel(address) as blocking:
            async with grpc.aio.insecure_channel(address) as channel:
                yield InProcessServer(
                    pb_grpc.TranslationServiceStub(channel),
                    pb_grpc.TranslationServiceStub(blocking),
                    blocking,
                    state,
                    admission,
                    batcher,
                    instruments,
                )
    finally:
        await server.stop(0)
        await batcher.stop()
