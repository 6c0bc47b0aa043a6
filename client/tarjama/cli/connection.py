"""Which server a command talks to, and how."""

import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from tarjama import (
    TLS,
    Client,
    InsecureToken,
    Segment,
    TarjamaError,
    Translation,
    TranslationOptions,
    Unavailable,
)
from tarjama.cli.call_thread import CallThread
from tarjama.cli.embedded import EmbeddedServer, is_installed
from tarjama.cli.errors import CommandFailed, EmbeddedServerFailed

_Answer = TypeVar("_Answer")

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_OPTIONS = (
    click.option(
        "--server",
        metavar="ADDRESS",
        envvar="TARJAMA_SERVER",
        help="HOST:PORT or unix:PATH. Also read from TARJAMA_SERVER. With neither, a server is "
        "started for this command alone, if tarjama[server] is installed.",
    ),
    click.option(
        "--timeout",
        "timeout_s",
        metavar="SECONDS",
        type=click.FloatRange(min=0, min_open=True),
        help="Give up on a document, or on an answer, after this time, retries included.",
    ),
    click.option(
        "--token-file",
        type=_FILE,
        help="File with the token that the server asks for. Also read from TARJAMA_TOKEN.",
    ),
    click.option(
        "--tls", is_flag=True, help="Encrypt the connection, and trust the usual authorities."
    ),
    click.option("--ca", type=_FILE, help="Trust these certificates instead. Implies --tls."),
    click.option("--cert", type=_FILE, help="Certificate to show to the server. Implies --tls."),
    click.option("--key", type=_FILE, help="Key of --cert."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """What the connection options say.

    Attributes:
        server: The server's address, or None for an embedded one.
        timeout_s: Seconds that one call may take; None for no limit.
        token_file: Holds the token. The environment's `TARJAMA_TOKEN` serves without it.
        tls: Whether to encrypt; `ca` and `cert` say so too.
        ca: Certificates to trust.
        cert: The client's certificate.
        key: Key of `cert`.
    """

    server: str | None
    timeout_s: float | None
    token_file: Path | None
    tls: bool
    ca: Path | None
    cert: Path | None
    key: Path | None


def connection_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options that say which server to talk to, and passes them on as `connection`."""
    names = [field.name for field in fields(ConnectionSettings)]

    @wraps(command)
    def with_settings(**parameters: Any) -> int:  # noqa: ANN401 - click passes options of any type
        settings = ConnectionSettings(**{name: parameters.pop(name) for name in names})
        return command(**parameters, connection=settings)

    decorated = with_settings
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


@dataclass(frozen=True, slots=True)
class StreamedSegment:
    """A segment of a stream.

    Attributes:
        segment: The segment.
        safe_bytes: Bytes of UTF-8 before a place of the document where a new stream may begin,
            and go on as if it were the same; at or after the end of `segment` or some before it.
    """

    segment: Segment
    safe_bytes: int


class Connection:
    """A client, and the embedded server that it talks to, if that is how it is."""

    def __init__(
        self,
        client: Client,
        calls: CallThread,
        server: EmbeddedServer | None,
        timeout_s: float | None,
    ) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._calls = calls
        self._server = server
        self._checksums: dict[str, str] = {}
        self._asking = threading.Lock()

    def ask(self, question: Callable[[Client], _Answer]) -> _Answer:
        """Calls the server, in such a way that Ctrl-C does no harm."""
        return self._calls.run(partial(question, self._client))

    def segments(
        self, texts: Iterator[str], options: TranslationOptions
    ) -> Generator[StreamedSegment, None, None]:
        """Translates a document. Close the generator: that ends the stream if it is not at its end.

        Args:
            texts: The document, iterated on another thread.
            options: How to translate it.
        """
        # A thread of its own: others may be waiting for the segments of other documents.
        with CallThread() as calls:
            stream = calls.run(lambda: self._client.stream(texts, options=options))
            try:
                while (segment := calls.run(lambda: next(stream, None))) is not None:
                    yield StreamedSegment(segment, stream.progress.acknowledged_bytes)
            finally:
                # The call thread may be waiting for the next segment, until this ends the wait.
                threading.Thread(target=stream.cancel, daemon=True).start()

    def translate(
        self, texts: Sequence[str], options: TranslationOptions, timeout_s: float | None
    ) -> list[Translation]:
        """Translates texts in one call. On a thread that Ctrl-C does not reach."""
        return self._client.translate_many(texts, options=options, timeout_s=timeout_s)

    def model_checksum(self, name: str) -> str:
        """Gives the checksum of a model, the default one without a name. Asked for once."""
        with self._asking:
            if name not in self._checksums:
                self._checksums[name] = self.ask(lambda client: client.model(name)).checksum
            return self._checksums[name]

    @property
    def timeout_s(self) -> float | None:
        """Seconds that one document may take. None for no limit."""
        return self._timeout_s

    def stop(self) -> None:
        """Makes all calls that run on other threads fail."""
        threading.Thread(target=self._client.close, daemon=True).start()

    def explain(self, error: TarjamaError) -> str:
        """Says what went wrong, with how the embedded server ended if that is why."""
        if self._server is not None and isinstance(error, Unavailable):
            return self._server.ending() or str(error)
        return str(error)


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """How to reach the server that the options name.

    Attributes:
        address: Its address.
        tls: How to encrypt; None for a connection in clear.
        token: Its token, or None. Not shown by `repr`.
    """

    address: str
    tls: TLS | None
    token: str | None = field(repr=False)


@contextmanager
def server_access(settings: ConnectionSettings) -> Iterator[ServerAccess]:
    """Finds the server that the options name, or starts one, for a client of the caller's own.

    Raises:
        click.UsageError: the options contradict each other, or the address is malformed.
        EmbeddedServerFailed: there is no server, or it did not start.
        CommandFailed: a file of the TLS options or the token cannot be read.
    """
    if settings.server is None:
        with _embedded_server(settings, "") as server:
            yield ServerAccess(server.address, None, server.token)
        return
    # A client of our own finds what is wrong before the caller's does.
    _remote_client(settings.server, settings).close()
    yield ServerAccess(settings.server, _tls(settings), _token(settings))


@contextmanager
def connected(settings: ConnectionSettings, *, model: str = "") -> Iterator[Connection]:
    """Connects to the server that the options name, or starts one.

    Args:
        settings: What the options say.
        model: The model that an embedded server serves. Empty for its own choice.

    Raises:
        click.UsageError: the options contradict each other, or the address is malformed.
        EmbeddedServerFailed: there is no server, or it did not start.
        CommandFailed: a file of the TLS options or the token cannot be read.
    """
    with ExitStack() as opened:
        if settings.server is None:
            server = opened.enter_context(_embedded_server(settings, model))
            client = Client(server.address, token=server.token, timeout_s=settings.timeout_s)
        else:
            server = None
            client = _remote_client(settings.server, settings)
        calls = opened.enter_context(CallThread())
        # Not after the call that may be waiting there: closing ends it.
        opened.callback(opened.enter_context(CallThread()).run, client.close)
        yield Connection(client, calls, server, settings.timeout_s)


def _embedded_server(settings: ConnectionSettings, model: str) -> EmbeddedServer:
    _refuse_lone_options(settings)
    if not is_installed():
        raise EmbeddedServerFailed(
            "No server to ask: give --server ADDRESS or set TARJAMA_SERVER, or install one "
            "beside this command with: pip install 'tarjama[server]'"
        )
    return EmbeddedServer(model=model)


def _refuse_lone_options(settings: ConnectionSettings) -> None:
    for name in ("token_file", "tls", "ca", "cert", "key"):
        if getattr(settings, name):
            option = "--" + name.replace("_", "-")
            raise click.UsageError(f"{option} needs --server: the embedded server takes none.")


def _remote_client(address: str, settings: ConnectionSettings) -> Client:
    try:
        return Client(
            address, timeout_s=settings.timeout_s, tls=_tls(settings), token=_token(settings)
        )
    except (ValueError, InsecureToken) as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise CommandFailed(f"{error.filename} cannot be read: {error.strerror}.") from error


def _tls(settings: ConnectionSettings) -> TLS | None:
    if (settings.cert is None) != (settings.key is None):
        raise click.UsageError("--cert and --key go together; only one is given.")
    if settings.tls or settings.ca is not None or settings.cert is not None:
        return TLS(ca=settings.ca, cert=settings.cert, key=settings.key)
    return None


def _token(settings: ConnectionSettings) -> str | None:
    if settings.token_file is None:
        return os.environ.get("TARJAMA_TOKEN") or None
    try:
        token = settings.token_file.read_text(encoding="ascii").strip()
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{settings.token_file} holds no token: it is not ASCII.") from error
    if not token:
        raise click.UsageError(f"{settings.token_file} holds no token: it is empty.")
    return token
