"""The embedded server starts, serves this user alone, and ends with the command."""

import json
import os
import select
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tarjama import Client, Health
from tarjama.cli import connection
from tarjama.cli.embedded import EmbeddedServer
from tarjama.cli.errors import EmbeddedServerFailed
from tests.client.cli.conftest import TIMEOUT_S, Run
from tests.client.cli.scripted_server import translated

ROOT = Path(__file__).parents[3]
LINE = "قال المتحدث إن السفارة ستبقى مفتوحة.\n"


@dataclass(slots=True)
class Fake:
    """A program in the server's place that notes how it was called."""

    record: Path

    def command(self, behaviour: str = "serves") -> tuple[str, ...]:
        return sys.executable, "-m", "tests.client.cli.fake_server", behaviour, str(self.record)

    @property
    def arguments(self) -> list[str]:
        return list(json.loads(self.record.read_text())["arguments"])

    @property
    def token(self) -> str:
        return str(json.loads(self.record.read_text())["token"])

    @property
    def pid(self) -> int:
        return int(json.loads(self.record.read_text())["pid"])


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Fake(tmp_path / "record.json")


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("loopback", [False, True])
def test_it_serves_with_a_token_and_ends(fake: Fake, loopback: bool) -> None:
    with EmbeddedServer(command=fake.command(), loopback=loopback) as server:
        with Client(server.address, token=server.token) as client:
            assert client.health() is Health.SERVING
            assert client.models()[0].name == "scripted"
        assert fake.token == server.token
        assert len(server.token) >= 32
        assert server.address.startswith("127.0.0.1:" if loopback else "unix:")
        assert server.token not in " ".join(fake.arguments)
    assert ended(fake.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="sockets and permissions are Unix's")
def test_the_socket_is_in_a_private_folder_that_goes_away(fake: Fake) -> None:
    with EmbeddedServer(command=fake.command()) as server:
        folder = Path(server.address.removeprefix("unix:")).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="sockets are Unix's")
def test_a_long_temporary_folder_leaves_room_for_the_socket(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with EmbeddedServer(command=fake.command()) as server:
        assert len(server.address) < 108
    assert list(long.iterdir()) == []


def test_it_is_told_the_model_and_to_end_with_this_process(fake: Fake) -> None:
    with EmbeddedServer(model="opus-mt-ar-en", command=fake.command()):
        pass
    assert fake.arguments[:2] == ["serve", "--listen"]
    assert "--exit-on-stdin-eof" in fake.arguments
    assert fake.arguments[-2:] == ["--models", "opus-mt-ar-en"]


def test_a_server_that_fails_is_explained_by_its_log(fake: Fake) -> None:
    with (
        pytest.raises(EmbeddedServerFailed, match=r"exit code 1(.|\n)*the model is broken"),
        EmbeddedServer(command=fake.command("fails")),
    ):
        pytest.fail("it did not start")


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("hangs", "not ready in"),
        ("is never serving", "not ready in"),
        ("babbles", "another version"),
    ],
)
def test_a_server_that_does_not_get_ready_is_given_up_and_ended(
    fake: Fake, behaviour: str, message: str
) -> None:
    with (
        pytest.raises(EmbeddedServerFailed, match=message),
        EmbeddedServer(command=fake.command(behaviour), start_timeout_s=3),
    ):
        pytest.fail("it did not get ready")
    assert ended(fake.pid)


def test_a_server_that_does_not_end_is_killed(fake: Fake) -> None:
    with EmbeddedServer(command=fake.command("ignores the end"), stop_timeout_s=0.1):
        assert not ended(fake.pid)
    assert ended(fake.pid)


def test_a_server_that_dies_at_work_is_explained_by_its_log(
    fake: Fake, tarjama: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = fake.command("dies at work")
    monkeypatch.setattr(connection, "EmbeddedServer", lambda **_: EmbeddedServer(command=command))
    outcome = tarjama("translate", stdin=f"{LINE}@hold\n".encode())
    assert outcome.code == 1
    assert "exit code 9" in outcome.err
    assert "out of memory" in outcome.err


def test_the_command_starts_one_when_no_server_is_named(
    fake: Fake, tarjama: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = fake.command()
    monkeypatch.setattr(connection, "EmbeddedServer", lambda **_: EmbeddedServer(command=command))
    assert tarjama("translate", stdin=LINE.encode()).text == translated(LINE)
    assert tarjama("health").text == "SERVING\n"


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process by Linux's pidfd")
def test_it_ends_when_the_command_is_killed(fake: Fake) -> None:
    program = (
        "import sys\n"
        "from tarjama.cli.embedded import EmbeddedServer\n"
        f"with EmbeddedServer(command={fake.command()!r}):\n"
        "    print('started', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        server = os.pidfd_open(fake.pid)
        process.send_signal(signal.SIGKILL)
        process.wait(TIMEOUT_S)
    try:
        # A pidfd is readable once its process has ended.
        assert select.select([server], [], [], TIMEOUT_S)[0]
    finally:
        os.close(server)
