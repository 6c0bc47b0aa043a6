"""Tells whether files are still those that were read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

FileStamp = tuple[tuple[int, int, int, int] | None, ...]


def file_stamp(paths: Iterable[Path]) -> FileStamp:
    """What changes when one of `paths` is replaced, rewritten, made or removed.

    Symbolic links are followed, so that a mounted secret whose link is turned counts too.
    """
    return tuple(map(_stamp, paths))


def _stamp(path: Path) -> tuple[int, int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
