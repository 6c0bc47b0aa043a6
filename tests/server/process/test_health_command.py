import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health as grpc_health
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.conftest import StartServer
from tests.server.auth.pem import Authority
from tests.server.process.server_process import TIMEOUT_S, ServerProcess


def ask(*args: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("TARJAMA_")
    }
    return subprocess.run(
        [sys.executable, "-m", "tarjama_server", "health", *args],
        capture_output=True,
        text=True,
        env={**inherited, **(env or {})},
        timeout=TIMEOUT_S,
    )


def test_a_server_that_serves_is_healthy(server: ServerProcess) -> None:
    answer = ask(server.address)

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "SERVING\n", "")


@pytest.fixture
def loading() -> Iterator[str]:
    """The address of a server that says what ours does while it loads or drains."""
    servicer = grpc_health.HealthServicer()
    servicer.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
    server = grpc.server(ThreadPoolExecutor(1))
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait(TIMEOUT_S)


def test_a_server_that_does_not_serve_yet_is_not(loading: str) -> None:
    answer = ask(loading)

    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "NOT_SERVING\n", "")


def test_nobody_at_the_address_is_an_error() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"

    answer = ask(address, "--timeout-s", "2")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"Error: {address} does not tell its health: UNAVAILABLE\n"


def test_the_environment_says_where_the_server_is(server: ServerProcess) -> None:
    port = server.address.rpartition(":")[2]

    answer = ask(env={"TARJAMA_SERVER_LISTEN": f"0.0.0.0:{port}"})

    assert (answer.returncode, answer.stdout) == (0, "SERVING\n")


def test_a_file_of_settings_says_where_the_server_is(server: ServerProcess, tmp_path: Path) -> None:
    settings = tmp_path / "server.toml"
    settings.write_text(f'listen = ["{server.address}"]\n')

    answer = ask("--config", str(settings))

    assert (answer.returncode, answer.stdout) == (0, "SERVING\n")


@pytest.mark.skipif(sys.platform == "win32", reason="gRPC has no such sockets on Windows")
def test_a_server_with_tls_is_asked_through_its_socket(
    start_server: StartServer, tmp_path: Path
) -> None:
    files = Authority(tmp_path / "pki").issue_for_loopback()
    env = {
        "TARJAMA_SERVER_LISTEN": f"127.0.0.1:0,unix:{tmp_path}/health.sock",
        "TARJAMA_SERVER_TLS_CERT": str(files.cert),
        "TARJAMA_SERVER_TLS_KEY": str(files.key),
    }
    start_server(env=env)

    assert ask(env=env).stdout == "SERVING\n"


def test_a_server_with_tls_and_no_socket_cannot_be_asked(tmp_path: Path) -> None:
    answer = ask(
        env={
            "TARJAMA_SERVER_LISTEN": "0.0.0.0:50051",
            "TARJAMA_SERVER_TLS_CERT": str(tmp_path / "server.pem"),
            "TARJAMA_SERVER_TLS_KEY": str(tmp_path / "server.key"),
        }
    )

    assert answer.returncode == 2
    assert "0.0.0.0:50051 is served with TLS: add an address unix:PATH" in answer.stderr
