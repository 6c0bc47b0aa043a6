from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.process.server_process import ServerProcess

StartGateway = Callable[..., ServerProcess]

TIMEOUT_S = 60


def gateway_process(*args: str, folder: Path) -> ServerProcess:
    """A gateway on a free port. Its `address` is its URL."""
    return ServerProcess(
        *("--http", "127.0.0.1:0"), *args, folder=folder, program=("tarjama", "gateway")
    )


@pytest.fixture(scope="session")
def gateway(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a gateway before the server that all tests share."""
    process = gateway_process(
        *("--server", server.address, "--max-characters", "5000"),
        *("--max-file-mib", "1", "--cors", "https://pages.example"),
        folder=tmp_path_factory.mktemp("gateway"),
    )
    try:
        process.wait_until_ready()
        yield process.address
        assert "Traceback" not in process.stderr
    finally:
        process.kill()


@pytest.fixture
def http(gateway: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway, timeout=TIMEOUT_S) as client:
        yield client


@pytest.fixture
def start_gateway(tmp_path: Path) -> Iterator[StartGateway]:
    """Starts gateways of the test's own: `start_gateway(*args)`."""
    started: list[ServerProcess] = []

    def start(*args: str) -> ServerProcess:
        process = gateway_process(*args, folder=tmp_path / f"gateway-{len(started)}")
        started.append(process)
        process.wait_until_ready()
        return process

    yield start
    for process in started:
        process.kill()
