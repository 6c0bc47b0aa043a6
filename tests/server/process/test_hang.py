"""A server that hangs says so and ends by itself."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tarjama_server.watchdog import EXIT_CODE
from tests.conftest import Connect
from tests.server.api.streams import TIMEOUT_S
from tests.server.process.hanging_server import TRIGGER
from tests.server.process.server_process import ServerProcess
from tests.server.process.test_drain import STATUS, Watch
from tests.server.process.test_privacy import ARABIC, LATIN, assert_silent

Start = Callable[..., ServerProcess]
HARMLESS = pb.TranslateTextRequest(texts=["مرحبا بالعالم."])
HARMFUL = pb.TranslateTextRequest(texts=[f"قال {ARABIC} {LATIN} {TRIGGER}."])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers that can hang; they are patient for a second."""
    started: list[ServerProcess] = []

    def start(where: str, *, factor: str = "20") -> ServerProcess:
        settings = {
            "LISTEN": "127.0.0.1:0",
            "WATCHDOG_FACTOR": factor,
            "WATCHDOG_FLOOR_S": "1",
            "CACHE_BYTES": "0",
        }
        env = {f"TARJAMA_SERVER_{name}": value for name, value in settings.items()}
        program = ["tests.server.process.hanging_server"]
        started.append(ServerProcess(where, folder=tmp_path, env=env, program=program))
        started[-1].wait_until_ready()
        return started[-1]

    yield start
    for process in started:
        process.kill()


def assert_ended(process: ServerProcess, *, what: str, in_stacks: str) -> None:
    assert process.wait() == EXIT_CODE == 70
    lines = process.stderr.splitlines()
    log = [json.loads(line) for line in lines if line.startswith("{")]
    stacks = "\n".join(lines[len(log) :])
    (error,) = (record for record in log if record["level"] == "error")
    assert what in error["what"]
    assert error["lasted_s"] >= error["limit_s"] == 1.0
    assert in_stacks in stacks
    assert_silent(process.stderr)


def test_a_batch_that_never_ends_ends_the_server(start: Start, connect: Connect) -> None:
    process = start("batch")
    channel = connect(process.address)
    watch = Watch(channel)
    assert watch.next() == STATUS.SERVING
    stub = pb_grpc.TranslationServiceStub(channel)
    assert stub.TranslateText(HARMLESS, timeout=TIMEOUT_S).translations[0].translation
    with pytest.raises(grpc.RpcError) as failure:
        stub.TranslateText(HARMFUL, timeout=TIMEOUT_S)
    assert failure.value.code() is grpc.StatusCode.UNAVAILABLE
    assert watch.next() == STATUS.NOT_SERVING
    assert_ended(process, what="a batch of ar-en-small", in_stacks="in translate")


def test_an_event_loop_that_stands_still_ends_the_server(start: Start, connect: Connect) -> None:
    process = start("loop")
    stub = pb_grpc.TranslationServiceStub(connect(process.address))
    with pytest.raises(grpc.RpcError):
        stub.TranslateText(HARMFUL, timeout=TIMEOUT_S)
    assert_ended(process, what="the event loop", in_stacks="hanging_server.py")


def test_a_server_that_is_told_to_waits_for_ever(start: Start, connect: Connect) -> None:
    process = start("batch", factor="0")
    stub = pb_grpc.TranslationServiceStub(connect(process.address))
    # Longer than the other servers had.
    with pytest.raises(grpc.RpcError) as failure:
        stub.TranslateText(HARMFUL, timeout=3)
    assert failure.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert stub.GetModel(pb.GetModelRequest(), timeout=TIMEOUT_S)
    assert process.process.poll() is None
