"""What a request says, be it in JSON, in a form or in its query."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from tarjama.gateway.answers import bad_request

__all__ = ["Parameters", "read_parameters"]

_BEARER = "bearer "
_MAX_FIELDS = 32
_ANY_SIZE = 2**31


class Parameters:
    """The parameters of one request, and the token of its caller."""

    def __init__(self, request: Request, values: Mapping[str, Any]) -> None:
        """Takes what was read.

        Args:
            request: The request, for its headers.
            values: What it says, by name.
        """
        self._request = request
        self._values = values

    @property
    def token(self) -> str | None:
        """The API key or, where there is none, the bearer token. None for neither."""
        key = self.text("api_key")
        if key:
            return key
        header: str = self._request.headers.get("authorization", "")
        if header[: len(_BEARER)].lower() == _BEARER:
            return header[len(_BEARER) :].strip() or None
        return None

    def text(self, *names: str) -> str:
        """Gives the first of some parameters that is there; nothing if none is.

        Raises:
            HTTPException: it is no text.
        """
        for name in names:
            value = self._values.get(name)
            if value is None:
                continue
            if not isinstance(value, str):
                raise bad_request(f"{name} parameter is not a string")
            return value
        return ""

    def required_text(self, *names: str) -> str:
        """Gives the first of some parameters that is there.

        Raises:
            HTTPException: none is, or it is empty or no text.
        """
        text = self.text(*names)
        if not text:
            raise bad_request(f"missing {names[0]} parameter")
        return text

    def texts(self, name: str) -> str | list[str]:
        """Gives a parameter that is one text or a list of texts.

        Raises:
            HTTPException: it is missing, empty or neither.
        """
        value = self._values.get(name)
        if isinstance(value, list) and value:
            if not all(isinstance(text, str) for text in value):
                raise bad_request(f"{name} parameter is not a list of strings")
            return value
        return self.required_text(name) if value else self._missing(name)

    def count(self, name: str, *, limit: int) -> int:
        """Gives a parameter that is a number up to `limit`; 0 if it is missing or below 0.

        Raises:
            HTTPException: it is no whole number, or above the limit.
        """
        value = self._values.get(name, 0)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON knows one kind of number.
        try:
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise ValueError
            number = max(0, int(value))
        except ValueError as error:
            raise bad_request(f"{name} parameter is not a number") from error
        if number > limit:
            raise bad_request(f"{name} parameter must be <= {limit}")
        return number

    def _missing(self, name: str) -> str:
        raise bad_request(f"missing {name} parameter")


async def read_parameters(request: Request) -> Parameters:
    """Reads the parameters of a request: the JSON of its body, or else its query and form.

    Raises:
        HTTPException: the body is not what its type says, or too large.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return Parameters(request, _object(await request.body()))
    values: dict[str, Any] = dict(request.query_params)
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        # Texts of a form in parts are no files; what they may take is bounded with the body.
        async with request.form(
            max_files=0, max_fields=_MAX_FIELDS, max_part_size=_ANY_SIZE
        ) as form:
            # Forms end their lines in CR LF, whatever the text had.
            values |= {
                name: value.replace("\r\n", "\n")
                for name, value in form.items()
                if isinstance(value, str)
            }
    return Parameters(request, values)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "Invalid JSON format") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "Invalid JSON format: an object is expected")
    return value
