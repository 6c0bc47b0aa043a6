"""Serves an application over HTTP until a signal asks for the end."""

import re
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

__all__ = ["listen", "serve", "url_of"]

_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%\w]+\]|[^:\[\]/\s]+):(?P<port>[0-9]{1,5})")

# Seconds for requests in work to end, after a signal. What is left then is cut off.
_GRACE_S = 30
_BACKLOG = 1024


def listen(address: str) -> socket.socket:
    """Opens the socket to listen on.

    Args:
        address: `HOST:PORT`; port 0 for a free one.

    Raises:
        ValueError: the address is malformed.
        OSError: it cannot be listened on.
    """
    match = _HOST_AND_PORT.fullmatch(address)
    if match is None or int(match["port"]) > 65535:
        raise ValueError(f"{address!r} is no address; write HOST:PORT, such as 127.0.0.1:5000.")
    host, port = match["host"].strip("[]"), int(match["port"])
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def url_of(listening: socket.socket) -> str:
    """Gives the URL of a socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(application: ASGIApp, listening: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serves until SIGINT or SIGTERM, and returns when requests in work are done.

    A second SIGINT does not wait for them.

    Args:
        application: What answers.
        listening: The socket, closed at the end.
        on_ready: Called when connections are taken.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            # Neither uvloop nor httptools: the time goes into translating, and h11 bounds the
            # size of what it reads before a request is whole (64 KiB).
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            # The lines of the access log would hold the texts of queries.
            access_log=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_GRACE_S,
        )
    )
    with _signals_end(server):
        on_ready()
        server.run(sockets=[listening])


@contextmanager
def _signals_end(server: uvicorn.Server) -> Iterator[None]:
    """Makes signals end the server before and after it takes them itself.

    When it has ended it raises again those it got, for whoever had them before: here they have
    done what they were for.
    """

    def end(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
