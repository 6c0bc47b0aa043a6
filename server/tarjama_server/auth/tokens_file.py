"""The file of hashed tokens, as the `tokens` commands write it and the server reads it.

Tokens are 256 random bits, so one SHA-256 is enough: there is no dictionary to try, and the slow
hashes that passwords need would only slow down calls.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from filelock import FileLock, Timeout
from pydantic import (
    AwareDatetime,
    ConfigDict,
    PositiveInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    with_config,
)

MaxPriority = Literal["interactive", "bulk"]

# A secret scanner finds tokens that were published by mistake by it.
_TOKEN_PREFIX = "tarjama_"
_TOKEN_BYTES = 32
_NAME_PATTERN = "[a-z0-9][a-z0-9._-]{0,63}"
_LOCK_TIMEOUT_S = 10
# A misspelt `expires` would otherwise be none, in silence.
_STRICT = ConfigDict(extra="forbid")

TokenName = Annotated[str, StringConstraints(pattern=f"^{_NAME_PATTERN}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class TokensFileError(Exception):
    """The file cannot be read or written, or what was asked of it cannot be done."""


class TokensFileMissing(TokensFileError):
    """There is no such file."""


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is kept of a token.

    Attributes:
        name: whom it was given to; callers are logged by it.
        sha256: of the token, in hexadecimal. The token itself is nowhere.
        created: when.
        expires: from when on it is refused; None for never.
        max_priority: requests that ask for more are served with this.
        max_calls: calls that it may have in progress at once; None for no limit of its own.
        characters_per_minute: code points that it may have translated; None for no limit.
    """

    name: TokenName
    sha256: Sha256
    created: AwareDatetime
    expires: AwareDatetime | None = None
    max_priority: MaxPriority = "interactive"
    max_calls: PositiveInt | None = None
    characters_per_minute: PositiveInt | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether it is refused at `now`."""
        return self.expires is not None and now >= self.expires


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class _Document:
    """The whole file: JSON, so that it can be looked at and kept in version control."""

    tokens: tuple[TokenRecord, ...]

    def __post_init__(self) -> None:
        for what, values in (
            ("name", [record.name for record in self.tokens]),
            ("sha256", [record.sha256 for record in self.tokens]),
        ):
            if len(set(values)) < len(values):
                raise ValueError(f"two tokens have the same {what}")


class TokensFile:
    """A file of hashed tokens."""

    def __init__(self, path: Path) -> None:
        """Name the file; it need not be there yet."""
        self.path = path

    def read(self) -> tuple[TokenRecord, ...]:
        """Read all tokens, the oldest first.

        Raises:
            TokensFileMissing: there is no file.
            TokensFileError: it cannot be read, or is not what `add` writes.
        """
        try:
            return _adapter().validate_json(self.path.read_bytes()).tokens
        except FileNotFoundError as error:
            raise TokensFileMissing(
                f"there is no tokens file {self.path}; "
                f"make it with: tarjama-server tokens add NAME --tokens-file {self.path}"
            ) from error
        except OSError as error:
            raise TokensFileError(f"cannot read {self.path}: {error.strerror or error}") from error
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, problem["loc"])) or "the whole"
            raise TokensFileError(
                f"{self.path} is no tokens file: {place}: {problem['msg']}"
            ) from error

    def add(
        self,
        name: str,
        *,
        expires: datetime | None = None,
        max_priority: MaxPriority = "interactive",
        max_calls: int | None = None,
        characters_per_minute: int | None = None,
    ) -> str:
        """Make a token and keep its hash; the file is made with the first.

        The arguments are as in `TokenRecord`.

        Returns:
            The token, which is kept nowhere.

        Raises:
            TokensFileError: the name is taken or malformed, or the file cannot be changed.
        """
        if re.fullmatch(_NAME_PATTERN, name) is None:
            raise TokensFileError(
                f"{name!r} is no token's name: 1 to 64 of a-z, 0-9, '.', '_' and '-', "
                "and a letter or digit first"
            )
        token = _TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
        created = datetime.now(UTC).replace(microsecond=0)
        record = TokenRecord(
            name,
            token_sha256(token),
            created,
            expires,
            max_priority,
            max_calls,
            characters_per_minute,
        )
        with self._exclusive():
            try:
                records = self.read()
            except TokensFileMissing:
                records = ()
            if any(known.name == name for known in records):
                raise TokensFileError(
                    f"there is a token {name!r} already; to replace it, first run: "
                    f"tarjama-server tokens revoke {name}"
                )
            self._write((*records, record))
        return token

    def revoke(self, name: str) -> None:
        """Remove a token.

        Raises:
            TokensFileError: there is none of that name, or the file cannot be changed.
        """
        with self._exclusive():
            records = self.read()
            rest = tuple(record for record in records if record.name != name)
            if len(rest) == len(records):
                raise TokensFileError(f"there is no token {name!r} in {self.path}")
            self._write(rest)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Keep two commands from losing one another's change."""
        try:
            with FileLock(self._target.with_name(f".{self._target.name}.lock"), _LOCK_TIMEOUT_S):
                yield
        except Timeout as error:
            raise TokensFileError(
                f"another tarjama-server is changing {self.path}; retry when it has ended"
            ) from error
        except OSError as error:
            raise TokensFileError(f"cannot write {self.path}: {error.strerror or error}") from error

    @property
    def _target(self) -> Path:
        # Replacing a link would part it from the file that others look at.
        return self.path.resolve()

    def _write(self, records: Sequence[TokenRecord]) -> None:
        """Replace the file in one step: the server never reads half of it."""
        text = _adapter().dump_json(_Document(tuple(records)), indent=2, exclude_none=True)
        # Made with mode 0600.
        descriptor, name = tempfile.mkstemp(prefix=".tokens-", dir=self._target.parent)
        written = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self._keep_owner(written)
            written.replace(self._target)
        except OSError:
            written.unlink()
            raise

    def _keep_owner(self, written: Path) -> None:
        """A file that root changes stays readable for the server's own user."""
        if os.name == "nt":
            return
        with suppress(FileNotFoundError):
            owner = self._target.stat()
            if owner.st_uid != os.geteuid():
                os.chown(written, owner.st_uid, owner.st_gid)


def token_sha256(token: str) -> str:
    """The hash that is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


@cache
def _adapter() -> TypeAdapter[_Document]:
    return TypeAdapter(_Document)
