"""What the journals in this folder hold, while a command has them locked."""

import json
import shutil
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.client.cli.conftest import TIMEOUT_S


def wait_for_journal(segment_count: int) -> None:
    """Waits until so many segments are kept."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while _segments() < segment_count:
        assert time.monotonic() < deadline_s
        threading.Event().wait(0.05)


def _segments() -> int:
    """Counts the segments in all journals: in copies, since they are locked."""
    count = 0
    with TemporaryDirectory() as folder:
        for path in [*Path().glob(".tarjama-*.journal"), *Path().glob(".tarjama-*.journal-wal")]:
            with suppress(FileNotFoundError):
                shutil.copy(path, folder)
        for path in Path(folder).glob("*.journal"):
            database = sqlite3.connect(path)
            try:
                rows = database.execute("SELECT value FROM record").fetchall()
                count += sum(len(json.loads(row[0])) for row in rows)
            except sqlite3.DatabaseError:
                pass  # Copied while it was made.
            finally:
                database.close()
    return count
