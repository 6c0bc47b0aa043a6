"""The command `tarjama gateway`."""

import importlib.util
import socket
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tarjama import AsyncClient, GlossaryTerm, InvalidInput, RetryPolicy
from tarjama.cli.connection import (
    ConnectionSettings,
    ServerAccess,
    connection_options,
    server_access,
)
from tarjama.cli.errors import CommandFailed
from tarjama.cli.terminology import Terminology

if TYPE_CHECKING:
    from tarjama.gateway.translation import Translator

_NEEDED = ("starlette", "uvicorn", "multipart")
_MIB = 1024 * 1024


@click.command()
@click.option(
    "--http",
    "address",
    metavar="HOST:PORT",
    default="127.0.0.1:5000",
    show_default=True,
    help="Where to listen. Port 0 for a free one. Put a proxy with TLS before what others reach.",
)
@click.option(
    "--cors",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    help="Let pages of this origin call, such as https://example.org; * for all. May be repeated.",
)
@click.option(
    "--glossary",
    "glossaries",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Terms to enforce in all that is translated: CSV, TSV or TBX. May be repeated.",
)
@click.option(
    "--max-characters",
    type=click.IntRange(min=1),
    default=200_000,
    show_default=True,
    help="Most characters in one request.",
)
@click.option(
    "--max-file-mib",
    type=click.IntRange(min=1, max=256),
    default=32,
    show_default=True,
    help="Largest file to translate, in MiB.",
)
@click.option(
    "--keep-files",
    "keep_file_s",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    default=1_800,
    show_default=True,
    help="How long a translated file can be fetched.",
)
@connection_options
def gateway(
    *,
    address: str,
    origins: tuple[str, ...],
    glossaries: tuple[Path, ...],
    max_characters: int,
    max_file_mib: int,
    keep_file_s: float,
    connection: ConnectionSettings,
) -> int:
    """Serve LibreTranslate's HTTP API, in front of a server.

    For tools that speak LibreTranslate, for OmegaT's FakeMT plug-in and for the
    plug-ins of OPUS-CAT. What they can ask is described at /spec.

    The API key of a request, or its bearer token, is passed on to the server,
    which admits or refuses. The token of --token-file or TARJAMA_TOKEN is for
    requests that have none: whoever reaches the gateway then translates with it.

    Prints ready and its URL when it takes requests, and runs until Ctrl-C or
    SIGTERM; then requests in work have 30 seconds to end.

    Exit codes: 0 ended by a signal, 1 failed, 2 misuse.
    """
    if not all(importlib.util.find_spec(module) for module in _NEEDED):
        raise CommandFailed("The gateway is not installed. Install it: pip install 'tarjama[http]'")
    # Not at the top: an extra of its own.
    from tarjama.gateway.application import create_application
    from tarjama.gateway.serving import serve, url_of
    from tarjama.gateway.settings import GatewaySettings

    settings = GatewaySettings(
        origins=origins,
        max_characters=max_characters,
        max_file_bytes=max_file_mib * _MIB,
        keep_file_s=keep_file_s,
        timeout_s=connection.timeout_s or GatewaySettings().timeout_s,
    )
    terminology = Terminology(glossaries)
    with ExitStack() as opened:
        listening = opened.enter_context(_listening(address))
        access = opened.enter_context(server_access(connection))
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="tarjama-gateway-"))
        # An embedded server knows one token, which is nobody's key.
        translator = _translator(
            access, terminology, settings.timeout_s, passes_tokens=connection.server is not None
        )
        application = create_application(translator, settings, Path(folder))
        serve(application, listening, lambda: click.echo(f"ready {url_of(listening)}"))
    return 0


def _listening(address: str) -> socket.socket:
    from tarjama.gateway.serving import listen

    try:
        return listen(address)
    except ValueError as error:
        raise click.UsageError(f"--http: {error}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandFailed(f"Cannot listen on {address}: {reason}.") from error


def _translator(
    access: ServerAccess, terminology: Terminology, timeout_s: float, *, passes_tokens: bool
) -> "Translator":
    from tarjama.gateway.translation import Translator

    def terms_in(texts: Iterable[str]) -> tuple[GlossaryTerm, ...]:
        try:
            return terminology.terms_in(texts)
        except CommandFailed as error:
            raise InvalidInput(str(error)) from error

    def client(retry: RetryPolicy) -> AsyncClient:
        return AsyncClient(access.address, tls=access.tls, token=access.token, retry=retry)

    return Translator(
        client(RetryPolicy(max_attempts=1)),
        client(RetryPolicy()),
        terms_in=terms_in,
        timeout_s=timeout_s,
        passes_tokens=passes_tokens,
    )
