"""Where the server is, and whether the way there may carry a token."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from tarjama.errors import InsecureToken

__all__ = ["TLS", "Endpoint", "endpoint"]

# The schemes of https://github.com/grpc/grpc/blob/master/doc/naming.md that make sense here.
_NETWORK_SCHEMES = ("dns", "ipv4", "ipv6")
_LOCAL_SCHEMES = ("unix", "unix-abstract")
_HOST_AND_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%\w]+\]|[^:\[\]/\s]+):(?P<port>[0-9]{1,5})")
# The characters of a bearer token, RFC 6750 section 2.1.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TLS:
    """How to encrypt the way to the server. Files are in PEM and read once, by the client.

    Attributes:
        ca: Certificates to trust. None for those that gRPC brings.
        cert: The client's own certificate, for servers that ask for one.
        key: The key of `cert`. Given together with it.
        server_name: The name to expect in the server's certificate. None for the address's.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    server_name: str | None = None

    def __post_init__(self) -> None:
        if (self.cert is None) != (self.key is None):
            raise ValueError("TLS needs cert and key together; only one was given.")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server's address, checked.

    Attributes:
        address: The address as gRPC takes it.
        is_local: Whether it cannot leave this machine.
        tls: None for a connection in clear.
        token: Sent with each call as `authorization: Bearer`. Not shown by `repr`.
    """

    address: str
    is_local: bool
    tls: TLS | None
    token: str | None = field(repr=False)


def endpoint(address: str, *, tls: TLS | None, token: str | None) -> Endpoint:
    """Check where to connect to.

    Args:
        address: `HOST:PORT`, `unix:PATH`, `dns:///HOST:PORT` or `ipv4:`/`ipv6:` with one or
            more `HOST:PORT`, separated by commas.
        tls: None for a connection in clear.
        token: A bearer token, or None.

    Raises:
        ValueError: The address or the token is malformed. The token is not in the message.
        InsecureToken: A token was given for a connection in clear that leaves this machine.
    """
    is_local = _is_local(address)
    if token is not None and _TOKEN.fullmatch(token) is None:
        raise ValueError(
            f"The token ({len(token)} characters) is malformed: it may hold the letters A-Z "
            "and a-z, digits and -._~+/ only, and end in =."
        )
    if token is not None and tls is None and not is_local:
        raise InsecureToken(
            f"The token would be sent to {address} in clear. "
            "Use TLS, or a unix: or loopback address."
        )
    return Endpoint(address=address, is_local=is_local, tls=tls, token=token)


def _is_local(address: str) -> bool:
    scheme, _, rest = address.partition(":")
    if scheme in _LOCAL_SCHEMES:
        if not rest:
            raise ValueError(f"The address {address!r} names no socket; write unix:PATH.")
        return True
    if scheme in _NETWORK_SCHEMES and not rest.isdecimal():
        # dns:///HOST:PORT, or dns://RESOLVER/HOST:PORT.
        places = [rest.rpartition("/")[2]] if scheme == "dns" else rest.split(",")
    else:
        places = [address]
    return all([_is_loopback(_host(place, address)) for place in places])


def _host(place: str, address: str) -> str:
    match = _HOST_AND_PORT.fullmatch(place)
    if match is None or int(match["port"]) > 65535:
        raise ValueError(
            f"The address {address!r} is malformed; write HOST:PORT, such as 127.0.0.1:50051, "
            "or unix:PATH."
        )
    return match["host"].strip("[]")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
