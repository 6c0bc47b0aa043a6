from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import grpc
import pytest

from tarjama_server.app import load_model
from tarjama_server.config import load_settings
from tarjama_server.engine import CTranslate2Engine
from tarjama_server.model_store.store import ModelStore
from tarjama_server.pipeline.model import ServedModel
from tests.server.process.server_process import ServerProcess

SEEDS = Path(__file__).parents[1] / "seeds"

StartServer = Callable[..., ServerProcess]
Connect = Callable[[str], grpc.Channel]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A real server with the bundled model, shared by all tests.

    Its cache is off: a sentence that is asked for again, alone and among others, is to be
    translated again.
    """
    process = ServerProcess(
        *("--listen", "127.0.0.1:0", "--cache-bytes", "0"), folder=tmp_path_factory.mktemp("server")
    )
    try:
        process.wait_until_ready()
        yield process
    finally:
        process.kill()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Starts servers of the test's own: `start_server(*args, env=..., wait=...)`.

    They listen on a free port unless `args` say where.
    """
    started: list[ServerProcess] = []

    def start(*args: str, env: Mapping[str, str] | None = None, wait: bool = True) -> ServerProcess:
        says_where = "--listen" in args or "TARJAMA_SERVER_LISTEN" in (env or {})
        listen = () if says_where else ("--listen", "127.0.0.1:0")
        folder = tmp_path / f"server-{len(started)}"
        process = ServerProcess(*args, *listen, folder=folder, env=env)
        started.append(process)
        if wait:
            process.wait_until_ready(max(1, args.count("--listen")))
        return process

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Opens channels, closed when the test ends."""
    channels: list[grpc.Channel] = []

    def connect(address: str) -> grpc.Channel:
        channels.append(grpc.insecure_channel(address))
        return channels[-1]

    yield connect
    for channel in channels:
        channel.close()


@pytest.fixture(scope="session")
def bundled_model(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    """The bundled model as the server loads it. Its batcher is not started: give it another."""
    store = ModelStore(tmp_path_factory.mktemp("models"))
    return load_model(store.find("ar-en-small"), load_settings(None, {"workers": 1}))


@pytest.fixture(scope="session")
def bundled_engine(tmp_path_factory: pytest.TempPathFactory) -> CTranslate2Engine:
    """The bundled model's engine alone."""
    store = ModelStore(tmp_path_factory.mktemp("models"))
    return CTranslate2Engine(store.find("ar-en-small").path, worker_count=2)
