"""Both clients behind one face, so that each test of behaviour holds for both."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import TypedDict, TypeVar, Unpack

import tarjama
from tarjama._source import Source

_Result = TypeVar("_Result")

Stream = tarjama.TranslationStream | tarjama.AsyncTranslationStream


class Settings(TypedDict, total=False):
    timeout_s: float | None
    options: tarjama.TranslationOptions
    tls: tarjama.TLS
    token: str
    retry: tarjama.RetryPolicy


class CallSettings(TypedDict, total=False):
    timeout_s: float
    options: tarjama.TranslationOptions


class ThreadDriver:
    """Drives `Client`."""

    def __init__(self, address: str, **settings: Unpack[Settings]) -> None:
        self.client = tarjama.Client(address, **settings)

    def translate(self, text: str, **options: Unpack[CallSettings]) -> tarjama.Translation:
        return self.client.translate(text, **options)

    def translate_many(
        self, texts: Iterable[str], **options: Unpack[CallSettings]
    ) -> list[tarjama.Translation]:
        return self.client.translate_many(texts, **options)

    def models(self) -> list[tarjama.Model]:
        return self.client.models()

    def model(self, name: str = "") -> tarjama.Model:
        return self.client.model(name)

    def health(self) -> tarjama.Health:
        return self.client.health()

    def read(self, source: Source, **options: Unpack[CallSettings]) -> tarjama.Translation:
        return self.client.stream(source, **options).read()

    def take(
        self,
        source: Source,
        on_segment: Callable[[Stream, tarjama.Segment], object],
        **options: Unpack[CallSettings],
    ) -> Stream:
        """Stream, telling of each segment, and give the stream back."""
        with self.client.stream(source, **options) as stream:
            for segment in stream:
                on_segment(stream, segment)
        return stream

    def take_first(self, source: Source) -> tarjama.Segment:
        """Take one segment and leave."""
        with self.client.stream(source) as stream:
            return next(stream)

    def close_client(self) -> None:
        self.client.close()

    def close(self) -> None:
        self.client.close()


class TaskDriver:
    """Drives `AsyncClient` in an event loop of its own."""

    def __init__(self, address: str, **settings: Unpack[Settings]) -> None:
        self._runner = asyncio.Runner()
        self.client = tarjama.AsyncClient(address, **settings)

    def translate(self, text: str, **options: Unpack[CallSettings]) -> tarjama.Translation:
        return self._run(self.client.translate(text, **options))

    def translate_many(
        self, texts: Iterable[str], **options: Unpack[CallSettings]
    ) -> list[tarjama.Translation]:
        return self._run(self.client.translate_many(texts, **options))

    def models(self) -> list[tarjama.Model]:
        return self._run(self.client.models())

    def model(self, name: str = "") -> tarjama.Model:
        return self._run(self.client.model(name))

    def health(self) -> tarjama.Health:
        return self._run(self.client.health())

    def read(self, source: Source, **options: Unpack[CallSettings]) -> tarjama.Translation:
        async def read() -> tarjama.Translation:
            return await self.client.stream(source, **options).read()

        return self._run(read())

    def take(
        self,
        source: Source,
        on_segment: Callable[[Stream, tarjama.Segment], object],
        **options: Unpack[CallSettings],
    ) -> Stream:
        async def take() -> Stream:
            async with self.client.stream(source, **options) as stream:
                async for segment in stream:
                    on_segment(stream, segment)
            return stream

        return self._run(take())

    def take_first(self, source: Source) -> tarjama.Segment:
        async def take_first() -> tarjama.Segment:
            async with self.client.stream(source) as stream:
                return await anext(stream)

        return self._run(take_first())

    def close_client(self) -> None:
        self._run(self.client.close())

    def close(self) -> None:
        self._run(self.client.close())
        self._runner.close()

    def _run(self, coroutine: Coroutine[None, None, _Result]) -> _Result:
        return self._runner.run(coroutine)


Driver = ThreadDriver | TaskDriver
