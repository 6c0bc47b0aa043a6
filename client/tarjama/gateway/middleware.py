"""What stands before the routes: the bound of bodies, and the answer to a fault."""

import logging
import secrets
import traceback

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BodyBound", "FaultAnswer"]

_LOG = logging.getLogger("tarjama.gateway")


class BodyBound:
    """Refuses bodies that are too large, before or while they are read."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, paths: dict[str, int]) -> None:
        """Sets the bounds.

        Args:
            app: What takes the requests.
            max_bytes: The largest body.
            paths: The largest body of some paths.
        """
        self._app = app
        self._max_bytes = max_bytes
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, its body counted as it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._paths.get(scope["path"], self._max_bytes)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            if _declared_bytes(scope) > limit:
                raise _too_large(limit)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, counted, send)


class FaultAnswer:
    """Answers a fault of the gateway's own, and logs where it was, but none of its words.

    The words of an exception may hold what was being translated.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stands before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        is_begun = False

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if scope["type"] != "http" or is_begun:
                raise
            request_id = secrets.token_hex(8)
            _LOG.error(
                "fault %s: %s at\n%s",
                request_id,
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
            )
            text = f"A fault of the gateway. Its operator finds it in the log as {request_id}."
            await JSONResponse({"error": text}, 500)(scope, receive, send)


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)  # The HTTP parser has checked it.
    return 0


def _too_large(limit: int) -> HTTPException:
    return HTTPException(
        413, f"Invalid request: the body has more than {limit:,} bytes. Send less at once."
    )
