"""The gateway as an ASGI application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from tarjama.errors import TarjamaError
from tarjama.formats.errors import BadFile
from tarjama.gateway.answers import bad_file, failed_call, refused
from tarjama.gateway.files import FileStore
from tarjama.gateway.middleware import BodyBound, FaultAnswer
from tarjama.gateway.routes import Routes
from tarjama.gateway.settings import GatewaySettings
from tarjama.gateway.tool_routes import ToolRoutes
from tarjama.gateway.translation import Translator

__all__ = ["create_application"]

# Seconds for which a browser need not ask again whether it may call.
_CORS_MAX_AGE_S = 24 * 60 * 60


def create_application(
    translator: Translator, settings: GatewaySettings, folder: Path
) -> Starlette:
    """Makes the gateway. It closes the translator when it ends.

    Args:
        translator: Translates.
        settings: The limits.
        folder: An empty folder of the gateway's own, for files. What is left in it is the
            caller's to remove.
    """
    kept, spool = folder / "kept", folder / "spool"
    for place in (kept, spool):
        place.mkdir()
    files = FileStore(
        kept,
        keep_s=settings.keep_file_s,
        max_files=settings.max_kept_files,
        max_bytes=settings.max_kept_bytes,
    )
    libretranslate = Routes(translator, settings, files, spool)
    tools = ToolRoutes(translator, settings, libretranslate)

    @asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncGenerator[None, None]:
        yield
        await translator.close()

    return Starlette(
        routes=[*tools.routes(), *libretranslate.routes()],
        middleware=_middleware(settings),
        exception_handlers={
            HTTPException: refused,
            TarjamaError: failed_call,
            BadFile: bad_file,
        },
        lifespan=lifespan,
    )


def _middleware(settings: GatewaySettings) -> list[Middleware]:
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["Retry-After"],
        max_age=_CORS_MAX_AGE_S,
    )
    bound = Middleware(
        BodyBound,
        max_bytes=settings.max_text_body_bytes,
        paths={"/translate_file": settings.max_file_body_bytes},
    )
    # The first is the outermost: a page is to read what went wrong, too.
    return [*([cors] if settings.origins else []), Middleware(FaultAnswer), bound]
