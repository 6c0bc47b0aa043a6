"""The server's life: load, warm up, serve, drain."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from tarjama_server.admission import Admission
from tarjama_server.api.calls import Calls, ServerState
from tarjama_server.api.reflection import register_reflection
from tarjama_server.api.service import SERVICE_NAME, TranslationService
from tarjama_server.auth import Authenticator
from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tls import CertificatesUnusable, TLSFiles, server_credentials
from tarjama_server.auth.tokens_file import TokensFile, TokensFileError
from tarjama_server.batching import Batcher
from tarjama_server.cache import TranslationCache
from tarjama_server.config import Settings
from tarjama_server.engine import CTranslate2Engine
from tarjama_server.model_store.store import InstalledModel, ModelStore, default_user_dir
from tarjama_server.observability import logger
from tarjama_server.observability.instruments import Instruments
from tarjama_server.observability.metrics import unread_model_metrics
from tarjama_server.pipeline.document import translate_document
from tarjama_server.pipeline.model import Options, ServedModel
from tarjama_server.segmenter.boundaries import BoundaryScorer
from tarjama_server.segmenter.cutting import Cutter
from tarjama_server.serving import ServedModels
from tarjama_server.tokenizer import Tokenizer

_CHANNEL_OPTIONS = (
    # On by default, it lets a second server bind the port unnoticed.
    ("grpc.so_reuseport", 0),
    # Above any request within our own limits, whose errors say more than grpc's.
    ("grpc.max_receive_message_length", 8 << 20),
    ("grpc.max_send_message_length", 64 << 20),
    # A caller that vanished without a word is noticed within 3 minutes, and its work dropped;
    # gRPC's default is 2 hours.
    ("grpc.keepalive_time_ms", 150_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Callers may do the same: the client library asks every 310 s while it has calls, others as
    # often as load balancers need. More than gRPC's default of one in 5 minutes is no abuse.
    ("grpc.http2.min_ping_interval_without_data_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
)
# How long streams have to reach their next safe point when a drain's grace has ended.
_STREAM_END_S = 5.0
_WARM_UP_TEXT = "مرحبا بالعالم."


class StartupError(Exception):
    """The server cannot start. The message says why in one line."""


class Server:
    """One server process' worth of models, addresses and calls."""

    def __init__(self, settings: Settings) -> None:
        """Prepare to serve as `settings` say; nothing is loaded or bound yet.

        Raises:
            CannotObserve: traces are asked for, and the packages for them are not installed.
        """
        self._settings = settings
        self._state = ServerState()
        self._models = ServedModels()
        self._health = health.aio.HealthServicer()
        self._stop = asyncio.Event()
        self._grace_s = settings.drain_grace_s
        self._instruments = Instruments(has_traces=settings.tracing != "off")
        self._cache = (
            TranslationCache(settings.cache_bytes, self._instruments.metrics.cache)
            if settings.cache_bytes
            else None
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
        store = ModelStore(self._settings.models_dir or default_user_dir())
        # All of their files are hashed: damaged weights load well and translate wrongly. It takes
        # a fraction of the time that loading does.
        installed = [store.verify(name) for name in self._settings.models]
        server = grpc.aio.server(options=_channel_options(self._settings))
        await self._register(server)
        tls = _tls_files(self._settings)
        addresses = [_bind(server, address, tls) for address in self._settings.listen]
        self._listen_to_signals()
        if exit_on_stdin_eof:
            self._listen_to_stdin()
        await server.start()
        try:
            if self._settings.metrics_listen is not None:
                self._instruments.serve_metrics(self._settings.metrics_listen)
            for model in installed:
                await self._load(model)
            if not self._stop.is_set():
                await self._open(addresses, announce)
            await self._stop.wait()
            await self._drain(server)
        finally:
            await self._close(server)

    async def _open(self, addresses: list[str], announce: Callable[[str], None]) -> None:
        self._state.is_warm = True
        await self._set_health(health_pb2.HealthCheckResponse.SERVING)
        logger().info("serving", addresses=addresses, models=self._models.names())
        for address in addresses:
            announce(address)

    async def _register(self, server: grpc.aio.Server) -> None:
        calls = Calls(_authenticator(self._settings), self._state, self._instruments)
        admission = Admission(
            max_calls=self._settings.max_calls,
            max_pending_tokens=self._settings.max_pending_tokens,
        )
        TranslationService(self._models, admission, self._state).register(server, calls)
        # It begins by saying SERVING, which is not yet so.
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        register_reflection(server, (SERVICE_NAME, health.SERVICE_NAME), calls)

    async def _set_health(self, status: int) -> None:
        for name in ("", SERVICE_NAME):
            await self._health.set(name, status)

    async def _load(self, installed: InstalledModel) -> None:
        """Load a model and translate a sentence with it, so that the first caller does not wait."""
        model = await asyncio.to_thread(load_model, installed, self._settings, self._instruments)
        model.batcher.start()
        # The engine's counts have this sentence, those of what callers were answered do not.
        unseen = replace(model, metrics=unread_model_metrics())
        self._models.replace(replace(model, cache=self._cache))
        async with aclosing(translate_document(unseen, _warm_up_chunks(), Options())) as steps:
            async for _ in steps:
                pass
        logger().info(
            "model loaded",
            model=model.manifest.name,
            version=model.manifest.version,
            checksum=model.manifest.checksum,
            calibrated=model.manifest.calibration is not None,
        )
        if model.manifest.calibration is None:
            logger().warning(
                "model is not calibrated: conservative defaults", model=model.manifest.name
            )

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            try:
                loop.add_signal_handler(number, self._on_signal, number)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._stop.set))

    def _on_signal(self, number: signal.Signals) -> None:
        if self._stop.is_set():
            # The second one: whoever sends it does not want to wait.
            logger().warning("ending at once", signal=number.name)
            sys.stderr.flush()
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self._stop.set()

    def _listen_to_stdin(self) -> None:
        loop = asyncio.get_running_loop()

        def wait_for_end() -> None:
            # Not through sys.stdin, whose lock this thread would hold when the interpreter ends.
            while os.read(0, 4096):
                pass
            self._grace_s = 0.0
            loop.call_soon_threadsafe(self._stop.set)

        threading.Thread(target=wait_for_end, name="stdin", daemon=True).start()

    async def _drain(self, server: grpc.aio.Server) -> None:
        """Refuse new calls and let those in progress end within the grace."""
        self._state.is_draining = True
        await self._health.enter_graceful_shutdown()
        logger().info("draining", grace_s=self._grace_s)
        grace_s = self._grace_s
        ending = asyncio.get_running_loop().call_later(grace_s, self._state.must_end_streams.set)
        stopping = asyncio.create_task(server.stop(grace_s + _STREAM_END_S if grace_s else 0))
        idle = asyncio.create_task(self._state.wait_until_idle())
        # grpc would wait for those who watch the server's health, too, and they never end.
        await asyncio.wait({stopping, idle}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        idle.cancel()
        await server.stop(None)
        await stopping
        logger().info("stopped")

    async def _close(self, server: grpc.aio.Server) -> None:
        await server.stop(None)
        await self._models.close()
        await asyncio.to_thread(self._instruments.close)


def load_model(
    installed: InstalledModel, settings: Settings, instruments: Instruments | None = None
) -> ServedModel:
    """Load an installed model, to be watched with `instruments`; its batcher is not started.

    Raises:
        EngineError: CTranslate2 cannot load it.
        OSError: one of its files cannot be read.
    """
    engine = CTranslate2Engine(
        installed.path,
        device=settings.device,
        compute_type=settings.compute_type,
        worker_count=settings.workers,
        threads_per_worker=settings.threads_per_worker,
    )
    instruments = instruments or Instruments()
    manifest = installed.manifest
    metrics = instruments.metrics.add_model(
        manifest.name, version=manifest.version, checksum=manifest.checksum
    )
    return ServedModel(
        manifest=manifest,
        tokenizer=Tokenizer(
            installed.path,
            normalization=manifest.normalization,
            hygiene=manifest.hygiene,
        ),
        cutter=Cutter(BoundaryScorer.load()),
        batcher=Batcher(
            engine,
            worker_count=settings.workers,
            max_batch_tokens=settings.max_batch_tokens,
            metrics=metrics,
            tracing=instruments.tracing,
        ),
        metrics=metrics,
        free_engine=engine.close,
    )


async def _warm_up_chunks() -> AsyncGenerator[str, None]:
    yield _WARM_UP_TEXT


def _channel_options(settings: Settings) -> list[tuple[str, int]]:
    options = list(_CHANNEL_OPTIONS)
    if settings.max_connection_age_s:
        options.append(("grpc.max_connection_age_ms", round(settings.max_connection_age_s * 1e3)))
    if settings.connection_grace_s is not None:
        grace_ms = round(settings.connection_grace_s * 1e3)
        options.append(("grpc.max_connection_age_grace_ms", grace_ms))
    return options


def _authenticator(settings: Settings) -> Authenticator:
    token = None if settings.token is None else settings.token.get_secret_value()
    if settings.tokens_file is None:
        return Authenticator(token)
    try:
        return Authenticator(token, KnownTokens(TokensFile(settings.tokens_file)))
    except TokensFileError as error:
        raise StartupError(str(error)) from error


def _tls_files(settings: Settings) -> TLSFiles | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return TLSFiles(settings.tls_cert, settings.tls_key, settings.tls_client_ca)


def _bind(server: grpc.aio.Server, address: str, tls: TLSFiles | None) -> str:
    """Bind `address` and give it as clients should name it, its port filled in.

    A socket is not encrypted: what goes through it does not leave the machine.

    Raises:
        StartupError: it is taken or no address, or the certificates cannot be used.
    """
    if address.startswith("unix:"):
        _check_socket(Path(address.removeprefix("unix:")))
    else:
        _check_port(address)
    try:
        if tls is None or address.startswith("unix:"):
            port = server.add_insecure_port(address)
        else:
            port = server.add_secure_port(address, server_credentials(tls))
    except CertificatesUnusable as error:
        raise StartupError(str(error)) from error
    except RuntimeError as error:
        raise StartupError(f"cannot listen on {address}: is it in use, or no address?") from error
    if address.startswith("unix:"):
        return address
    return f"{address.rpartition(':')[0]}:{port}"


def _check_port(address: str) -> None:
    """Refuse ports that grpc would take modulo 65,536.

    Raises:
        StartupError: `address` has no port from 0 to 65535.
    """
    port = address.rpartition(":")[2]
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise StartupError(f"cannot listen on {address}: an address is HOST:PORT or unix:PATH")


def _check_socket(path: Path) -> None:
    """Remove the socket of a server that was killed.

    grpc removes any socket that is in its way, that of a running server too.

    Raises:
        StartupError: a server answers there, or it is a file of another kind.
    """
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise StartupError(f"cannot listen on unix:{path}: it is there and is no socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StartupError(f"cannot listen on unix:{path}: {error.strerror}") from error
        else:
            raise StartupError(f"cannot listen on unix:{path}: a server is listening there")
