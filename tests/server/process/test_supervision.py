"""What a supervisor such as systemd hears of a server: sd_notify's datagrams."""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.conftest import Connect, StartServer
from tests.server.process.server_process import TIMEOUT_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="systemd is Linux's")
HELLO = pb.TranslateTextRequest(texts=["مرحبا بالعالم."])


class Listening:
    """A supervisor's socket, and the address that a server is told."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(TIMEOUT_S)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.close = self._socket.close

    def hear(self) -> dict[str, str]:
        lines = self._socket.recv(4096).decode().splitlines()
        return dict(line.split("=", 1) for line in lines)


def at_a_path(folder: Path) -> str:
    return str(folder / "notify")


def in_the_abstract_namespace(folder: Path) -> str:
    return f"@tarjama-test-{hash(folder):x}"


@pytest.fixture(
    params=[
        at_a_path,
        pytest.param(
            in_the_abstract_namespace,
            marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has it"),
        ),
    ]
)
def supervisor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Listening]:
    address: Callable[[Path], str] = request.param
    with closing(Listening(address(tmp_path))) as supervisor:
        yield supervisor


def answers(channel: grpc.Channel) -> bool:
    stub = pb_grpc.TranslationServiceStub(channel)
    return bool(stub.TranslateText(HELLO, timeout=TIMEOUT_S).translations[0].segments)


def test_a_supervisor_hears_when_the_server_is_ready_and_when_it_ends(
    supervisor: Listening, start_server: StartServer, connect: Connect, tmp_path: Path
) -> None:
    socket_path = f"unix:{tmp_path / 'calls'}"
    server = start_server(
        "--listen", socket_path, env={"NOTIFY_SOCKET": supervisor.address}, wait=False
    )
    assert supervisor.hear() == {"STATUS": "loading ar-en-small"}
    assert supervisor.hear() == {"READY": "1", "STATUS": "serving ar-en-small"}
    assert answers(connect(socket_path))
    server.signal(signal.SIGTERM)
    assert supervisor.hear() == {"STOPPING": "1", "STATUS": "draining"}
    assert server.wait() == 0


def test_a_server_serves_without_the_supervisor_that_it_cannot_reach(
    start_server: StartServer, connect: Connect, tmp_path: Path
) -> None:
    server = start_server(env={"NOTIFY_SOCKET": str(tmp_path / "gone")})
    assert answers(connect(server.address))
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert "cannot tell the supervisor" in server.stderr
