"""A translation memory in an SQLite database, which several processes may use at once."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tarjama.memory.codes import fitted, matching_key
from tarjama.memory.entries import MemoryEntry, MemoryMatch
from tarjama.memory.errors import BadMemory
from tarjama.memory.similarity import SimilarTexts, comparable

__all__ = ["DatabaseMemory"]

_SCHEMA_VERSION = 1
# "TjTM": tells our databases from others, as SQLite's file format provides for.
_APPLICATION_ID = 0x546A544D
# Another process holds the lock while it adds entries: milliseconds, or seconds for an import.
_LOCK_TIMEOUT_S = 30.0

_SCHEMA = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    key TEXT NOT NULL,
    comparable TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    before_key TEXT NOT NULL,
    after_key TEXT NOT NULL,
    author TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    UNIQUE (key, before_key, after_key)
) STRICT;
CREATE TABLE draft (digest BLOB PRIMARY KEY, kept TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""
# What is older than the entry that is there changes nothing, so an old file can be imported late.
_ADD = """
INSERT INTO entry (source, target, key, comparable, before, after, before_key, after_key, author,
    changed_at)
VALUES (:source, :target, :key, :comparable, :before, :after, :before_key, :after_key, :author,
    :changed_at)
ON CONFLICT (key, before_key, after_key) DO UPDATE SET
    source = excluded.source, target = excluded.target, before = excluded.before,
    after = excluded.after, author = excluded.author, changed_at = excluded.changed_at
WHERE excluded.changed_at >= entry.changed_at
    AND (excluded.target <> entry.target OR excluded.source <> entry.source)
"""
_EXACT = """
SELECT source, target, before_key = :before AND after_key = :after FROM entry
WHERE key = :key ORDER BY 3 DESC, changed_at DESC, id DESC
"""


class DatabaseMemory:
    """A `TranslationMemory` that keeps what it is given at once."""

    def __init__(self, path: Path | None) -> None:
        """Opens a memory, and makes it if there is none.

        Args:
            path: The database; None for one that is gone when it is closed.

        Raises:
            BadMemory: it cannot be opened, is no memory, or was written by a newer version.
        """
        self._similar = SimilarTexts()
        with _reported():
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path,
                timeout=_LOCK_TIMEOUT_S,
                isolation_level=None,
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database."""
        self._connection.close()

    def exact(self, source: str, *, before: str = "", after: str = "") -> MemoryMatch | None:
        """Finds the translation to use, as `TranslationMemory.exact` says."""
        question = {
            "key": matching_key(source),
            "before": matching_key(before),
            "after": matching_key(after),
        }
        known_context = bool(before or after)
        with _reported():
            rows = self._connection.execute(_EXACT, question).fetchall()
        for old_source, old_target, same_context in rows:
            new_source, target = fitted(old_source, old_target, source)
            # Without its codes it is another text.
            if matching_key(new_source) == question["key"]:
                return MemoryMatch(
                    source=new_source,
                    target=_with_ends_of(source, target),
                    percent=100,
                    same_context=bool(same_context) and known_context,
                )
        return None

    def matches(
        self, source: str, *, limit: int = 3, before: str = "", after: str = ""
    ) -> list[MemoryMatch]:
        """Finds what is like a text, as `TranslationMemory.matches` says."""
        key, around = matching_key(source), (matching_key(before), matching_key(after))
        text = comparable(source)
        if not text:
            return []
        with _reported():
            self._similar.extend(self._new_texts())
            # Of one text there may be several translations, so a few more than asked for.
            rows = [
                (percent, self._row(number))
                for number, percent in self._similar.like(text, 4 * limit)
            ]
        found: dict[tuple[str, str], MemoryMatch] = {}
        for percent, (old_source, old_target, *old_around) in rows:
            new_source, target = fitted(old_source, old_target, source)
            match = MemoryMatch(
                source=new_source,
                target=target,
                # Compared without codes and punctuation, which do make a difference.
                percent=100 if matching_key(new_source) == key else min(percent, 99),
                same_context=tuple(old_around) == around and any(around),
            )
            found.setdefault((new_source, target), match)
        ordered = sorted(found.values(), key=lambda one: (-one.percent, not one.same_context))
        return ordered[:limit]

    def add(self, entries: Iterable[MemoryEntry]) -> int:
        """Adds what people translated, all or nothing. One that is older than the same is not.

        Raises:
            BadMemory: the database cannot be written.
        """
        with self._transaction():
            before = self._connection.total_changes
            self._connection.executemany(_ADD, map(_row_of, entries))
            return self._connection.total_changes - before

    def draft(self, source: str, producer: str) -> str | None:
        """Gives what `add_drafts` was given for a source, or None."""
        with _reported():
            row = self._connection.execute(
                "SELECT kept FROM draft WHERE digest = ?", (_digest(source, producer),)
            ).fetchone()
        return None if row is None else str(row[0])

    def add_drafts(self, drafts: Iterable[tuple[str, str]], producer: str) -> None:
        """Keeps machine translations, as `TranslationMemory.add_drafts` says."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO draft (digest, kept) VALUES (?, ?)",
                ((_digest(source, producer), kept) for source, kept in drafts),
            )

    def entries(self) -> Iterator[MemoryEntry]:
        """Gives all that people translated, oldest first."""
        with _reported():
            for row in self._connection.execute(
                "SELECT source, target, before, after, author, changed_at FROM entry "
                "ORDER BY changed_at, id"
            ):
                source, target, before, after, author, changed_at = row
                yield MemoryEntry(
                    source=source,
                    target=target,
                    before=before,
                    after=after,
                    author=author,
                    changed_at=datetime.fromisoformat(changed_at),
                )

    def counts(self) -> tuple[int, int]:
        """Gives the numbers of entries and of drafts."""
        with _reported():
            entries, drafts = self._connection.execute(
                "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM draft)"
            ).fetchone()
        return int(entries), int(drafts)

    def _prepare(self) -> None:
        """Sees to it that the database has our tables, whichever process comes first."""
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._transaction():
            application, version, tables = self._connection.execute(
                "SELECT (SELECT application_id FROM pragma_application_id), "
                "(SELECT user_version FROM pragma_user_version), "
                "(SELECT count(*) FROM sqlite_schema)"
            ).fetchone()
            if tables == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
            elif application != _APPLICATION_ID:
                raise BadMemory(
                    "The database is no translation memory of Tarjama. Name another file."
                )
            elif version != _SCHEMA_VERSION:
                raise BadMemory(
                    f"The memory is of version {version}; this program reads version "
                    f"{_SCHEMA_VERSION}. Use a newer program."
                )
        # Readers and a writer at once. Refused on network shares, where the default works.
        self._connection.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _reported():
            # Taken at once: a reader that becomes a writer can be refused without waiting.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _new_texts(self) -> Iterator[tuple[int, str]]:
        return self._connection.execute(
            "SELECT id, comparable FROM entry WHERE id > ? ORDER BY id", (self._similar.last,)
        )

    def _row(self, number: int) -> tuple[str, ...]:
        row: tuple[str, ...] = self._connection.execute(
            "SELECT source, target, before_key, after_key FROM entry WHERE id = ?", (number,)
        ).fetchone()
        return row


@contextmanager
def _reported() -> Iterator[None]:
    """Says what SQLite's errors mean."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise BadMemory(
                f"Another process has been writing to the memory for {_LOCK_TIMEOUT_S:.0f} "
                "seconds. Try again when it is done."
            ) from error
        raise BadMemory(f"The memory cannot be used: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise BadMemory("The file is no SQLite database, or is damaged. Name another.") from error


def _row_of(entry: MemoryEntry) -> dict[str, str]:
    return {
        "source": entry.source.strip(),
        "target": entry.target.strip(),
        "key": matching_key(entry.source),
        "comparable": comparable(entry.source),
        "before": entry.before,
        "after": entry.after,
        "before_key": matching_key(entry.before),
        "after_key": matching_key(entry.after),
        "author": entry.author,
        "changed_at": entry.changed_at.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _with_ends_of(source: str, target: str) -> str:
    bare = source.strip()
    lead, _, trail = source.partition(bare) if bare else ("", "", source)
    return lead + target.strip() + trail


def _digest(source: str, producer: str) -> bytes:
    return hashlib.sha256(f"{producer}\0{source}".encode()).digest()
