"""Translated files, kept until they are fetched."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tarjama.gateway.answers import try_again

__all__ = ["FileStore", "StoredFile"]

# 128 bits: whoever has not been told the name cannot guess it.
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file to fetch.

    Attributes:
        path: Where it is.
        name: What it is to be called.
        size_bytes: How large it is.
    """

    path: Path
    name: str
    size_bytes: int


class FileStore:
    """Keeps files in a folder for some time. Belongs to an event loop.

    A file is removed when its time is up, be it fetched or not.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep_s: float,
        max_files: int,
        max_bytes: int,
        later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        """Makes an empty store.

        Args:
            folder: Where the files are to be. Nothing else may be in it.
            keep_s: Seconds for which each is kept.
            max_files: How many there may be.
            max_bytes: How large they may be, all together.
            later: Calls a function after so many seconds. None for the running loop's way.
        """
        self._folder = folder
        self._keep_s = keep_s
        self._max_files = max_files
        self._max_bytes = max_bytes
        self._later = later
        self._files: dict[str, StoredFile] = {}

    async def add(self, name: str, data: bytes) -> str:
        """Keeps a file, and gives the id by which it is found.

        Raises:
            HTTPException: there is no room, with the time after which there is.
        """
        kept_bytes = sum(file.size_bytes for file in self._files.values())
        if len(self._files) >= self._max_files or kept_bytes + len(data) > self._max_bytes:
            raise try_again(
                f"{len(self._files):,} translated files with {kept_bytes:,} bytes wait to be "
                f"fetched: there is no room for another until they are dropped.",
                self._keep_s,
            )
        file_id = secrets.token_urlsafe(_ID_BYTES)
        file = StoredFile(self._folder / file_id, name, len(data))
        self._files[file_id] = file
        later = self._later or asyncio.get_running_loop().call_later
        later(self._keep_s, lambda: self._drop(file_id))
        await asyncio.to_thread(file.path.write_bytes, data)
        return file_id

    def find(self, file_id: str) -> StoredFile | None:
        """Finds a file that is still kept."""
        return self._files.get(file_id)

    def _drop(self, file_id: str) -> None:
        self._files.pop(file_id).path.unlink(missing_ok=True)
