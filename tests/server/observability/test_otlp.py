"""Traces of a real server, sent to a collector."""

import queue
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import (
    trace_service_pb2,
    trace_service_pb2_grpc,
)

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.conftest import Connect, StartServer
from tests.server.api.streams import TIMEOUT_S
from tests.server.process.server_process import ServerProcess

REQUEST = pb.TranslateTextRequest(texts=["ذهب الولد إلى المدرسة."])


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Takes spans as any backend for traces does."""

    def __init__(self) -> None:
        self.names: queue.Queue[str] = queue.Queue()
        self.address = ""

    def Export(
        self, request: trace_service_pb2.ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.names.put(span.name)
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def collector() -> Iterator[Collector]:
    servicer = Collector()
    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool, options=[("grpc.so_reuseport", 0)])
        add_servicer: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server
        add_servicer(servicer, server)
        servicer.address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        yield servicer
        server.stop(0).wait()


def start_tracing(start_server: StartServer, endpoint: str) -> ServerProcess:
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
    return start_server("--tracing", "otlp", "--workers", "1", env=env)


def test_a_server_that_stops_has_sent_the_spans_of_its_calls(
    collector: Collector, start_server: StartServer, connect: Connect
) -> None:
    server = start_tracing(start_server, collector.address)
    stub = pb_grpc.TranslationServiceStub(connect(server.address))
    stub.TranslateText(REQUEST, timeout=TIMEOUT_S)
    server.process.terminate()
    assert server.wait() == 0
    names = [collector.names.get(timeout=TIMEOUT_S) for _ in range(collector.names.qsize())]
    # Those that warm the engine up, a short one and a full one, are batches of nobody's.
    assert sorted(names) == [
        *["batch"] * 3,
        *["engine"] * 3,
        "tarjama.v1.TranslationService/TranslateText",
    ]


def test_a_collector_that_is_not_there_neither_fails_calls_nor_holds_up_the_end(
    start_server: StartServer, connect: Connect
) -> None:
    # A port of TCP's "discard" service, on which nothing listens.
    server = start_tracing(start_server, "http://127.0.0.1:9")
    stub = pb_grpc.TranslationServiceStub(connect(server.address))
    assert stub.TranslateText(REQUEST, timeout=TIMEOUT_S).translations
    began = time.monotonic()
    server.process.terminate()
    assert server.wait() == 0
    assert time.monotonic() - began < 15
