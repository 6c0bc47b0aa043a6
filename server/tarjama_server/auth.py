"""Who may call."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

_SCHEME = "bearer "


class CredentialsMissing(Exception):
    """The call carries no bearer token, and the server asks for one."""


class CredentialsInvalid(Exception):
    """The call carries a bearer token that the server does not know."""


class Authenticator:
    """Checks the bearer token of calls."""

    def __init__(self, token: str | None) -> None:
        """Ask for `token`, or for nothing when it is None."""
        self._token = token

    def check(self, metadata: Iterable[tuple[str, str | bytes]]) -> None:
        """Look for the token in a call's metadata.

        Raises:
            CredentialsMissing: there is no `authorization: Bearer …`.
            CredentialsInvalid: it is another token.
        """
        if self._token is None:
            return
        header = next((value for key, value in metadata if key == "authorization"), None)
        if not isinstance(header, str) or not header.lower().startswith(_SCHEME):
            raise CredentialsMissing
        # In constant time: how long a comparison takes says nothing of the token.
        if not hmac.compare_digest(header[len(_SCHEME) :].encode(), self._token.encode()):
            raise CredentialsInvalid
