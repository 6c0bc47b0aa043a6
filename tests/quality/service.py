"""The service under test: a server process and the client library."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tarjama import Client, LineHandling, Model, Translation, TranslationOptions
from tests.server.process.server_process import ServerProcess

BUNDLED_MODEL: Final = "ar-en-small"
"""The model that needs no download."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to measure.

    Attributes:
        model: name of the model.
        models_dir: where fetched models live. None for the platform's user-data folder.
        server: address of a running server. None to start one.
    """

    model: str = BUNDLED_MODEL
    models_dir: Path | None = None
    server: str | None = None


class ServerEnded(Exception):
    """The server ended before it was ready. The message is what it said."""


class Service:
    """Translates through the client library. A text asked for twice is translated once.

    Attributes:
        address: where the server listens.
        model: the model that translates.
        options: how it does: every line end ends a sentence.
    """

    def __init__(self, client: Client, address: str, model: Model) -> None:
        self._client = client
        self.address = address
        self.model = model
        self.options = TranslationOptions(model=model.name, line_handling=LineHandling.LINES)
        self._known: dict[str, Translation] = {}

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts, each as a document of its own."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        translations = self._client.translate_many(unknown, options=self.options)
        self._known.update(zip(unknown, translations, strict=True))
        return [self._known[text] for text in texts]


@contextmanager
def open_service(target: Target) -> Iterator[Service]:
    """Start a server with the target's model, or use the running one.

    Raises:
        TarjamaError: the server cannot be reached, or does not serve the model.
        ServerEnded: the server ended before it was ready.
    """
    with ExitStack() as stack:
        address = target.server or stack.enter_context(_server(target))
        client = stack.enter_context(Client(address))
        yield Service(client, address, client.model(target.model))


@contextmanager
def _server(target: Target) -> Iterator[str]:
    models_dir = ["--models-dir", str(target.models_dir)] if target.models_dir else []
    with tempfile.TemporaryDirectory() as folder:
        process = ServerProcess(
            *("--listen", "127.0.0.1:0", "--models", target.model),
            *("--cache-bytes", "0"),  # or the invariance would be the cache's
            *models_dir,
            folder=Path(folder),
        )
        try:
            try:
                process.wait_until_ready()
            except AssertionError as error:
                raise ServerEnded(str(error)) from error
            yield process.address
        finally:
            process.kill()
