"""What serve says of more threads than cores. No model is loaded: it says so before."""

import pytest

from tests.conftest import StartServer

WARNING = "more threads than cores"


def _log(start_server: StartServer, *arguments: str) -> str:
    process = start_server("--models", "no-such-model", *arguments, wait=False)
    assert process.wait() == 1
    return process.stderr


def test_more_threads_than_cores_are_warned_of(start_server: StartServer) -> None:
    log = _log(start_server, "--workers", "256", "--threads-per-worker", "2")
    assert WARNING in log
    assert "workers=256" in log


@pytest.mark.parametrize(
    "arguments",
    [(), ("--workers", "1"), ("--workers", "256", "--device", "cuda")],
    ids=["by default", "a thread", "on a GPU"],
)
def test_what_cores_suffice_for_is_not_warned_of(
    arguments: tuple[str, ...], start_server: StartServer
) -> None:
    assert WARNING not in _log(start_server, *arguments)
