"""Addresses, connections and who may call: what gRPC is told before it serves."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import grpc

from tarjama_server.app.errors import StartupError
from tarjama_server.auth import Authenticator
from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tls import CertificatesUnusable, TLSFiles, server_credentials
from tarjama_server.auth.tokens_file import TokensFile, TokensFileError
from tarjama_server.config import Settings

_CHANNEL_OPTIONS = (
    # On by default, it lets a second server bind the port unnoticed.
    ("grpc.so_reuseport", 0),
    # Above any request within our own limits, whose errors say more than grpc's.
    ("grpc.max_receive_message_length", 8 << 20),
    ("grpc.max_send_message_length", 64 << 20),
    # A caller that vanished without a word is noticed within 3 minutes, and its work dropped;
    # gRPC's default is 2 hours.
    ("grpc.keepalive_time_ms", 150_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    # Callers may do the same: the client library asks every 310 s while it has calls, others as
    # often as load balancers need. More than gRPC's default of one in 5 minutes is no abuse.
    ("grpc.http2.min_ping_interval_without_data_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # gRPC cancels calls at random, without a word on why, when so many wait to be looked at; from
    # its default of 1,000 on, of 2,000 calls that came at once 220 were. Ours are refusals that
    # say when to come again.
    ("grpc.server.max_pending_requests", 10_000),
    ("grpc.server.max_pending_requests_hard_limit", 20_000),
)


def channel_options(settings: Settings) -> list[tuple[str, int]]:
    """What gRPC is told of connections and messages."""
    options = list(_CHANNEL_OPTIONS)
    if settings.max_connection_age_s:
        options.append(("grpc.max_connection_age_ms", round(settings.max_connection_age_s * 1e3)))
    if settings.connection_grace_s is not None:
        grace_ms = round(settings.connection_grace_s * 1e3)
        options.append(("grpc.max_connection_age_grace_ms", grace_ms))
    return options


def authenticator(settings: Settings) -> Authenticator:
    """Who lets callers in.

    Raises:
        StartupError: the tokens file cannot be read.
    """
    token = None if settings.token is None else settings.token.get_secret_value()
    if settings.tokens_file is None:
        return Authenticator(token)
    try:
        return Authenticator(token, KnownTokens(TokensFile(settings.tokens_file)))
    except TokensFileError as error:
        raise StartupError(str(error)) from error


def tls_files(settings: Settings) -> TLSFiles | None:
    """The certificates to show; None to serve without TLS."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return TLSFiles(settings.tls_cert, settings.tls_key, settings.tls_client_ca)


def bind(server: grpc.aio.Server, address: str, tls: TLSFiles | None) -> str:
    """Bind `address` and give it as clients should name it, its port filled in.

    A socket is not encrypted: what goes through it does not leave the machine.

    Raises:
        StartupError: it is taken or no address, or the certificates cannot be used.
    """
    if address.startswith("unix:"):
        _check_socket(Path(address.removeprefix("unix:")))
    else:
        _check_port(address)
    try:
        if tls is None or address.startswith("unix:"):
            port = server.add_insecure_port(address)
        else:
            port = server.add_secure_port(address, server_credentials(tls))
    except CertificatesUnusable as error:
        raise StartupError(str(error)) from error
    except RuntimeError as error:
        raise StartupError(f"cannot listen on {address}: is it in use, or no address?") from error
    if address.startswith("unix:"):
        return address
    return f"{address.rpartition(':')[0]}:{port}"


def _check_port(address: str) -> None:
    """Refuse ports that grpc would take modulo 65,536.

    Raises:
        StartupError: `address` has no port from 0 to 65535.
    """
    port = address.rpartition(":")[2]
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise StartupError(f"cannot listen on {address}: an address is HOST:PORT or unix:PATH")


def _check_socket(path: Path) -> None:
    """Remove the socket of a server that was killed.

    grpc removes any socket that is in its way, that of a running server too.

    Raises:
        StartupError: a server answers there, or it is a file of another kind.
    """
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise StartupError(f"cannot listen on unix:{path}: it is there and is no socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StartupError(f"cannot listen on unix:{path}: {error.strerror}") from error
        else:
            raise StartupError(f"cannot listen on unix:{path}: a server is listening there")
