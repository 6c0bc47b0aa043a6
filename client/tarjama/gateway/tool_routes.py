"""The requests of tools that translators work with.

OmegaT's FakeMT plug-in asks with one line, `GET /translate?text=…&source=ar&target=en` by its
defaults, and takes `translation` out of the JSON. The plug-ins of OPUS-CAT for Trados, memoQ,
OmegaT and Wordfast ask `GET /MTRestService/TranslateJson`.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tarjama.gateway.callers import while_connected
from tarjama.gateway.languages import SOURCE, TARGET
from tarjama.gateway.parameters import Parameters
from tarjama.gateway.routes import Routes, check_languages, check_size
from tarjama.gateway.settings import GatewaySettings
from tarjama.gateway.translation import Translator

__all__ = ["ToolRoutes"]

# What plug-ins of OPUS-CAT send as `tokenCode` when they have none: its own engine asks for none.
_NO_TOKENS = ("", "0")


class ToolRoutes:
    """Answers the requests of OmegaT's and OPUS-CAT's plug-ins."""

    def __init__(
        self, translator: Translator, settings: GatewaySettings, libretranslate: Routes
    ) -> None:
        """Takes what the answers need.

        Args:
            translator: Translates.
            settings: The limits.
            libretranslate: Answers `POST /translate`, whose path is shared.
        """
        self._translator = translator
        self._settings = settings
        self._libretranslate = libretranslate

    def routes(self) -> list[Route]:
        """Gives the routes."""
        service = "/MTRestService"
        return [
            Route("/translate", self.translate, methods=["GET", "POST"]),
            Route(f"{service}/TranslateJson", self.translate_json),
            Route(f"{service}/ListSupportedLanguagePairs", self.language_pairs),
            Route(f"{service}/GetLanguagePairModelTags", self.model_tags),
        ]

    async def translate(self, request: Request) -> Response:
        """Translates a text of a query, or whatever LibreTranslate translates."""
        if request.method == "POST":
            return await self._libretranslate.translate(request)
        said = Parameters(request, request.query_params)
        text = said.required_text("text", "q")
        check_languages(said.required_text("source", "from"), said.required_text("target", "to"))
        return await self._answer(request, text, said.token)

    async def translate_json(self, request: Request) -> Response:
        """Translates a segment."""
        said = Parameters(request, request.query_params)
        check_languages(said.required_text("srcLangCode"), said.required_text("trgLangCode"))
        return await self._answer(request, said.text("input"), _token(said))

    async def language_pairs(self, request: Request) -> Response:
        """Lists the one pair that there is."""
        return JSONResponse([f"{SOURCE}-{TARGET}"])

    async def model_tags(self, request: Request) -> Response:
        """Lists the models that can be asked for by a tag: none, there is one default."""
        return JSONResponse([])

    async def _answer(self, request: Request, text: str, token: str | None) -> Response:
        check_size([text], self._settings)
        translated = await while_connected(request, self._translator.texts([text], token=token))
        return JSONResponse({"translation": translated[0].text})


def _token(said: Parameters) -> str | None:
    code = said.text("tokenCode")
    return said.token if code in _NO_TOKENS else code
