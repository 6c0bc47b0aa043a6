"""A client that knows nothing of the service but its address: reflection and health."""

from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from tests.server.api.streams import TIMEOUT_S

SERVICE = "tarjama.v1.TranslationService"


@pytest.fixture(scope="module")
def database(channel: grpc.Channel) -> ProtoReflectionDescriptorDatabase:
    return ProtoReflectionDescriptorDatabase(channel)


@pytest.fixture(scope="module")
def service(database: ProtoReflectionDescriptorDatabase) -> ServiceDescriptor:
    pool = descriptor_pool.DescriptorPool(database)
    return pool.FindServiceByName(SERVICE)


def codec(method: MethodDescriptor) -> tuple[type[Message], Any, Any]:
    """The request's class, a serializer and a parser, made from the description alone."""
    request, response = map(
        message_factory.GetMessageClass, (method.input_type, method.output_type)
    )
    return request, request.SerializeToString, response.FromString


def test_the_services_are_listed(database: ProtoReflectionDescriptorDatabase) -> None:
    services = set(database.get_services())
    assert {
        SERVICE,
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    } <= services


def test_the_methods_are_described(service: ServiceDescriptor) -> None:
    assert {method.name for method in service.methods} == {
        "TranslateText",
        "StreamingTranslateText",
        "ListModels",
        "GetModel",
    }


def test_a_text_is_translated(service: ServiceDescriptor, channel: grpc.Channel) -> None:
    method = service.methods_by_name["TranslateText"]
    request, serialize, parse = codec(method)
    send = channel.unary_unary(f"/{SERVICE}/TranslateText", serialize, parse)
    response = send(request(texts=["مرحبا بالعالم.\n"]), timeout=TIMEOUT_S)
    assert response.translations[0].translation.strip()
    assert response.translations[0].translation.endswith("\n")


def test_a_document_is_streamed(service: ServiceDescriptor, channel: grpc.Channel) -> None:
    method = service.methods_by_name["StreamingTranslateText"]
    request, serialize, parse = codec(method)
    send = channel.stream_stream(f"/{SERVICE}/StreamingTranslateText", serialize, parse)
    sent = [request(config={}), request(chunk="مرحبا بالعالم.".encode())]
    responses = list(send(iter(sent), timeout=TIMEOUT_S))
    assert any(response.segments for response in responses)


@pytest.mark.parametrize("name", ["", SERVICE])
def test_health_says_serving(name: str, channel: grpc.Channel) -> None:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        health_pb2.HealthCheckRequest.SerializeToString,
        health_pb2.HealthCheckResponse.FromString,
    )
    response = check(health_pb2.HealthCheckRequest(service=name), timeout=TIMEOUT_S)
    assert response.status == health_pb2.HealthCheckResponse.SERVING
