"""Which files are read, and how their bytes are got at."""

from __future__ import annotations

import bz2
import glob
import gzip
import lzma
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

from tarjama_server.bulk.errors import InputFault


class Format(StrEnum):
    """What rows are kept in."""

    TEXT = "text"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


_SUFFIXES = {
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
}
OUTPUT_SUFFIXES = {Format.TEXT: ".txt", Format.JSON_LINES: ".jsonl", Format.PARQUET: ".parquet"}

_PACKED_SUFFIXES = (".gz", ".bz2", ".xz")


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """Input files of one format.

    Attributes:
        format: of all of them.
        folder: what their names are relative to.
        names: with `/` between folders, sorted: the order in which rows are numbered.
        is_folder: whether they are all that there is in the folder.
    """

    format: Format
    folder: Path
    names: tuple[str, ...]
    is_folder: bool = False


def find_files(source: str, format: Format | None) -> FoundFiles:
    """Find what `source` names: a file, all files under a folder, or those that fit a glob.

    Names that begin with `.` or `_` are left out of folders, as other readers of such folders do.

    Args:
        source: as on the command line.
        format: of the files; None tells it by their names, and leaves others in folders alone.

    Raises:
        InputFault: there is none, their format is not known by their names, or they are of several.
    """
    path = Path(source)
    if path.is_file():
        folder, files = path.parent, [path]
    elif path.is_dir():
        folder, files = path, sorted(_files_under(path))
        if format is None:
            files = [file for file in files if format_of(file) is not None]
    else:
        # Path.glob takes no pattern that begins at the root.
        matches = glob.glob(source, recursive=True)  # noqa: PTH207
        files = sorted(Path(each) for each in matches)
        files = [file for file in files if file.is_file()]
        folder = Path(os.path.commonpath([file.parent for file in files] or [Path()]))
    if not files:
        raise InputFault(
            f"there is no input in {source}: name a file, a folder with files that end in "
            f"{', '.join(_SUFFIXES)}, or a glob in quotes"
        )
    names = tuple(file.relative_to(folder).as_posix() for file in files)
    return FoundFiles(
        format or _common_format(files), folder.absolute(), names, is_folder=path.is_dir()
    )


def format_of(path: Path) -> Format | None:
    """Tell a file's format by its name; None if it does not say."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED_SUFFIXES:
        suffixes.pop()
    return _SUFFIXES.get(suffixes[-1]) if suffixes else None


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, unpacked if its name ends in .gz, .bz2 or .xz. Seeking forward reads.

    Raises:
        InputFault: it cannot be read to where the body of the `with` wants, or unpacked.
    """
    try:
        with _opened(path) as file:
            yield file
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise InputFault(f"{path} cannot be unpacked: {error}") from error
    except OSError as error:
        raise InputFault(f"{path} cannot be read: {error.strerror or error}") from error


def _opened(path: Path) -> IO[bytes]:
    match path.suffix.lower():
        case ".gz":
            return cast(IO[bytes], gzip.open(path))
        case ".bz2":
            return bz2.open(path)
        case ".xz":
            return lzma.open(path)
    return path.open("rb")


def _files_under(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith((".", "_")):
            continue
        if path.is_dir():
            yield from _files_under(path)
        else:
            yield path


def _common_format(files: Sequence[Path]) -> Format:
    formats = {format_of(file): file for file in files}
    if None in formats:
        raise InputFault(
            f"the name of {formats[None]} does not tell its format: pass --format "
            f"{', '.join(Format)}"
        )
    if len(formats) > 1:
        one, other = list(formats.values())[:2]
        raise InputFault(
            f"{one} and {other} are of different formats: pass --format, or a glob that fits those "
            "of one"
        )
    [format] = filter(None, formats)
    return format
