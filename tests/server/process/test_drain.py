"""How a server ends: what it accepted is answered, and what it cannot finish can be resumed."""

import json
import queue
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.conftest import SEEDS, Connect, StartServer
from tests.server.api.errors import fails
from tests.server.api.streams import TIMEOUT_S, requests, translate

ARTICLE = (SEEDS / "01-iraq-withdrawal.ar.txt").read_text(encoding="utf-8")
HELLO = pb.TranslateTextRequest(texts=["مرحبا بالعالم."])
STATUS = health_pb2.HealthCheckResponse


class Watch:
    """Follows the health of a server."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self.statuses: queue.Queue[int] = queue.Queue()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def next(self) -> int:
        return self.statuses.get(timeout=TIMEOUT_S)

    def _follow(self) -> None:
        watch = self._channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            health_pb2.HealthCheckRequest.SerializeToString,
            STATUS.FromString,
        )
        try:
            for response in watch(health_pb2.HealthCheckRequest(), wait_for_ready=True):
                self.statuses.put(response.status)
        except (grpc.RpcError, ValueError):
            pass  # The server ended.


class OpenStream:
    """A stream that is fed by hand."""

    def __init__(self, stub: pb_grpc.TranslationServiceStub) -> None:
        self._chunks: queue.Queue[bytes | None] = queue.Queue()
        self._responses = stub.StreamingTranslateText(
            requests(self._sent(), pb.TranslationOptions(beam_size=1)), timeout=TIMEOUT_S
        )
        self.segments: list[pb.Segment] = []
        self.safe_point = pb.SafePoint()

    def send(self, text: str) -> None:
        self._chunks.put(text.encode())

    def finish(self) -> None:
        self._chunks.put(None)

    def receive(self) -> None:
        """Take the next response; raise what ends the stream."""
        response = next(self._responses)
        self.segments += response.segments
        if response.HasField("safe_point"):
            self.safe_point = response.safe_point

    def receive_all(self) -> None:
        try:
            while True:
                self.receive()
        except StopIteration:
            return

    def _sent(self) -> Iterator[bytes]:
        while (chunk := self._chunks.get()) is not None:
            yield chunk


def test_accepted_calls_end_well_and_health_says_that_no_more_are(
    start_server: StartServer, connect: Connect
) -> None:
    process = start_server()
    channel = connect(process.address)
    stub = pb_grpc.TranslationServiceStub(channel)
    watch = Watch(channel)
    assert watch.next() == STATUS.SERVING
    streams = [OpenStream(stub) for _ in range(4)]
    for stream in streams:
        stream.send(ARTICLE)
        stream.receive()
    process.signal(signal.SIGTERM)
    assert watch.next() == STATUS.NOT_SERVING
    for stream in streams:
        stream.send("\n\nوداعا.")
        stream.finish()
    for stream in streams:
        stream.receive_all()
        assert stream.safe_point.source_offset == len(ARTICLE + "\n\nوداعا.")
    assert process.wait() == 0


def test_an_idle_server_ends_at_once_though_its_health_is_watched(
    start_server: StartServer, connect: Connect
) -> None:
    process = start_server("--drain-grace-s", "3600")
    watch = Watch(connect(process.address))
    assert watch.next() == STATUS.SERVING
    process.signal(signal.SIGTERM)
    assert watch.next() == STATUS.NOT_SERVING
    assert process.wait() == 0


def test_a_stream_that_outlasts_the_grace_ends_at_a_safe_point_and_is_resumed_elsewhere(
    start_server: StartServer, connect: Connect
) -> None:
    text = "\n\n".join(["ذهب الولد إلى المدرسة. كتب الدرس.", "ثم عاد إلى البيت.", "ونام."])
    process = start_server("--drain-grace-s", "0.2")
    stream = OpenStream(pb_grpc.TranslationServiceStub(connect(process.address)))
    stream.send(text[:-20])
    while not stream.segments:
        stream.receive()
    process.signal(signal.SIGTERM)
    with fails() as failure:
        stream.receive_all()
    assert failure.code is grpc.StatusCode.UNAVAILABLE
    assert failure.reason == "DRAINING"
    assert failure.retry_after_s > 0
    assert process.wait() == 0
    stream.finish()

    point = stream.safe_point
    assert 0 < point.segment_count == len(stream.segments)
    stub = pb_grpc.TranslationServiceStub(connect(start_server().address))
    greedy = pb.TranslationOptions(beam_size=1)
    rest = translate(stub, [text.encode()[point.byte_offset :]], greedy, resume_from=point)
    assert stream.segments + rest.segments == translate(stub, [text.encode()], greedy).segments


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_server_at_once(
    number: int, start_server: StartServer, connect: Connect
) -> None:
    process = start_server("--drain-grace-s", "3600")
    channel = connect(process.address)
    watch = Watch(channel)
    assert watch.next() == STATUS.SERVING
    stream = OpenStream(pb_grpc.TranslationServiceStub(channel))
    stream.send("ذهب الولد.\n\n")
    stream.receive()
    process.signal(number)
    assert watch.next() == STATUS.NOT_SERVING
    process.signal(number)
    assert process.wait() == -number
    stream.finish()


def test_a_server_told_so_ends_when_its_standard_input_does(
    start_server: StartServer, connect: Connect
) -> None:
    process = start_server("--exit-on-stdin-eof", "--drain-grace-s", "3600")
    stream = OpenStream(pb_grpc.TranslationServiceStub(connect(process.address)))
    stream.send("ذهب الولد.\n\n")
    stream.receive()
    process.close_stdin()
    assert process.wait() == 0
    stream.finish()


def test_a_signal_ends_a_server_that_also_watches_its_standard_input(
    start_server: StartServer,
) -> None:
    process = start_server("--exit-on-stdin-eof")
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    assert "Fatal" not in process.stderr


def test_a_server_not_told_so_outlives_its_standard_input(
    start_server: StartServer, connect: Connect
) -> None:
    process = start_server()
    process.close_stdin()
    stub = pb_grpc.TranslationServiceStub(connect(process.address))
    assert stub.TranslateText(HELLO, timeout=TIMEOUT_S).translations[0].translation


def test_the_log_of_a_whole_life_is_one_json_object_a_line(
    tmp_path: Path, start_server: StartServer, connect: Connect
) -> None:
    process = start_server(
        *("--listen", f"unix:{tmp_path}/socket", "--listen", "127.0.0.1:0"),
        env={"TARJAMA_SERVER_LOG_FORMAT": "json"},
    )
    stub = pb_grpc.TranslationServiceStub(connect(process.addresses[1]))
    stub.TranslateText(HELLO, timeout=TIMEOUT_S)
    with pytest.raises(grpc.RpcError):
        stub.GetModel(pb.GetModelRequest(name="other"), timeout=TIMEOUT_S)
    process.signal(signal.SIGTERM)
    assert process.wait() == 0
    entries = [json.loads(line) for line in process.stderr.splitlines()]
    assert [entry["event"] for entry in entries] == [
        "model loaded",
        "serving",
        "call",
        "call",
        "draining",
        "stopped",
    ]
    assert all({"level", "timestamp"} <= entry.keys() for entry in entries)
    assert entries[2]["code"] == "OK"
    assert entries[2]["segments"] == 1
    assert (entries[3]["code"], entries[3]["reason"]) == ("NOT_FOUND", "MODEL_NOT_FOUND")
