"""Other gRPC clients find servers by a name, with the service config that BALANCING.md gives."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import grpc

from tarjama_proto.v1 import translation_pb2 as pb
from tarjama_proto.v1 import translation_pb2_grpc as pb_grpc
from tests.faults.documents import HELLO
from tests.faults.findings import wait_until
from tests.reach.balancing.balancers import DEPLOY
from tests.reach.balancing.fleet import CALLERS, HOSTS, SERVERS_NAME, Fleet
from tests.reach.balancing.nameserver import Nameserver

_TIMEOUT_S = 60
# So many calls, one after another, reach every server that takes part.
_ROUND = 12
# By default gRPC asks for a name at most once in 30 s.
_RESOLUTION_PAUSE = ("grpc.dns_min_time_between_resolutions_ms", 200)


def test_calls_go_to_the_servers_that_a_name_has_and_that_serve(fleet: Fleet) -> None:
    with ExitStack() as stack:
        nameserver = stack.enter_context(Nameserver(SERVERS_NAME, HOSTS[:2]))
        channel = stack.enter_context(_channel(fleet, nameserver.target(fleet.port)))
        wait_until(lambda: _reached(fleet, channel) == {0, 1}, "calls on both servers")
        nameserver.change(HOSTS[1:])
        draining = stack.enter_context(ThreadPoolExecutor()).submit(fleet.drain, 0)
        while not draining.done():
            _call(fleet, channel)
        assert draining.result() == 0
        wait_until(lambda: _reached(fleet, channel) == {1, 2}, "calls on the name's new server")
        fleet.start_anew(0)


def _channel(fleet: Fleet, address: str) -> grpc.Channel:
    return grpc.secure_channel(
        address,
        grpc.ssl_channel_credentials(fleet.authority.ca_bytes),
        (("grpc.service_config", _documented_service_config()), _RESOLUTION_PAUSE),
    )


def _documented_service_config() -> str:
    page = (DEPLOY / "BALANCING.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    return str(block)


def _call(fleet: Fleet, channel: grpc.Channel) -> None:
    metadata = (("authorization", f"Bearer {fleet.tokens[CALLERS[0]]}"),)
    request = pb.TranslateTextRequest(texts=[HELLO])
    pb_grpc.TranslationServiceStub(channel).TranslateText(
        request, metadata=metadata, timeout=_TIMEOUT_S
    )


def _reached(fleet: Fleet, channel: grpc.Channel) -> set[int]:
    """Make some calls; give the servers that answered."""
    before = {index: fleet.answered_count(index) for index in fleet.running()}
    for _ in range(_ROUND):
        _call(fleet, channel)
    return {index for index, count in before.items() if fleet.answered_count(index) > count}
