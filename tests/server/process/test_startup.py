"""What `tarjama-server serve` says when it cannot serve, and where its settings come from."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.model_store.store import bundled_models_dir
from tests.conftest import Connect, StartServer
from tests.server.api.streams import TIMEOUT_S
from tests.server.process.server_process import ServerProcess


def fails_with_one_line(process: ServerProcess) -> tuple[int, str]:
    """Wait for a server that cannot start; give its exit code and the only line of its log."""
    code = process.wait()
    assert process.stdout == ""
    lines = process.stderr.splitlines()
    if code == 2:
        assert lines[0].startswith("Usage:")
        lines = [line for line in lines if line.startswith("Error:")]
    (line,) = lines
    return code, line


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_said_in_one_line(taken_port: int, start_server: StartServer) -> None:
    process = start_server("--listen", f"127.0.0.1:{taken_port}", wait=False)
    code, line = fails_with_one_line(process)
    assert code == 1
    assert f"127.0.0.1:{taken_port}" in line
    assert "in use" in line


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "unix:/no/such/folder/socket"])
def test_what_is_no_address_is_said_in_one_line(address: str, start_server: StartServer) -> None:
    code, line = fails_with_one_line(start_server("--listen", address, wait=False))
    assert code == 1
    assert address in line


def damaged(model: Path) -> None:
    data = bytearray((model / "model.bin").read_bytes())
    data[len(data) // 2] ^= 1
    (model / "model.bin").write_bytes(data)


def without_tokenizer(model: Path) -> None:
    (model / "source.spm").unlink()


def without_sense(model: Path) -> None:
    (model / "manifest.json").write_text("{}")


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (damaged, "model.bin has changed"),
        (without_tokenizer, "source.spm is missing"),
        (without_sense, "manifest.json"),
    ],
)
def test_a_broken_model_is_said_in_one_line(
    harm: Callable[[Path], None], named: str, tmp_path: Path, start_server: StartServer
) -> None:
    model = tmp_path / "models" / "my-model"
    shutil.copytree(bundled_models_dir() / "ar-en-small", model)
    manifest = model / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"ar-en-small"', '"my-model"'))
    harm(model)
    process = start_server(
        "--models", "my-model", "--models-dir", str(tmp_path / "models"), wait=False
    )
    code, line = fails_with_one_line(process)
    assert code == 1
    assert named in line
    assert "my-model" in line


@pytest.mark.parametrize(
    ("name", "cure"), [("opus-mt-ar-en", "models fetch opus-mt-ar-en"), ("nonsense", "models list")]
)
def test_a_missing_model_is_said_in_one_line_with_its_cure(
    name: str, cure: str, start_server: StartServer
) -> None:
    code, line = fails_with_one_line(start_server("--models", name, wait=False))
    assert code == 1
    assert name in line
    assert cure in line


def test_a_model_that_cannot_be_loaded_is_said_in_one_line(start_server: StartServer) -> None:
    code, line = fails_with_one_line(start_server("--compute-type", "no-such-type", wait=False))
    assert code == 1
    assert "ar-en-small" in line


@pytest.mark.parametrize(
    ("args", "env", "toml", "named"),
    [
        ([], {"TARJAMA_SERVER_DRAIN_GRACE_S": "-1"}, "", "drain_grace_s"),
        ([], {}, "no_such_setting = 1", "no_such_setting"),
        (["--no-such-option", "1"], {}, "", "--no-such-option"),
    ],
)
def test_a_bad_setting_is_misuse_and_named(
    args: list[str],
    env: dict[str, str],
    toml: str,
    named: str,
    tmp_path: Path,
    start_server: StartServer,
) -> None:
    if toml:
        (tmp_path / "settings.toml").write_text(toml)
        args = [*args, "--config", str(tmp_path / "settings.toml")]
    process = start_server(*args, env=env, wait=False)
    code, line = fails_with_one_line(process)
    assert code == 2
    assert named in line


def test_options_come_before_the_environment_and_that_before_the_file(
    tmp_path: Path, start_server: StartServer
) -> None:
    names = ["options", "environment", "file"]
    for name in names:
        shutil.copytree(bundled_models_dir() / "ar-en-small", tmp_path / "models" / name)
        manifest = tmp_path / "models" / name / "manifest.json"
        manifest.write_text(manifest.read_text().replace('"ar-en-small"', f'"{name}"'))
    file = tmp_path / "settings.toml"
    file.write_text(
        f'models = ["file"]\nlog_format = "json"\nlog_level = "warning"\n'
        f'models_dir = "{tmp_path / "models"}"\n'
    )
    process = start_server(
        "--models",
        "options",
        env={
            "TARJAMA_SERVER_CONFIG": str(file),
            "TARJAMA_SERVER_MODELS": "environment",
            "TARJAMA_SERVER_LOG_LEVEL": "info",
        },
    )
    # The models from the options, the level from the environment, the format from the file.
    lines = process.stderr.splitlines()
    assert '"models": ["options"]' in lines[-1]
    assert '"level": "info"' in lines[-1]


def test_two_addresses_serve_alike(
    tmp_path: Path, start_server: StartServer, connect: Connect
) -> None:
    socket_path = tmp_path / "socket"
    process = start_server("--listen", "127.0.0.1:0", "--listen", f"unix:{socket_path}")
    assert process.addresses[1] == f"unix:{socket_path}"
    request = pb.TranslateTextRequest(texts=["مرحبا بالعالم."])
    one, other = (
        pb_grpc.TranslationServiceStub(connect(address)).TranslateText(request, timeout=TIMEOUT_S)
        for address in process.addresses
    )
    assert one == other


def test_the_socket_of_a_killed_server_is_taken_over(
    tmp_path: Path, start_server: StartServer, connect: Connect
) -> None:
    path = tmp_path / "socket"
    killed = start_server("--listen", f"unix:{path}")
    killed.kill()
    assert path.is_socket()
    start_server("--listen", f"unix:{path}")
    stub = pb_grpc.TranslationServiceStub(connect(f"unix:{path}"))
    assert stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT_S)


def test_the_socket_of_a_running_server_is_not_stolen(
    tmp_path: Path, start_server: StartServer, connect: Connect
) -> None:
    path = tmp_path / "socket"
    start_server("--listen", f"unix:{path}")
    code, line = fails_with_one_line(start_server("--listen", f"unix:{path}", wait=False))
    assert code == 1
    assert str(path) in line
    stub = pb_grpc.TranslationServiceStub(connect(f"unix:{path}"))
    assert stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT_S)


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path, start_server: StartServer) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear")
    code, line = fails_with_one_line(start_server("--listen", f"unix:{path}", wait=False))
    assert code == 1
    assert str(path) in line
    assert path.read_text() == "dear"


def test_the_token_comes_from_the_environment_and_health_needs_none(
    start_server: StartServer, connect: Connect
) -> None:
    process = start_server(env={"TARJAMA_SERVER_TOKEN": "secret"})
    channel = connect(process.address)
    stub = pb_grpc.TranslationServiceStub(channel)
    with pytest.raises(grpc.RpcError) as refused:
        stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT_S)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert stub.GetModel(
        pb.GetModelRequest(), timeout=TIMEOUT_S, metadata=(("authorization", "Bearer secret"),)
    )
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    response = check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_S)
    assert response.status == health_pb2.HealthCheckResponse.SERVING
    assert "secret" not in process.stderr


@pytest.mark.parametrize(("host", "is_warned"), [("0.0.0.0", True), ("127.0.0.1", False)])
def test_metrics_for_all_who_can_reach_them_are_warned_of(
    host: str, is_warned: bool, start_server: StartServer
) -> None:
    process = start_server("--metrics-listen", f"{host}:0")
    assert ("metrics are open to all who can reach them" in process.stderr) == is_warned
