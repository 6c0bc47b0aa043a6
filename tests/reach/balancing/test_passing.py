"""What calls bring and take with them passes nginx and HAProxy as it is."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2

import tarjama
from tarjama import Client, Health, RetryPolicy, TranslationOptions
from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.faults.documents import HELLO, paragraphs
from tests.faults.findings import wait_until
from tests.reach.balancing.balancers import Balancer, Run, haproxy, nginx
from tests.reach.balancing.fleet import CALLERS, THRIFTY, Fleet

pytestmark = pytest.mark.system

_ONCE = RetryPolicy(max_attempts=1)
_LONG_BYTES = 2_000_000


def test_a_document_of_two_megabytes_passes(fleet: Fleet, balancer: Balancer) -> None:
    # White space takes no time to translate, and comes back as it was sent.
    paragraph = HELLO + " " * 4000 + "\n"
    count = _LONG_BYTES // len(paragraph)
    with fleet.client(balancer.address) as client:
        (segment,) = client.translate(paragraph).segments
        translation = client.stream(paragraph * count).read()
    assert translation.text == segment.translation * count


def test_an_error_keeps_its_details(fleet: Fleet, balancer: Balancer) -> None:
    with fleet.client(balancer.address) as client, pytest.raises(tarjama.ModelNotFound) as caught:
        client.translate(HELLO, options=TranslationOptions(model="absent"))
    assert caught.value.reason == "MODEL_NOT_FOUND"
    assert _logged_calls(fleet, caught.value.request_id)


def test_a_refusal_says_when_to_come_again(fleet: Fleet, balancer: Balancer) -> None:
    with (
        fleet.client(balancer.address, caller=THRIFTY, retry=_ONCE) as client,
        pytest.raises(tarjama.ServerBusy) as caught,
    ):
        # Every server counts for itself what the token's quota holds.
        for _ in range(len(fleet.servers) + 1):
            client.translate(HELLO)
    assert caught.value.reason == "QUOTA_EXCEEDED"
    assert 0 < (caught.value.retry_after_s or 0) <= 60


def test_a_stream_that_is_refused_while_it_is_sent_says_why(
    fleet: Fleet, balancer: Balancer
) -> None:
    head = f"{HELLO}\n\n{HELLO}".encode()
    document = head + b"\xff" + b"a" * _LONG_BYTES
    with (
        fleet.client(balancer.address) as client,
        pytest.raises(tarjama.InvalidInput, match=f"byte {len(head)}") as caught,
    ):
        client.stream([document]).read()
    assert caught.value.reason == "INVALID_UTF8"


def test_work_ends_when_its_caller_leaves(fleet: Fleet, balancer: Balancer) -> None:
    with fleet.client(balancer.address) as client, client.stream(paragraphs()) as stream:
        next(stream)
        assert sum(map(fleet.stream_count, fleet.running())) == 1
    wait_until(lambda: not any(map(fleet.stream_count, fleet.running())), "the stream's end")


def test_callers_are_known_by_their_tokens(fleet: Fleet, balancer: Balancer) -> None:
    for caller in CALLERS:
        request_id = f"{caller}-{uuid.uuid4().hex}"
        _call(fleet, balancer, caller, request_id)
        (call,) = _logged_calls(fleet, request_id)
        assert (call["caller_kind"], call["caller"]) == ("token", caller)


def test_a_caller_without_a_token_is_refused(fleet: Fleet, balancer: Balancer) -> None:
    with (
        Client(balancer.address, tls=fleet.tls) as client,
        pytest.raises(tarjama.AuthenticationFailed) as caught,
    ):
        client.translate(HELLO)
    assert caught.value.reason == "CREDENTIALS_MISSING"


@pytest.mark.parametrize("given", ["the-callers-own", None])
def test_both_logs_know_a_call_by_one_id(
    fleet: Fleet, balancer: Balancer, given: str | None
) -> None:
    request_id = _call(fleet, balancer, CALLERS[0], given)
    if given is not None:
        assert request_id == given
    assert _logged_calls(fleet, request_id)
    wait_until(lambda: f"request={request_id} " in balancer.log(), "the call in the log")


def test_health_may_be_asked_and_not_watched(fleet: Fleet, balancer: Balancer) -> None:
    # Watched, it would be one server's, and clients would shun the address while that one drains.
    with fleet.client(balancer.address) as client:
        assert client.health() is Health.SERVING
    with _channel(fleet, balancer) as channel, pytest.raises(grpc.RpcError) as caught:
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        list(watch(health_pb2.HealthCheckRequest(), timeout=30))
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("run", [nginx, haproxy])
def test_without_servers_calls_are_unavailable(fleet: Fleet, tmp_path: Path, run: Run) -> None:
    nowhere = ["127.0.0.1:1", "127.0.0.2:1", "127.0.0.3:1"]
    with run(tmp_path, fleet, nowhere) as balancer, _channel(fleet, balancer) as channel:
        stub = pb_grpc.TranslationServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.GetModel(pb.GetModelRequest(), timeout=30)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


def _channel(fleet: Fleet, balancer: Balancer) -> grpc.Channel:
    return grpc.secure_channel(
        balancer.address, grpc.ssl_channel_credentials(fleet.authority.ca_bytes)
    )


def _call(fleet: Fleet, balancer: Balancer, caller: str, request_id: str | None) -> str:
    """Make a call; give the id that it came back with."""
    metadata: tuple[tuple[str, str | bytes], ...] = (
        ("authorization", f"Bearer {fleet.tokens[caller]}"),
    )
    if request_id is not None:
        metadata += (("x-request-id", request_id),)
    with _channel(fleet, balancer) as channel:
        stub = pb_grpc.TranslationServiceStub(channel)
        _, call = stub.GetModel.with_call(pb.GetModelRequest(), metadata=metadata, timeout=30)
        trailers = dict(call.trailing_metadata())
    return str(trailers["x-request-id"])


def _logged_calls(fleet: Fleet, request_id: str | None) -> list[dict[str, Any]]:
    """What the servers have logged of a call."""
    return [
        entry
        for server in fleet.servers
        for entry in server.log()
        if entry.get("request_id") == request_id
    ]
