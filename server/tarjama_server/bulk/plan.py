"""Divides the input into shards, the same for the same input and options on any machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tarjama_server.bulk.errors import InputFault
from tarjama_server.bulk.formats import Format, FoundFiles
from tarjama_server.bulk.job import Job
from tarjama_server.bulk.lines import check_first_object, line_ranges

SHARD_BYTES = 4 << 20
"""Unpacked bytes after which a shard ends, however few its rows: it is in memory as a whole."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """An input file, told by its content.

    Attributes:
        name: relative to the input's folder.
        byte_count: as it lies there, packed or not.
        sha256: of these bytes.
    """

    name: str
    byte_count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shard:
    """A run of rows of one file.

    Attributes:
        number: among all shards, from 0, in the order of the input.
        file_index: which of the files.
        first_row: in the file, from 0.
        row_count: 1 or more.
        start: the first row's place in the unpacked file, in bytes; 0 in Parquet.
    """

    number: int
    file_index: int
    first_row: int
    row_count: int
    start: int


def fingerprint(found: FoundFiles, tell: Callable[[str], None]) -> tuple[InputFile, ...]:
    """Hash all files; `tell` is called with the name of each before.

    Raises:
        InputFault: one cannot be read.
    """
    return tuple(_fingerprint(found.folder, name, tell) for name in found.names)


def _fingerprint(folder: Path, name: str, tell: Callable[[str], None]) -> InputFile:
    tell(name)
    path = folder / name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return InputFile(name, file.tell(), digest)
    except OSError as error:
        raise InputFault(f"{path} cannot be read: {error.strerror}") from error


def plan_shards(found: FoundFiles, job: Job) -> tuple[Shard, ...]:
    """Divide the rows of all files. A shard ends with its file, so many small files make many.

    Raises:
        InputFault: a file cannot be read, or has not the columns that it should or has those that
            the output adds.
    """
    shards: list[Shard] = []
    for index, name in enumerate(found.names):
        for first_row, row_count, start in _ranges(found.folder / name, job):
            shards.append(Shard(len(shards), index, first_row, row_count, start))
    return tuple(shards)


def _ranges(path: Path, job: Job) -> Iterator[tuple[int, int, int]]:
    if job.input_format is Format.PARQUET:
        # It imports pyarrow, which only the extra `ray` brings.
        from tarjama_server.bulk.parquet import row_ranges

        return row_ranges(path, job, max_bytes=SHARD_BYTES)
    if job.input_format is Format.JSON_LINES:
        check_first_object(path, job)
    return line_ranges(path, max_rows=job.shard_rows, max_bytes=SHARD_BYTES)
