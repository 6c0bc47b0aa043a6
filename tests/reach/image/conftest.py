from collections.abc import Iterator

import pytest

from tests.deploy.manifests import DEPLOY
from tests.reach.image.podman import Podman

TAG = "localhost/tarjama-server"


@pytest.fixture(scope="session")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """Podman, with the base image."""
    podman = Podman(tmp_path_factory.mktemp("podman"))
    try:
        podman.make_base()
        yield podman
    finally:
        podman.close()


@pytest.fixture(scope="session")
def image(podman: Podman) -> str:
    """The image of this checkout."""
    podman.build(TAG, DEPLOY / "Containerfile", DEPLOY.parents[1])
    return TAG
