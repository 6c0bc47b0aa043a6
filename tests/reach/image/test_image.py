"""The Containerfile is built and run by Podman, as locked up as a cluster would."""

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health, health_pb2

from tarjama import Client
from tarjama_server.model_store.store import bundled_models_dir
from tests.conftest import SEEDS
from tests.reach.image.podman import Failed, Podman

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

# Nothing of the root can be written, not even /tmp; no capability is left.
LOCKED_UP = (
    *("--read-only", "--read-only-tmpfs=false"),
    *("--cap-drop", "all", "--security-opt", "no-new-privileges"),
)
SERVING = health_pb2.HealthCheckResponse.SERVING
TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Container:
    """A container that runs, and where its server listens."""

    id: str
    address: str


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def start(podman: Podman, image: str, *options: str, **env: str) -> Container:
    address = free_address()
    variables = {f"TARJAMA_SERVER_{name.upper()}": value for name, value in env.items()}
    id_ = podman.start(
        image,
        env={"TARJAMA_SERVER_LISTEN": address, **variables},
        options=(*LOCKED_UP, *options),
    )
    return Container(id_, address)


def wait_until_serving(podman: Podman, container: Container) -> None:
    """Watch the server's health as clients that balance do."""
    with grpc.insecure_channel(container.address) as channel:
        watch = channel.unary_stream(
            f"/{health.SERVICE_NAME}/Watch",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        answers = watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_S, wait_for_ready=True)
        try:
            assert any(answer.status == SERVING for answer in answers)
        except grpc.RpcError as error:
            log = podman.logs(container.id)
            raise AssertionError(f"{error.code()}\n{log}") from error


@pytest.fixture(scope="module")
def container(podman: Podman, image: str) -> Iterator[Container]:
    started = start(podman, image)
    wait_until_serving(podman, started)
    yield started
    podman.call("rm", "--force", "--time", "0", started.id)


def test_it_translates_the_seed_article(container: Container) -> None:
    seed = (SEEDS / "01-iraq-withdrawal.ar.txt").read_text(encoding="utf-8")

    with Client(container.address) as client:
        translation = client.translate(seed)

    assert len(translation.segments) > 5
    assert "".join(segment.translation for segment in translation.segments) == translation.text


def test_its_health_command_says_so(podman: Podman, container: Container) -> None:
    podman.call("healthcheck", "run", container.id)

    assert podman.call("exec", container.id, "tarjama-server", "health") == "SERVING\n"


def test_the_server_is_the_first_process_and_can_do_nothing_else(
    podman: Podman, container: Container
) -> None:
    status = dict(
        line.split(":\t", 1)
        for line in podman.call("exec", container.id, "cat", "/proc/1/status").splitlines()
    )
    command = podman.call("exec", container.id, "cat", "/proc/1/cmdline").split("\0")

    assert command[1:3] == ["/opt/tarjama/bin/tarjama-server", "serve"]
    assert status["Uid"].split() == ["10001"] * 4
    assert status["Gid"].split() == ["10001"] * 4
    assert int(status["CapEff"], 16) == 0
    assert status["NoNewPrivs"] == "1"


@pytest.mark.parametrize("place", ["/", "/tmp", "/opt/tarjama", "/var/lib/tarjama/models"])
def test_nothing_of_its_root_can_be_written(
    podman: Podman, container: Container, place: str
) -> None:
    with pytest.raises(Failed, match="Read-only file system"):
        podman.call("exec", container.id, "touch", f"{place}/written")


def test_sigterm_ends_it_as_a_drained_server(podman: Podman, image: str) -> None:
    container = start(podman, image)
    wait_until_serving(podman, container)

    podman.call("kill", "--signal", "TERM", container.id)

    assert podman.call("wait", container.id, timeout_s=TIMEOUT_S).strip() == "0"
    events = [json.loads(line)["event"] for line in logged(podman, container)]
    assert events[-2:] == ["draining", "stopped"]


def logged(podman: Podman, container: Container) -> list[str]:
    """The lines of the log; `ready ADDRESS` goes to standard output."""
    lines = podman.logs(container.id).splitlines()
    return [line for line in lines if line.startswith("{")]


def test_models_that_are_mounted_are_served(podman: Podman, image: str, tmp_path: Path) -> None:
    mounted = tmp_path / "models" / "mounted"
    shutil.copytree(bundled_models_dir() / "ar-en-small", mounted)
    manifest = mounted / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"ar-en-small"', '"mounted"'))
    tmp_path.chmod(0o755)

    container = start(
        podman,
        image,
        *("--volume", f"{tmp_path}/models:/var/lib/tarjama/models:ro"),
        models="mounted",
    )

    wait_until_serving(podman, container)
    with Client(container.address) as client:
        assert [model.name for model in client.models()] == ["mounted"]


def test_it_serves_nobody_beyond_it_without_being_told_so(podman: Podman, image: str) -> None:
    with pytest.raises(Failed, match="set tls_cert and tls_key, or pass --allow-insecure"):
        podman.run(image, options=LOCKED_UP)


def test_it_has_a_worker_for_each_whole_core_of_its_quota(podman: Podman, image: str) -> None:
    count = "from tarjama_server.cores import available_cores; print(available_cores())"

    answer = podman.run(
        image, "-c", count, options=(*LOCKED_UP, "--cpus", "1.5", "--entrypoint", "python")
    )

    assert answer == "1\n"


def test_it_holds_no_installer_and_no_source(podman: Podman, image: str) -> None:
    listed = podman.run(
        image,
        *("-c", "ls /opt/tarjama/bin; ls -d /src /build /dist; command -v pip; true"),
        options=(*LOCKED_UP, "--entrypoint", "sh"),
    )
    assert "tarjama-server" in listed
    assert "pip" not in listed
    assert "/src" not in listed
