"""Unpacks a release's zip, trusting nothing it says."""

import errno
import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tarjama_server.model_store.errors import ArchiveUnsafe, ReleaseInvalid

_CHUNK_BYTES = 1 << 20
# Text and vocabularies shrink up to some 20 times, weights hardly. A small entry does no harm.
_RATIO_FLOOR_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """What an archive may hold.

    Attributes:
        entry_count: files and folders; OPUS-MT's releases have about 12.
        unpacked_bytes: all files together; the largest releases have about 1 GB.
        ratio: unpacked to packed size of an entry above 1 MiB.
    """

    entry_count: int = 100
    unpacked_bytes: int = 8 << 30
    ratio: int = 100


def unpack(archive: Path, folder: Path, *, limits: UnpackLimits | None = None) -> None:
    """Unpack a zip into an existing empty folder.

    Raises:
        ReleaseInvalid: it is no zip, or damaged.
        ArchiveUnsafe: it holds paths that lead out of the folder, links, two files of one name, or
            more than `limits` allow. What was unpacked before that is left to the caller to delete.
    """
    limits = limits or UnpackLimits()
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            _check_entries(entries, limits)
            for entry in entries:
                _unpack_entry(opened, entry, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise _damaged(archive, error) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a place in the file that the archive makes up
            raise _damaged(archive, error) from error
        raise


def _damaged(archive: Path, error: Exception) -> ReleaseInvalid:
    return ReleaseInvalid(f"{archive.name} is no zip archive, or damaged: {error}")


def _check_entries(entries: list[zipfile.ZipInfo], limits: UnpackLimits) -> None:
    """Check what the archive's directory says. That sizes are true is checked while unpacking."""
    if len(entries) > limits.entry_count:
        raise ArchiveUnsafe(
            f"the archive has {len(entries):,} entries; the limit is {limits.entry_count:,}"
        )
    unpacked_bytes = sum(entry.file_size for entry in entries)
    if unpacked_bytes > limits.unpacked_bytes:
        raise ArchiveUnsafe(
            f"the archive would take {unpacked_bytes:,} bytes unpacked; "
            f"the limit is {limits.unpacked_bytes:,}"
        )
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry, limits)
        # Some file systems take two names that differ in case for one file.
        key = entry.filename.rstrip("/").casefold()
        if key in seen:
            raise ArchiveUnsafe(f"the archive has two entries named {entry.filename!r}")
        seen.add(key)


def _check_entry(entry: zipfile.ZipInfo, limits: UnpackLimits) -> None:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or any(sign in entry.filename for sign in "\\:\0"):
        raise ArchiveUnsafe(f"the archive has an entry outside its folder: {entry.filename!r}")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveUnsafe(f"the archive has a link or a device: {entry.filename!r}")
    if entry.flag_bits & 1:
        raise ArchiveUnsafe(f"the archive has an encrypted entry: {entry.filename!r}")
    packed_bytes = max(entry.compress_size, 1)
    if entry.file_size > _RATIO_FLOOR_BYTES and entry.file_size / packed_bytes > limits.ratio:
        raise ArchiveUnsafe(
            f"the archive's entry {entry.filename!r} would grow "
            f"{entry.file_size // packed_bytes:,} times; the limit is {limits.ratio}"
        )


def _unpack_entry(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    """Write one entry; `zipfile` reads no more than the size it states, and checks its CRC."""
    target = folder / entry.filename
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(entry) as source, target.open("xb") as file:
        shutil.copyfileobj(source, file, _CHUNK_BYTES)
