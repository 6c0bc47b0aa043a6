"""LibreTranslate's requests, answered as version 1.9 of it does."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tarjama import Health
from tarjama.formats.plain_text import PlainTextFormat
from tarjama.formats.registry import all_formats
from tarjama.gateway.answers import bad_request, try_again
from tarjama.gateway.callers import while_connected
from tarjama.gateway.files import FileStore
from tarjama.gateway.languages import AUTO, LANGUAGES, SOURCE, TARGET, detect, language_code
from tarjama.gateway.parameters import Parameters, read_parameters
from tarjama.gateway.settings import GatewaySettings
from tarjama.gateway.spec import openapi
from tarjama.gateway.translation import TranslatedText, Translator

__all__ = ["Routes", "check_languages", "check_size"]

_MAX_NAME_CHARACTERS = 120
# Weblate tries every service with this before it takes it, whatever languages the service has
# (`validate_settings` in weblate/machinery/base.py, 5.14.3), and takes none that refuses.
_PROBE = (["test"], "en", "de")
_PROBE_ANSWER = ["Test"]
# Seconds: a file of some pages takes about as long.
_FILE_PAUSE_S = 10.0


class Routes:
    """Answers the requests that LibreTranslate answers."""

    def __init__(
        self, translator: Translator, settings: GatewaySettings, files: FileStore, spool: Path
    ) -> None:
        """Takes what the answers need.

        Args:
            translator: Translates.
            settings: The limits.
            files: Takes translated files.
            spool: A folder for files that are being translated.
        """
        self._translator = translator
        self._settings = settings
        self._files = files
        self._spool = spool
        self._file_count = 0
        self._extensions = tuple(
            extension for one in (PlainTextFormat(), *all_formats()) for extension in one.extensions
        )

    def routes(self) -> list[Route]:
        """Gives the routes. `POST /translate` is `tool_routes`' to share."""
        return [
            Route("/languages", self.languages),
            Route("/detect", self.detect, methods=["POST"]),
            Route("/health", self.health),
            Route("/translate_file", self.translate_file, methods=["POST"]),
            Route("/download_file/{file}", self.download_file),
            Route("/frontend/settings", self.frontend_settings),
            Route("/spec", self.spec),
        ]

    async def translate(self, request: Request) -> Response:
        """Translates one text, or a list of texts."""
        said = await read_parameters(request)
        given = said.texts("q")
        texts = [given] if isinstance(given, str) else given
        source, target = said.required_text("source"), said.required_text("target")
        if (texts, source, target) == _PROBE:
            return JSONResponse({"translatedText": _PROBE_ANSWER})
        check_languages(source, target)
        form = said.text("format") or "text"
        if form not in ("text", "html"):
            raise bad_request("the format is text or html")
        count = said.count("alternatives", limit=self._settings.max_alternatives)
        check_size(texts, self._settings)
        translated = await while_connected(
            request, self._translated(texts, form, count, said.token)
        )
        answer: dict[str, Any] = {}
        whole = [one.text for one in translated]
        others = [list(one.alternatives) for one in translated]
        is_single = isinstance(given, str)
        answer["translatedText"] = whole[0] if is_single else whole
        if source == AUTO:
            found = detect(texts)
            answer["detectedLanguage"] = found if is_single else [found] * len(texts)
        if count:
            answer["alternatives"] = others[0] if is_single else others
        return JSONResponse(answer)

    async def _translated(
        self, texts: list[str], form: str, count: int, token: str | None
    ) -> list[TranslatedText]:
        if form == "html":
            # LibreTranslate has no alternatives for HTML either, and says so with empty lists.
            pages = await self._translator.pages(texts, token=token)
            return [TranslatedText(page, ()) for page in pages]
        return await self._translator.texts(texts, token=token, alternative_count=count)

    async def languages(self, request: Request) -> Response:
        """Lists the languages."""
        return JSONResponse(list(LANGUAGES))

    async def detect(self, request: Request) -> Response:
        """Tells the language of a text, or of several."""
        said = await read_parameters(request)
        given = said.texts("q")
        texts = [given] if isinstance(given, str) else given
        check_size(texts, self._settings)
        return JSONResponse([detect(texts)])

    async def health(self, request: Request) -> Response:
        """Tells whether the server serves."""
        if await self._translator.health() is Health.SERVING:
            return JSONResponse({"status": "ok"})
        raise try_again("The server is starting or stopping.", _FILE_PAUSE_S)

    async def spec(self, request: Request) -> Response:
        """Gives the description of what is served."""
        return JSONResponse(openapi(self._settings))

    async def frontend_settings(self, request: Request) -> Response:
        """Tells a user interface what it can offer."""
        return JSONResponse(
            {
                "charLimit": self._settings.max_characters,
                "frontendTimeout": 500,  # Milliseconds of not typing, as LibreTranslate's default.
                "apiKeys": True,
                "keyRequired": False,
                "suggestions": False,
                "filesTranslation": True,
                "supportedFilesFormat": list(self._extensions),
                "language": {
                    "source": {"code": SOURCE, "name": "Arabic"},
                    "target": {"code": TARGET, "name": "English"},
                },
            }
        )

    async def translate_file(self, request: Request) -> Response:
        """Translates a file, and says where it can be fetched."""
        if self._file_count >= self._settings.max_files_at_once:
            raise try_again(
                f"{self._file_count} files are being translated, and no more are at once.",
                _FILE_PAUSE_S,
            )
        # Counted while it is received too: it takes room from then on.
        self._file_count += 1
        try:
            return await self._translate_file(request)
        finally:
            self._file_count -= 1

    async def _translate_file(self, request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            raise bad_request("a file is sent as multipart/form-data")
        async with request.form(max_files=1, max_fields=8) as form:
            said = Parameters(request, {k: v for k, v in form.items() if isinstance(v, str)})
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise bad_request("missing file parameter")
            check_languages(said.required_text("source"), said.required_text("target"))
            name = Path(_safe_name(file.filename or ""))
            if name.suffix.lower() not in self._extensions:
                raise bad_request(
                    "file format not supported. There are " + " ".join(self._extensions)
                )
            with tempfile.TemporaryDirectory(dir=self._spool) as folder:
                path = Path(folder, "file" + name.suffix.lower())
                await run_in_threadpool(lambda: path.write_bytes(file.file.read()))
                translated = await while_connected(
                    request, self._translator.file(path, token=said.token)
                )
        new_name = f"{name.stem}_{TARGET}{name.suffix}"
        file_id = await self._files.add(new_name, translated.data)
        url = f"{request.base_url}download_file/{file_id}.{quote(new_name)}"
        answer: dict[str, Any] = {"translatedFileUrl": url}
        if translated.notices:
            answer["notices"] = list(translated.notices)
        return JSONResponse(answer)

    async def download_file(self, request: Request) -> Response:
        """Gives a translated file."""
        file = self._files.find(request.path_params["file"].partition(".")[0])
        if file is None:
            raise HTTPException(404, "There is no such file, or its time is over.")
        data = await run_in_threadpool(file.path.read_bytes)
        headers = {
            # Never shown in the browser: a page that someone sent would run with our origin.
            "Content-Disposition": f"attachment; filename*=utf-8''{quote(file.name)}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(data, media_type="application/octet-stream", headers=headers)


def check_languages(source: str, target: str) -> None:
    """Refuses what is not from Arabic to English.

    Raises:
        HTTPException: it is not; `auto` is taken for Arabic.
    """
    if source != AUTO and language_code(source) != SOURCE:
        raise bad_request(f"the source language is not supported; it is {SOURCE} or {AUTO}")
    if language_code(target) != TARGET:
        raise bad_request(f"the target language is not supported; it is {TARGET}")


def check_size(texts: list[str], settings: GatewaySettings) -> None:
    """Refuses more than one request may hold.

    Raises:
        HTTPException: there is more, with how much and the limit.
    """
    if len(texts) > settings.max_texts:
        raise bad_request(
            f"request ({len(texts)} texts) exceeds the limit ({settings.max_texts}). "
            "Send fewer at once."
        )
    size = sum(map(len, texts))
    if size > settings.max_characters:
        raise bad_request(
            f"request ({size} characters) exceeds text limit ({settings.max_characters}). "
            "Send less at once, or a file."
        )


def _safe_name(name: str) -> str:
    """Gives a file's name without folders and without what a header or a shell could mistake."""
    last = name.replace("\\", "/").rpartition("/")[2]
    safe = "".join(one if one.isalnum() or one in "-_. " else "_" for one in last).strip(" .")
    stem, dot, extension = safe.rpartition(".")
    # Lone surrogates are not alphanumeric, so the rest can be encoded.
    return f"{stem[:_MAX_NAME_CHARACTERS] or 'file'}{dot}{extension[:16]}"
