"""Servers come and go under load, and no call that could be repeated fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tarjama import Client, RetryPolicy
from tests.faults.documents import HELLO
from tests.faults.findings import wait_until
from tests.reach.balancing.balancers import Balancer, Nginx
from tests.reach.balancing.fleet import Fleet
from tests.reach.balancing.steady_load import steady_load

# So many of a closed loop's calls answered by each server: they are spread over all.
_SHARE = 20
_ONCE = RetryPolicy(max_attempts=1)
_TIMEOUT_S = 60


def test_no_call_fails_while_servers_behind_a_name_come_and_go(fleet: Fleet, name: str) -> None:
    _kill_and_drain(fleet, name)


@pytest.mark.system
def test_no_call_fails_while_servers_behind_a_balancer_come_and_go(
    fleet: Fleet, balancer: Balancer
) -> None:
    _kill_and_drain(fleet, balancer.address)


@pytest.mark.system
def test_no_call_meets_a_draining_server_that_nginx_leaves_out(
    fleet: Fleet, running_nginx: Nginx
) -> None:
    document, is_over = [f"{HELLO}\n\n", f"{HELLO}\n\n", HELLO], threading.Event()

    def pieces() -> Iterator[str]:
        yield from document[:-1]
        is_over.wait(_TIMEOUT_S)
        yield document[-1]

    with ExitStack() as stack:
        client = stack.enter_context(fleet.client(running_nginx.address))
        stream = client.stream(pieces())
        translation = next(stream).translation
        drained = _server_with_stream(fleet)
        running_nginx.leave_out(drained)
        wait_until(lambda: not _is_reached(fleet, drained, client), "nginx to leave it out")
        once = stack.enter_context(fleet.client(running_nginx.address, retry=_ONCE))
        pool = stack.enter_context(ThreadPoolExecutor())
        draining = pool.submit(fleet.drain, drained)
        while not draining.done():
            once.translate(HELLO)
        assert draining.result() == 0
        is_over.set()
        translation += "".join(segment.translation for segment in stream)
        assert translation == once.translate("".join(document)).text
        fleet.start_anew(drained)


def _is_reached(fleet: Fleet, index: int, client: Client) -> bool:
    """Whether one of a few calls reaches a server."""
    before = fleet.answered_count(index)
    for _ in range(2 * len(fleet.servers)):
        client.translate(HELLO)
    return fleet.answered_count(index) > before


def _kill_and_drain(fleet: Fleet, address: str) -> None:
    """Under load, kill a server with a stream, drain another, and start both anew."""
    with steady_load(fleet, address) as load:
        _wait_for_calls(fleet)
        killed = _server_with_stream(fleet)
        fleet.kill(killed)
        _wait_for_calls(fleet)
        drained = _server_with_stream(fleet)
        assert fleet.drain(drained) == 0
        _wait_for_calls(fleet)
        with ThreadPoolExecutor() as pool:
            list(pool.map(fleet.start_anew, (killed, drained)))
        _wait_for_calls(fleet)
    assert load.failures == []
    with fleet.client(address) as client:
        assert [stream.is_as_undisturbed(client) for stream in load.streams] == [True, True]


def _wait_for_calls(fleet: Fleet) -> None:
    """Wait until all servers that run have answered their share of further calls."""
    before = {index: fleet.answered_count(index) for index in fleet.running()}
    wait_until(
        lambda: all(
            fleet.answered_count(index) >= count + _SHARE for index, count in before.items()
        ),
        "calls on every server that runs",
    )


def _server_with_stream(fleet: Fleet) -> int:
    """Wait until a stream is in progress; give the server that has it."""
    wait_until(lambda: _servers_with_streams(fleet) != [], "a stream on a server")
    return _servers_with_streams(fleet)[0]


def _servers_with_streams(fleet: Fleet) -> list[int]:
    return [index for index in fleet.running() if fleet.stream_count(index)]
