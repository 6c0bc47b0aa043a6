"""A server that asks for tokens over TLS."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.test_security import tokens
from tests.server.auth.pem import Authority
from tests.server.process.server_process import ServerProcess


@dataclass(frozen=True)
class SecuredServer:
    """Where the server is, and what it takes to call it."""

    address: str
    ca: Path
    token: str
    metered_token: str
    """May have 60,000 characters a minute translated."""


@contextmanager
def secured_server(folder: Path) -> Iterator[SecuredServer]:
    """Run a server with files in `folder`."""
    authority = Authority(folder / "authority")
    certificate = authority.issue_for_loopback()
    file = folder / "tokens.json"
    token = tokens("add", "reader", file=file)
    metered_token = tokens("add", "metered", "--characters-per-minute", 60_000, file=file)
    process = ServerProcess(
        *("--listen", "127.0.0.1:0", "--tokens-file", str(file)),
        *("--tls-cert", str(certificate.cert), "--tls-key", str(certificate.key)),
        folder=folder,
    )
    try:
        process.wait_until_ready()
        yield SecuredServer(process.address, authority.ca, token, metered_token)
    finally:
        process.kill()
