"""Who calls: by token, else by certificate, else by address."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from tarjama_server.auth.known_tokens import KnownTokens
from tarjama_server.auth.tokens_file import MaxPriority, token_sha256

_SCHEME = "bearer "
# No name that a token in a file can have.
_SINGLE_TOKEN_NAME = "(single token)"


class CredentialsMissing(Exception):
    """The call carries no bearer token, and the server asks for one."""


class CredentialsInvalid(Exception):
    """The call carries a bearer token that the server does not know."""


class CredentialsExpired(Exception):
    """The call carries a bearer token whose time is over."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection.

    Attributes:
        address: without the port, which is another for each connection; `unix` for sockets.
        subject: of the certificate that the server has verified; None without one.
    """

    address: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a caller may have. None is no limit of its own.

    Attributes:
        max_calls: calls in progress at once.
        characters_per_minute: code points to translate, over times longer than a minute.
    """

    max_calls: int | None = None
    characters_per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a call is counted and logged for.

    Attributes:
        name: the token's name, the certificate's subject, or the peer's address.
        kind: which of these. Names of different kinds may be equal.
        max_priority: requests that ask for more are served with this.
        quota: what more than its fair part is kept from it.
    """

    name: str
    kind: Literal["token", "certificate", "address"]
    max_priority: MaxPriority = "interactive"
    quota: Quota = Quota()

    @property
    def share(self) -> str:
        """Names the caller among all kinds."""
        return f"{self.kind}:{self.name}"

    @classmethod
    def without_token(cls, peer: Peer) -> Caller:
        """The caller at `peer`, as far as the connection tells."""
        if peer.subject is not None:
            return cls(peer.subject, "certificate")
        return cls(peer.address, "address")


class Authenticator:
    """Checks the bearer tokens of calls."""

    def __init__(self, token: str | None, tokens: KnownTokens | None = None) -> None:
        """Ask for a token: `token` or one of `tokens`; for nothing when both are None."""
        self._sha256 = None if token is None else token_sha256(token)
        self._tokens = tokens

    def identify(self, metadata: Iterable[tuple[str, str | bytes]], peer: Peer) -> Caller:
        """Say who calls, by the call's metadata and the other end of its connection.

        Raises:
            CredentialsMissing: there is no `authorization: Bearer …`.
            CredentialsInvalid: the token is not known.
            CredentialsExpired: its time is over.
        """
        if self._sha256 is None and self._tokens is None:
            return Caller.without_token(peer)
        header = next((value for key, value in metadata if key == "authorization"), None)
        if not isinstance(header, str) or not header.lower().startswith(_SCHEME):
            raise CredentialsMissing
        # Hashes are compared, and in constant time: the time taken says nothing of the token.
        sha256 = token_sha256(header[len(_SCHEME) :])
        if self._sha256 is not None and hmac.compare_digest(sha256, self._sha256):
            return Caller(_SINGLE_TOKEN_NAME, "token")
        record = None if self._tokens is None else self._tokens.find(sha256)
        if record is None:
            raise CredentialsInvalid
        if record.is_expired(datetime.now(UTC)):
            raise CredentialsExpired
        return Caller(
            record.name,
            "token",
            record.max_priority,
            Quota(record.max_calls, record.characters_per_minute),
        )
