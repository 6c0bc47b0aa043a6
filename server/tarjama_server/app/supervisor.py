"""What supervises this process, as systemd does, and how it is told of the server's life."""

from __future__ import annotations

import socket

from tarjama_server.observability import logger

# How long calls wait, at most, for a supervisor whose queue is full.
_PATIENCE_S = 1.0


class Supervisor:
    """A supervisor that speaks sd_notify's protocol, or none.

    The protocol is a datagram of `NAME=value` lines, and stable:
    https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
    """

    def __init__(self, address: str | None) -> None:
        """Name the supervisor; nothing is sent yet.

        Args:
            address: the path of its socket, or `@` and a name in the abstract namespace. None
                or empty: there is no supervisor, and it is told nothing.
        """
        self._address = address

    def tell_ready(self, status: str) -> None:
        """Say that calls are answered."""
        self._tell("READY=1", f"STATUS={status}")

    def tell_stopping(self, status: str) -> None:
        """Say that the server is ending."""
        self._tell("STOPPING=1", f"STATUS={status}")

    def tell_status(self, status: str) -> None:
        """Say in one line what the server does."""
        self._tell(f"STATUS={status}")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):
            address = "\0" + address.removeprefix("@")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
                datagrams.settimeout(_PATIENCE_S)
                datagrams.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            logger().warning("cannot tell the supervisor", reason=error.strerror or str(error))
