"""Translates texts, pages and files through the client."""

import asyncio
import io
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tarjama import (
    AsyncClient,
    AuthenticationFailed,
    DeadlineExceeded,
    GlossaryTerm,
    Health,
    Priority,
    TextFormat,
    Translation,
    TranslationOptions,
)
from tarjama.formats.html.page import HtmlPage
from tarjama.formats.plain_text import PlainTextFormat
from tarjama.formats.registry import format_for
from tarjama.formats.translation import (
    UnitCall,
    UnitText,
    plan_unit_calls,
    unit_text,
    with_western_signs,
)
from tarjama.formats.units import FormatDocument, Unit

__all__ = ["TermsIn", "TranslatedFile", "TranslatedText", "Translator"]

TermsIn = Callable[[Iterable[str]], tuple[GlossaryTerm, ...]]
"""Gives the terms of the glossary that may occur in texts. Raises `TarjamaError` for too many."""

# Calls of one request that run at once: while the server computes one, the next wait there, so
# that its batches are full. More would only take other callers' place in its queue.
_CALLS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """A text's translation.

    Attributes:
        text: The translation.
        alternatives: Other ones, none of them twice.
    """

    text: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TranslatedFile:
    """A file's translation.

    Attributes:
        data: The whole file.
        notices: What its reader should know, a sentence each.
    """

    data: bytes
    notices: tuple[str, ...]


class Translator:
    """Translates with the tokens of those who ask. All methods raise `TarjamaError`."""

    def __init__(
        self,
        client: AsyncClient,
        patient_client: AsyncClient,
        *,
        terms_in: TermsIn,
        timeout_s: float,
        passes_tokens: bool = True,
    ) -> None:
        """Takes the way to the server.

        Args:
            client: For someone who waits for a text: does not try again, since they can.
            patient_client: For files: tries again, since much would be lost.
            terms_in: The glossary.
            timeout_s: Seconds that each request may take.
            passes_tokens: Whether the tokens of those who ask are sent, instead of the clients'.
        """
        self._client = client
        self._patient_client = patient_client
        self._terms_in = terms_in
        self._timeout_s = timeout_s
        self._passes_tokens = passes_tokens

    async def health(self) -> Health:
        """Asks the server whether it serves."""
        return await self._client.health()

    async def close(self) -> None:
        """Ends what is going on, and the connections."""
        await self._client.close()
        await self._patient_client.close()

    async def texts(
        self, texts: Sequence[str], *, token: str | None, alternative_count: int = 0
    ) -> list[TranslatedText]:
        """Translates plain texts, each by itself."""
        options = TranslationOptions(
            alternative_count=alternative_count, glossary=self._terms_in(texts)
        )
        translations = await self._of(self._client, token).translate_many(
            texts, options=options, timeout_s=self._timeout_s
        )
        return [_translated(translation, alternative_count) for translation in translations]

    async def pages(self, pages: Sequence[str], *, token: str | None) -> list[str]:
        """Translates pages of HTML, or parts of pages. Their markup stays."""
        read = await asyncio.to_thread(lambda: [HtmlPage(page) for page in pages])
        units = [unit for page in read for unit in page.units]
        done = await self._units(units, self._of(self._client, token), priority=None)
        return [page.write(_by_id(page.units, done), direction="ltr") for page in read]

    async def file(self, path: Path, *, token: str | None) -> TranslatedFile:
        """Translates a file of any format that there is.

        Raises:
            BadFile: it cannot be translated as it is.
        """
        document = await asyncio.to_thread(_read, path)
        units = [unit for unit in document.units if unit.is_translatable]
        client = self._of(self._patient_client, token)
        done = await self._units(units, client, priority=Priority.BULK)
        data = await asyncio.to_thread(_written, document, _by_id(units, done))
        return TranslatedFile(data, tuple(document.notices))

    def _of(self, client: AsyncClient, token: str | None) -> AsyncClient:
        """Gives the client of one who asks."""
        if token is None or not self._passes_tokens:
            return client
        try:
            return client.with_token(token)
        except ValueError as error:
            raise AuthenticationFailed(str(error)) from error

    async def _units(
        self, units: Sequence[Unit], client: AsyncClient, *, priority: Priority | None
    ) -> dict[UnitText, str]:
        """Translates the texts of units, each once."""
        until_s = time.monotonic() + self._timeout_s
        free = asyncio.Semaphore(_CALLS_AT_ONCE)
        options = TranslationOptions(text_format=TextFormat.TAGGED, priority=priority)

        async def translated(call: UnitCall) -> list[tuple[UnitText, str]]:
            async with free:
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    raise DeadlineExceeded(f"The request took more than {self._timeout_s:g} s.")
                terms = self._terms_in(call.texts)
                translations = await client.translate_many(
                    call.texts,
                    options=replace(options, line_handling=call.line_handling, glossary=terms),
                    timeout_s=left_s,
                )
            return [
                (
                    UnitText(text, call.line_handling),
                    "".join(with_western_signs(each).translation for each in translation.segments),
                )
                for text, translation in zip(call.texts, translations, strict=True)
            ]

        texts = dict.fromkeys(unit_text(unit) for unit in units)
        tasks = [asyncio.create_task(translated(call)) for call in plan_unit_calls(texts)]
        try:
            return dict(pair for done in await asyncio.gather(*tasks) for pair in done)
        finally:
            for task in tasks:
                task.cancel()


def _translated(translation: Translation, alternative_count: int) -> TranslatedText:
    """Makes alternatives of a text from those of its segments: the first ones, the second ones."""
    found: dict[str, None] = {}
    for rank in range(alternative_count):
        if not any(len(segment.alternatives) > rank for segment in translation.segments):
            break
        whole = "".join(
            segment.alternatives[rank].translation
            if len(segment.alternatives) > rank
            else segment.translation
            for segment in translation.segments
        )
        found[whole] = None
    found.pop(translation.text, None)
    found.pop("", None)
    return TranslatedText(translation.text, tuple(found))


def _by_id(units: Iterable[Unit], done: dict[UnitText, str]) -> dict[str, str]:
    return {unit.id: done[unit_text(unit)] for unit in units}


def _read(path: Path) -> FormatDocument:
    return (format_for(path) or PlainTextFormat()).read(path)


def _written(document: FormatDocument, translations: dict[str, str]) -> bytes:
    whole = io.BytesIO()
    document.write(whole, translations)
    return whole.getvalue()
