from collections.abc import Iterator

import pytest

from tests.reach.balancing.balancers import Balancer, Nginx, haproxy, nginx
from tests.reach.balancing.fleet import HOSTS, SERVERS_NAME, Fleet
from tests.reach.balancing.nameserver import Nameserver


@pytest.fixture(scope="package")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Three servers. A test that ends one starts it anew."""
    with Fleet(tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest.fixture
def running_nginx(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx before the fleet."""
    with nginx(tmp_path_factory.mktemp("nginx"), fleet, fleet.addresses) as balancer:
        yield balancer


@pytest.fixture
def running_haproxy(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Balancer]:
    """HAProxy before the fleet."""
    with haproxy(tmp_path_factory.mktemp("haproxy"), fleet, fleet.addresses) as balancer:
        yield balancer


@pytest.fixture(params=["nginx", "haproxy"])
def balancer(request: pytest.FixtureRequest) -> Balancer:
    """Each balancer before the fleet."""
    running: Balancer = request.getfixturevalue(f"running_{request.param}")
    return running


@pytest.fixture
def name(fleet: Fleet) -> Iterator[str]:
    """A name with the addresses of all servers, as gRPC takes it."""
    with Nameserver(SERVERS_NAME, HOSTS) as nameserver:
        yield nameserver.target(fleet.port)
