"""The client for asyncio."""

import asyncio
import copy
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar

from tarjama._async_translation_stream import AsyncTranslationStream
from tarjama._calls import (
    MAX_UNARY_CHARACTERS,
    CallDefaults,
    check_answers,
    checked_texts,
    needs_limits,
    plan_calls,
)
from tarjama._endpoint import TLS, endpoint
from tarjama._retry import Deadline, RetryPolicy
from tarjama._source import AsyncSource, Source, check_text
from tarjama._transport import AsyncTransport
from tarjama.errors import TarjamaError
from tarjama.options import TranslationOptions
from tarjama.results import Health, Model, Translation

__all__ = ["AsyncClient"]

_Result = TypeVar("_Result")


class AsyncClient:
    """Translates through a Tarjama server. An asynchronous context manager.

    Belongs to the event loop that its first call runs in; that call connects. All calls share
    one connection, which is made again when it breaks. Every method but `close` raises
    `TarjamaError`: see `tarjama.errors` for the kinds, and `RuntimeError` once the client is
    closed.

    Args:
        address: `HOST:PORT`, `unix:PATH`, `dns:///HOST:PORT`, or `ipv4:`/`ipv6:` with several
            `HOST:PORT` separated by commas, which share the load.
        timeout_s: Seconds a whole call may take, its retries included, unless the call says
            otherwise. None or infinity for no limit.
        options: How to translate, unless the call says otherwise.
        tls: How to encrypt. None for a connection in clear.
        token: Bearer token to send with every call.
        retry: How often and how soon to try again.

    Raises:
        ValueError: `address`, `timeout_s` or `token` is malformed.
        InsecureToken: A token, a connection in clear, and an address beyond this machine.
        OSError: A file of `tls` cannot be read.
    """

    def __init__(
        self,
        address: str,
        *,
        timeout_s: float | None = None,
        options: TranslationOptions | None = None,
        tls: TLS | None = None,
        token: str | None = None,
        retry: RetryPolicy | None = None,
    ) -> None:
        self._defaults = CallDefaults(options=options, timeout_s=timeout_s, retry=retry)
        self._transport = AsyncTransport(endpoint(address, tls=tls, token=token))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def with_token(self, token: str | None) -> "AsyncClient":
        """This client, but for the token: for a front that passes on those of its callers.

        The two share one connection and one retry budget, and are closed together.

        Args:
            token: Bearer token to send with every call; None to send none.

        Raises:
            ValueError: `token` is malformed.
            InsecureToken: A connection in clear, and an address beyond this machine.
        """
        client = copy.copy(self)
        client._transport = self._transport.with_token(token)
        return client

    async def translate(
        self,
        text: str,
        *,
        options: TranslationOptions | None = None,
        timeout_s: float | None = None,
    ) -> Translation:
        """Translate a document held in memory. One above 20,000 code points is streamed."""
        check_text(text, "text")
        options, deadline = self._defaults.options(options), self._defaults.deadline(timeout_s)
        if len(text) > MAX_UNARY_CHARACTERS:
            return await self._stream([text], options, deadline).read()
        return (await self._translate([text], options, deadline))[0]

    async def translate_many(
        self,
        texts: Iterable[str],
        *,
        options: TranslationOptions | None = None,
        timeout_s: float | None = None,
    ) -> list[Translation]:
        """Translate documents, each by itself; the results are in the same order.

        Makes as many calls, one after another, as the server's limits ask for. A text above
        20,000 code points is streamed. If one call fails, what the others gave is lost.
        """
        checked = checked_texts(texts)
        options, deadline = self._defaults.options(options), self._defaults.deadline(timeout_s)
        limits = None
        if needs_limits(checked):
            limits = (await self._model(options.model, deadline)).limits
        translations: list[Translation] = []
        for call in plan_calls(checked, limits):
            part = [checked[index] for index in call.indices]
            if call.is_stream:
                translations.append(await self._stream(part, options, deadline).read())
            else:
                translations += await self._translate(part, options, deadline)
        return translations

    def stream(
        self,
        source: Source | AsyncSource,
        *,
        options: TranslationOptions | None = None,
        timeout_s: float | None = None,
    ) -> AsyncTranslationStream:
        """Translate one document of any length, segment by segment, in bounded memory.

        Args:
            source: A path, an open file, or text or UTF-8 in pieces, which may end anywhere.
                A `str` or `bytes` is the document itself. What is not an asynchronous iterable
                is read in worker threads.
            options: How to translate.
            timeout_s: Seconds for the whole stream.
        """
        deadline = self._defaults.deadline(timeout_s)
        return self._stream(source, self._defaults.options(options), deadline)

    async def models(self, *, timeout_s: float | None = None) -> list[Model]:
        """The models the server can translate with, the default one first."""
        deadline = self._defaults.deadline(timeout_s)
        models, page_token = await self._models("", deadline)
        while page_token:
            page, page_token = await self._models(page_token, deadline)
            models += page
        return models

    async def model(self, name: str = "", *, timeout_s: float | None = None) -> Model:
        """One model; the server's default without a name."""
        return await self._model(name, self._defaults.deadline(timeout_s))

    async def health(self, *, timeout_s: float = 5.0) -> Health:
        """What the server says of itself. Asked once, without retries."""
        return await self._transport.health(Deadline(timeout_s))

    async def close(self) -> None:
        """Close the connection; calls in progress raise `Cancelled`."""
        await self._transport.close()

    async def _translate(
        self, texts: list[str], options: TranslationOptions, deadline: Deadline
    ) -> list[Translation]:
        translations = await self._retried(
            lambda: self._transport.translate(texts, options, deadline), deadline
        )
        check_answers(texts, translations)
        return translations

    def _stream(
        self, source: Source | AsyncSource, options: TranslationOptions, deadline: Deadline
    ) -> AsyncTranslationStream:
        retries = self._defaults.retries(deadline)
        return AsyncTranslationStream(self._transport, source, options, retries, deadline)

    async def _model(self, name: str, deadline: Deadline) -> Model:
        return await self._retried(lambda: self._transport.get_model(name, deadline), deadline)

    async def _models(self, page_token: str, deadline: Deadline) -> tuple[list[Model], str]:
        return await self._retried(
            lambda: self._transport.list_models(page_token, deadline), deadline
        )

    async def _retried(
        self, attempt: Callable[[], Awaitable[_Result]], deadline: Deadline
    ) -> _Result:
        retries = self._defaults.retries(deadline)
        while True:
            try:
                result = await attempt()
            except TarjamaError as error:
                await asyncio.sleep(retries.pause_after(error))
            else:
                retries.succeeded()
                return result
