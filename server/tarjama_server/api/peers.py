"""The other end of a call's connection, as gRPC tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import grpc

from tarjama_server.auth import Peer


def peer_of(context: grpc.aio.ServicerContext[Any, Any]) -> Peer:
    """Who is at the other end."""
    return Peer(_address(context.peer()), _subject(context.auth_context()))


def _address(peer: str) -> str:
    """`ipv4:192.0.2.1:4242` without scheme and port; of a socket, which has no more, `unix`."""
    scheme, _, rest = unquote(peer).partition(":")
    if scheme in ("ipv4", "ipv6"):
        return rest.rpartition(":")[0].strip("[]")
    return scheme


def _subject(auth_context: Mapping[str, Iterable[bytes]]) -> str | None:
    """The verified certificate's subject, or its first alternative name if that is empty."""
    for key in ("x509_subject", "x509_subject_alternative_name"):
        for value in auth_context.get(key, ()):
            if value:
                return value.decode(errors="replace")
    return None
