from collections.abc import Iterator
from typing import Protocol, Unpack

import pytest

import tarjama
from tests.client.library.drivers import Driver, Settings, TaskDriver, ThreadDriver
from tests.client.library.scripted import ScriptedServer

# Pauses short enough for tests; everything else as by default.
SWIFT = tarjama.RetryPolicy(initial_backoff_s=0.01, max_backoff_s=0.02)


class Connect(Protocol):
    def __call__(self, address: str | None = None, **settings: Unpack[Settings]) -> Driver: ...


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture(params=[ThreadDriver, TaskDriver], ids=["threads", "asyncio"])
def connect(request: pytest.FixtureRequest, server: ScriptedServer) -> Iterator[Connect]:
    """Makes clients of the kind under test, by default of `server`."""
    drivers: list[Driver] = []

    def connect(address: str | None = None, **settings: Unpack[Settings]) -> Driver:
        settings.setdefault("retry", SWIFT)
        drivers.append(request.param(address or server.address, **settings))
        return drivers[-1]

    yield connect
    for driver in drivers:
        driver.close()


@pytest.fixture
def client(connect: Connect) -> Driver:
    return connect()
