"""The tokens of a file, as a running server knows them."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable

from tarjama_server.auth.file_stamp import file_stamp
from tarjama_server.auth.tokens_file import (
    TokenRecord,
    TokensFile,
    TokensFileError,
    TokensFileMissing,
)
from tarjama_server.observability import logger

# How often the file is looked at. A revoked token is refused within a second.
_LOOK_EVERY_S = 0.5


class KnownTokens:
    """Finds tokens in a file, which is read again when it has changed."""

    def __init__(self, file: TokensFile, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Read `file`.

        Raises:
            TokensFileError: it is missing or cannot be read.
        """
        self._file = file
        self._clock = clock
        self._looked_at = clock()
        self._stamp = file_stamp([file.path])
        self._records = file.read()

    def find(self, sha256: str) -> TokenRecord | None:
        """The token with this hash, expired or not."""
        self._refresh()
        found = None
        # All are compared, each in constant time: how long it takes says nothing of any token.
        for record in self._records:
            if hmac.compare_digest(record.sha256, sha256):
                found = record
        return found

    def _refresh(self) -> None:
        now = self._clock()
        if now - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = now
        stamp = file_stamp([self._file.path])
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._records = self._file.read()
        except TokensFileMissing:
            # Who removes the file wants nobody let in.
            self._records = ()
            logger().error("the tokens file is gone: no token is let in")
        except TokensFileError as error:
            # An editor's half-written file must not lock everybody out.
            logger().error(
                "the tokens file is broken: the tokens stay as they were", why=str(error)
            )
        else:
            logger().info("tokens read again", tokens=len(self._records))
