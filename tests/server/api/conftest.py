from collections.abc import Iterator

import grpc
import pytest

from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.server.process.server_process import ServerProcess


@pytest.fixture(scope="session")
def channel(server: ServerProcess) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(server.address) as channel:
        yield channel


@pytest.fixture(scope="session")
def stub(channel: grpc.Channel) -> pb_grpc.TranslationServiceStub:
    """Of the shared real server with the bundled model."""
    return pb_grpc.TranslationServiceStub(channel)
