"""The server's life: load, warm up, serve, drain."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from tarjama_server.admission import Admission
from tarjama_server.api.calls import Calls, ServerState
from tarjama_server.api.reflection import register_reflection
from tarjama_server.api.service import SERVICE_NAME, TranslationService
from tarjama_server.app.listening import authenticator, bind, channel_options, tls_files
from tarjama_server.app.loading import Loader, LoadModel, load_model, report_loaded
from tarjama_server.app.reloading import Reloader, WatchedFolder
from tarjama_server.app.signals import listen_to_hangup, listen_to_stdin, listen_to_stop_signals
from tarjama_server.app.supervisor import Supervisor
from tarjama_server.cache import TranslationCache
from tarjama_server.config import Settings, is_local
from tarjama_server.model_store.store import InstalledModel, ModelStore, default_user_dir
from tarjama_server.observability import logger
from tarjama_server.observability.instruments import Instruments
from tarjama_server.serving import ServedModels
from tarjama_server.watchdog import Watchdog

# How long streams have to reach their next safe point when a drain's grace has ended.
_STREAM_END_S = 5.0
# How long a draining server goes on refusing calls, so that health checks tell callers.
_LAME_DUCK_S = 0.5
# How long those who watch the server's health have to hear that it hangs, before it ends.
_HEALTH_HEARD_S = 0.2


class Server:
    """One server process' worth of models, addresses and calls."""

    def __init__(
        self,
        settings: Settings,
        *,
        load: LoadModel = load_model,
        supervisor: Supervisor | None = None,
    ) -> None:
        """Prepare to serve as `settings` say; nothing is loaded or bound yet.

        Args:
            settings: what the server was told.
            load: what loads models.
            supervisor: who is told when the server is ready and when it ends.

        Raises:
            CannotObserve: traces are asked for, and the packages for them are not installed.
        """
        self._settings = settings
        self._supervisor = supervisor or Supervisor(None)
        self._state = ServerState()
        self._models = ServedModels()
        self._health = health.aio.HealthServicer()
        self._stop = asyncio.Event()
        self._grace_s = settings.drain_grace_s
        self._instruments = Instruments(has_traces=settings.tracing != "off")
        cache = (
            TranslationCache(settings.cache_bytes, self._instruments.metrics.cache)
            if settings.cache_bytes
            else None
        )
        self._loader = Loader(settings, self._instruments, cache, load)
        self._store = ModelStore(settings.models_dir or default_user_dir())
        self._reloader = Reloader(
            self._store, self._loader, self._models, self._instruments.metrics
        )
        self._reloading: asyncio.Task[None] | None = None
        self._watchdog = Watchdog(
            self._models.batchers,
            factor=settings.watchdog_factor,
            floor_s=settings.watchdog_floor_s,
            tell=self._tell_that_it_hangs,
        )

    async def run(
        self, *, announce: Callable[[str], None], exit_on_stdin_eof: bool = False
    ) -> None:
        """Serve until a signal says to stop, then drain.

        Args:
            announce: called with each bound address once the server is ready.
            exit_on_stdin_eof: also stop, without grace, when standard input closes: whoever
                started the server is gone.

        Raises:
            StartupError: an address cannot be bound, or tokens or certificates cannot be read.
            CannotObserve: the address for metrics cannot be bound.
            ModelStoreError: a model is not installed or is broken.
            EngineError: a model cannot be loaded.
        """
        folders = [WatchedFolder.of(self._store.find(name)) for name in self._settings.models]
        # All of their files are hashed: damaged weights load well and translate wrongly. It takes
        # a fraction of the time that loading does.
        installed = [self._store.verify(name) for name in self._settings.models]
        server = grpc.aio.server(options=channel_options(self._settings))
        await self._register(server)
        tls = tls_files(self._settings)
        addresses = [bind(server, address, tls) for address in self._settings.listen]
        self._heed(exit_on_stdin_eof)
        await server.start()
        self._watchdog.start()
        try:
            self._serve_metrics()
            for model in installed:
                self._supervisor.tell_status(f"loading {model.manifest.name}")
                await self._load(model)
            if not self._stop.is_set():
                await self._open(addresses, announce)
                self._reloading = asyncio.create_task(self._reloader.run(folders), name="reloader")
            await self._stop.wait()
            await self._drain(server)
        finally:
            await self._close(server)

    async def _register(self, server: grpc.aio.Server) -> None:
        calls = Calls(authenticator(self._settings), self._state, self._instruments)
        admission = Admission(
            max_calls=self._settings.max_calls,
            max_queue_s=self._settings.max_queue_s,
            max_bulk_queue_s=self._settings.max_bulk_queue_s,
        )
        TranslationService(self._models, admission, self._state).register(server, calls)
        # It begins by saying SERVING, which is not yet so.
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        register_reflection(server, (SERVICE_NAME, health.SERVICE_NAME), calls)

    def _serve_metrics(self) -> None:
        address = self._settings.metrics_listen
        if address is None:
            return
        self._instruments.serve_metrics(address)
        if not is_local(address):
            logger().warning("metrics are open to all who can reach them", address=address)

    async def _load(self, installed: InstalledModel) -> None:
        """Load a model and have it translate, so that the first caller does not wait."""
        model = await self._loader.load(installed)
        self._models.replace(model)
        manifest = installed.manifest
        self._instruments.metrics.add_model(
            manifest.name, version=manifest.version, checksum=manifest.checksum
        )
        report_loaded("model loaded", model)

    async def _open(self, addresses: list[str], announce: Callable[[str], None]) -> None:
        # What the server is made of lives as long as it does. Looked through again by each full
        # collection of garbage, it kept every call waiting for up to 0.1 s.
        gc.collect()
        gc.freeze()
        self._state.is_warm = True
        await self._set_health(health_pb2.HealthCheckResponse.SERVING)
        logger().info("serving", addresses=addresses, models=self._models.names())
        self._supervisor.tell_ready(f"serving {', '.join(self._models.names())}")
        for address in addresses:
            announce(address)

    async def _set_health(self, status: int) -> None:
        for name in ("", SERVICE_NAME):
            await self._health.set(name, status)

    async def _tell_that_it_hangs(self) -> None:
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        await asyncio.sleep(_HEALTH_HEARD_S)

    def _heed(self, exit_on_stdin_eof: bool) -> None:
        """Do as the process is told from outside."""
        listen_to_stop_signals(self._stop)
        listen_to_hangup(self._on_hangup)
        if exit_on_stdin_eof:
            listen_to_stdin(self._on_stdin_end)

    def _on_hangup(self) -> None:
        if self._stop.is_set():
            logger().info("not looking for new models: the server is ending")
        else:
            self._reloader.ask()

    def _on_stdin_end(self) -> None:
        self._grace_s = 0.0
        self._stop.set()

    async def _drain(self, server: grpc.aio.Server) -> None:
        """Refuse new calls and let those in progress end within the grace."""
        self._state.is_draining = True
        self._supervisor.tell_stopping("draining")
        if self._reloading is not None:
            self._reloading.cancel()
        await self._health.enter_graceful_shutdown()
        logger().info("draining", grace_s=self._grace_s)
        grace_s = self._grace_s
        ending = asyncio.get_running_loop().call_later(grace_s, self._state.must_end_streams.set)
        # When grpc stops it answers CANCELLED to calls that it has taken and we have not. So calls
        # are refused here until callers know, and grpc is stopped when none is in progress:
        # https://github.com/grpc/grpc/issues/41785, open as of 1.85.
        await asyncio.sleep(min(grace_s, _LAME_DUCK_S))
        idle = asyncio.create_task(self._state.wait_until_idle())
        await asyncio.wait({idle}, timeout=grace_s + _STREAM_END_S if grace_s else 0)
        ending.cancel()
        idle.cancel()
        await server.stop(None)
        logger().info("stopped")

    async def _close(self, server: grpc.aio.Server) -> None:
        await server.stop(None)
        if self._reloading is not None:
            self._reloading.cancel()
            # It may have a new model to close.
            await asyncio.wait({self._reloading})
        await self._models.close()
        await self._watchdog.stop()
        await asyncio.to_thread(self._instruments.close)
