"""A translation memory in a TMX file."""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tarjama.memory.database import DatabaseMemory
from tarjama.memory.entries import MemoryEntry, MemoryMatch
from tarjama.memory.errors import BadMemory
from tarjama.memory.tmx.reading import read_tmx
from tarjama.memory.tmx.writing import TmxUnit, unit_bytes, write_tmx

__all__ = ["TmxMemory"]

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class TmxMemory:
    """A `TranslationMemory` that is read when it is opened and added to when it is closed.

    What is added goes to the end of the file, all else of which stays as it is, other languages
    and properties included. Of several translations of one text the latest counts. Drafts are not
    kept beyond the end.
    """

    def __init__(self, path: Path) -> None:
        """Reads a memory. A file that is not there is made once there is something to keep.

        Raises:
            BadFile: it is not TMX, or is broken.
        """
        self._path = path
        self._added: list[MemoryEntry] = []
        self._memory = DatabaseMemory(None)
        try:
            if path.exists():
                self._memory.add(read_tmx(path))
        except BaseException:
            self._memory.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self._added:
                self._save()
        finally:
            self._memory.close()

    def exact(self, source: str, *, before: str = "", after: str = "") -> MemoryMatch | None:
        """Finds the translation to use, as `TranslationMemory.exact` says."""
        return self._memory.exact(source, before=before, after=after)

    def matches(
        self, source: str, *, limit: int = 3, before: str = "", after: str = ""
    ) -> list[MemoryMatch]:
        """Finds what is like a text, as `TranslationMemory.matches` says."""
        return self._memory.matches(source, limit=limit, before=before, after=after)

    def add(self, entries: Iterable[MemoryEntry]) -> int:
        """Adds what people translated, as `TranslationMemory.add` says."""
        changed = 0
        # Read whole first: a file that turns out broken adds nothing.
        for entry in list(entries):
            if self._memory.add([entry]):
                self._added.append(entry)
                changed += 1
        return changed

    def draft(self, source: str, producer: str) -> str | None:
        """Gives what `add_drafts` was given for a source, or None."""
        return self._memory.draft(source, producer)

    def add_drafts(self, drafts: Iterable[tuple[str, str]], producer: str) -> None:
        """Keeps machine translations until the memory is closed."""
        self._memory.add_drafts(drafts, producer)

    def entries(self) -> Iterator[MemoryEntry]:
        """Gives all that people translated, oldest first."""
        return self._memory.entries()

    def counts(self) -> tuple[int, int]:
        """Gives the numbers of entries and of drafts."""
        return self._memory.counts()

    def _save(self) -> None:
        """Writes a new file beside the old one, which then takes its place."""
        part = self._path.with_name(f".tarjama-{secrets.token_hex(8)}.part")
        units = [TmxUnit(entry) for entry in self._added]
        try:
            with part.open("xb") as file:
                # Read anew, for what another process may have added meanwhile.
                if self._path.exists():
                    file.write(_with_units(self._path.read_bytes(), units))
                else:
                    write_tmx(file, units, written_at=datetime.now(UTC))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            raise BadMemory(f"The memory cannot be written: {error.strerror}.") from error
        finally:
            part.unlink(missing_ok=True)


def _with_units(data: bytes, units: Iterable[TmxUnit]) -> bytes:
    declared = _DECLARED.search(data[:200])
    encoding = next(
        (codec for bom, codec in _BOMS if data.startswith(bom)),
        declared[1].decode("ascii") if declared else "utf-8",
    )
    at = data.rfind("</body>".encode(encoding))
    if at < 0:
        raise BadMemory(
            "The memory's TMX has no closing </body> tag to add before. Import it into a memory "
            "of its own: tarjama memory import FILE.tmx --memory FILE.db."
        )
    return data[:at] + b"".join(unit_bytes(unit, encoding) for unit in units) + data[at:]
