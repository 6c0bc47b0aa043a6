"""What is finished of a document, kept until its output is whole."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tarjama.cli.errors import JournalInUse, OutputRefused, UnreadableInput
from tarjama.cli.jobs import display_name

_SCHEMA = """
CREATE TABLE document (identity TEXT NOT NULL, part TEXT NOT NULL);
CREATE TABLE record (place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL);
"""


class Journal:
    """Records of one document, in the order they were added, beside its output. A context manager.

    It is an SQLite file, hidden and named `.tarjama-*.journal`, made when the first record is
    added. What was added survives the end of the process, however it ends; after a loss of power
    the last records may be missing, but no wrong ones are there. One process has it at a time.
    Not thread-safe.

    Attributes:
        was_outdated: Whether there was one of an earlier version of the document, of other options
            or of another model, which was thrown away.
    """

    def __init__(self, target: Path, identity: str, *, part: Path) -> None:
        """Plans a journal. `begin` opens it.

        Args:
            target: The output.
            identity: Names the document, the options and the model. Records of another one
                are thrown away.
            part: The file that this process gathers the output in, which a later one
                removes if this one cannot.
        """
        key = hashlib.sha256(target.name.encode(errors="surrogateescape")).hexdigest()[:16]
        self._path = target.with_name(f".tarjama-{key}.journal")
        self._target = target
        self._identity = identity
        self._part = part
        self._database: sqlite3.Connection | None = None
        self.was_outdated = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()
        # What cannot be read will not be resumed: it has to be another document first.
        if kind is None or issubclass(kind, UnreadableInput):
            self._remove()

    def begin(self) -> None:
        """Opens the journal that an earlier process has left, if there is one of this document.

        Raises:
            JournalInUse: another process has it open.
            OutputRefused: it cannot be read or written.
        """
        if not self._path.exists():
            return
        self._open()
        if self._identity_found() == self._identity:
            self._take_over()
            return
        self.was_outdated = True
        self._close()
        self._remove()

    def records(self) -> Iterator[tuple[str, str]]:
        """Gives all records, in the order they were added."""
        if self._database is not None:
            yield from self._database.execute("SELECT key, value FROM record ORDER BY place")

    def add(self, records: Sequence[tuple[str, str]]) -> None:
        """Adds records, all or none. One whose key is there already is passed over.

        Raises:
            JournalInUse: another process made the journal meanwhile.
            OutputRefused: it cannot be written, as when the disk is full.
        """
        if self._database is None:
            self._open()
            self._make()
        assert self._database is not None
        try:
            with self._database:
                self._database.execute("BEGIN")
                self._database.executemany(
                    "INSERT OR IGNORE INTO record (key, value) VALUES (?, ?)", records
                )
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def _open(self) -> None:
        try:
            database = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        except sqlite3.Error as error:
            raise self._refused(error) from error
        self._database = database
        try:
            # Without shared memory beside it, which network file systems lack, and never unlocked.
            database.execute("PRAGMA locking_mode=EXCLUSIVE")
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("BEGIN EXCLUSIVE")
            database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._close()
            raise self._refused(error) from error
        except sqlite3.DatabaseError:
            # No database: a power loss, or something else of this name.
            self._start_over()

    def _start_over(self) -> None:
        self._close()
        self._remove()
        self._open()

    def _make(self) -> None:
        assert self._database is not None
        self._database.executescript(f"BEGIN;{_SCHEMA}COMMIT;")
        self._database.execute(
            "INSERT INTO document VALUES (?, ?)", (self._identity, self._part.name)
        )

    def _identity_found(self) -> str | None:
        assert self._database is not None
        try:
            row = self._database.execute("SELECT identity, part FROM document").fetchone()
        except sqlite3.DatabaseError:
            return None
        if row is None:
            return None
        # The lock is ours, so whoever gathered in that file has gone.
        left = self._path.with_name(Path(row[1]).name)
        if left.name.startswith(".tarjama-") and left.suffix == ".part":
            left.unlink(missing_ok=True)
        return str(row[0])

    def _take_over(self) -> None:
        assert self._database is not None
        self._database.execute("UPDATE document SET part = ?", (self._part.name,))

    def _close(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-journal", "-shm"):
            # On Windows another process may have it open.
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _refused(self, error: sqlite3.Error) -> JournalInUse | OutputRefused:
        target = display_name(self._target)
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            return JournalInUse(
                f"Another tarjama is writing {target}. Wait until it is done, or name another "
                "output with -o."
            )
        return OutputRefused(f"The journal beside {target} cannot be written: {error}.")
