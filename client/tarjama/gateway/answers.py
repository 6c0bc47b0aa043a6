"""Errors as LibreTranslate answers them: a status, and `{"error": "..."}`."""

import math

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from tarjama.errors import (
    AuthenticationFailed,
    Cancelled,
    DeadlineExceeded,
    InsecureToken,
    InvalidInput,
    LimitExceeded,
    ModelNotFound,
    PermissionDenied,
    PreconditionFailed,
    ServerBusy,
    TarjamaError,
    Unavailable,
    UnsupportedOption,
)

__all__ = ["bad_file", "bad_request", "failed_call", "refused", "try_again"]

_STATUSES: tuple[tuple[type[TarjamaError], int], ...] = (
    (InvalidInput, 400),
    (ModelNotFound, 400),
    (PreconditionFailed, 400),
    # LibreTranslate knows no 401: an API key that is missing or wrong is forbidden.
    (AuthenticationFailed, 403),
    (PermissionDenied, 403),
    (LimitExceeded, 413),
    (ServerBusy, 429),
    (UnsupportedOption, 501),
    (Unavailable, 503),
    # The gateway is stopping.
    (Cancelled, 503),
    (DeadlineExceeded, 504),
)
# Where the server does not say: about as long as one takes to start anew.
_RETRY_AFTER_S = 5.0


def bad_request(message: str) -> HTTPException:
    """Makes the error of a request that is wrong and would be again."""
    return HTTPException(400, f"Invalid request: {message}")


def try_again(message: str, retry_after_s: float) -> HTTPException:
    """Makes the error of a request for which the gateway has no room now."""
    return HTTPException(503, message, {"Retry-After": _whole(retry_after_s)})


async def refused(request: Request, error: Exception) -> JSONResponse:
    """Answers what a route raised for its caller to know."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, dict(error.headers or {}))


async def bad_file(request: Request, error: Exception) -> JSONResponse:
    """Answers that a file cannot be translated as it is."""
    return JSONResponse({"error": f"Invalid request: {error}"}, 400)


async def failed_call(request: Request, error: Exception) -> JSONResponse:
    """Answers a call that the server, or the way to it, has failed."""
    assert isinstance(error, TarjamaError)
    status = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    headers = {}
    if error.retryable:
        headers["Retry-After"] = _whole(error.retry_after_s or _RETRY_AFTER_S)
    return JSONResponse({"error": _text(error)}, status, headers)


def _text(error: TarjamaError) -> str:
    if isinstance(error, InsecureToken):
        # Whoever runs the gateway can mend it, not who calls it; nor need they know the address.
        return "This gateway may not pass API keys on: its way to the server is not encrypted."
    if error.request_id is None:
        return str(error)
    return f"{error} (request {error.request_id})"


def _whole(seconds: float) -> str:
    return str(max(1, math.ceil(seconds)))
