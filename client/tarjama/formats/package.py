"""Reads the ZIP archives that office documents are, within limits, and writes them again."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import BinaryIO

from tarjama.formats.errors import BadFile

__all__ = ["Package"]

MAX_ENTRIES = 10_000
"""A book of a thousand chapters and pictures has a third of it."""

MAX_ENTRY_BYTES = 256 * 1024 * 1024
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
"""Expanded. An office document of a hundred megabytes stays far below."""

MAX_RATIO = 200
"""Expanded to compressed bytes. Deflate's own limit is 1,032, and text's usual ratio 5 to 20."""

# Small entries are harmless at any ratio, and a sheet of one repeated row does reach 300.
_RATIO_FROM_BYTES = 16 * 1024 * 1024

_ENCRYPTED_FLAG = 0x1
_DESCRIPTOR_FLAG = 0x8
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LOCAL_HEADER_BYTES = 30


class Package:
    """An archive in memory. Archives within it are entries like any other, and never opened."""

    def __init__(self, data: bytes) -> None:
        """Reads the archive's directory.

        Args:
            data: The whole file.

        Raises:
            BadFile: it is not an archive, is cut off, encrypted, beyond a limit, or names an
                entry twice or outside of the archive. No entry was expanded.
        """
        self._data = data
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise BadFile(
                "The file is damaged or cut off: its archive has no directory. Get it anew."
            ) from error
        entries = self._archive.infolist()
        _check_sizes(entries)
        for entry in entries:
            _check_entry(entry)
        if len({entry.filename for entry in entries}) != len(entries):
            raise BadFile("The file is damaged: two of its parts have one name. Get it anew.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the entries, in the order of the archive."""
        return tuple(self._archive.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self._archive.NameToInfo

    def read(self, name: str) -> bytes:
        """Expands an entry.

        Raises:
            BadFile: there is no such entry, or it is damaged.
        """
        if name not in self:
            raise BadFile(f"The file is incomplete: its part {name} is missing. Get it anew.")
        try:
            with self._archive.open(name) as entry:
                # A read without a size would expand up to 2 GiB at a time, whatever the directory
                # says. One byte past the end makes it check the sum.
                return entry.read(self._archive.getinfo(name).file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
            raise BadFile(
                f"The file is damaged: its part {name} is broken. Get it anew."
            ) from error

    def write(self, target: BinaryIO, replaced: Mapping[str, bytes]) -> None:
        """Writes the archive with entries replaced.

        Order, names, dates, attributes and compression stay. An entry that is not replaced, or by
        what it was, is copied as it is, without being compressed again; if that is all of them,
        the archive is the same, byte for byte.

        Args:
            target: Takes the bytes; only its `write` is called.
            replaced: New contents by name, of entries that are there.
        """
        changed = {name: data for name, data in replaced.items() if data != self.read(name)}
        if not changed:
            target.write(self._data)
            return
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as output:
            output.comment = self._archive.comment
            for entry in self._archive.infolist():
                if entry.filename in changed:
                    _add(output, entry, changed[entry.filename])
                else:
                    self._copy(entry, output, buffer)
        target.write(buffer.getbuffer())

    def _copy(self, entry: zipfile.ZipInfo, output: zipfile.ZipFile, buffer: io.BytesIO) -> None:
        """Appends an entry in its compressed form, and enters it in the directory."""
        header = entry.header_offset
        name_bytes = int.from_bytes(self._data[header + 26 : header + 28], "little")
        extra_bytes = int.from_bytes(self._data[header + 28 : header + 30], "little")
        start = header + _LOCAL_HEADER_BYTES + name_bytes + extra_bytes
        copied = _like(entry)
        copied.CRC = entry.CRC
        copied.compress_size = entry.compress_size
        copied.file_size = entry.file_size
        # Its sizes are known now, and so go before it.
        copied.flag_bits = entry.flag_bits & ~_DESCRIPTOR_FLAG
        copied.header_offset = buffer.tell()
        buffer.write(copied.FileHeader())
        buffer.write(self._data[start : start + entry.compress_size])
        output.filelist.append(copied)
        output.NameToInfo[copied.filename] = copied
        output.start_dir = buffer.tell()


def _add(output: zipfile.ZipFile, entry: zipfile.ZipInfo, data: bytes) -> None:
    output.writestr(_like(entry), data)


def _like(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Makes the record of an entry of the same name, date, attributes and compression."""
    like = zipfile.ZipInfo(entry.filename, entry.date_time)
    like.compress_type = entry.compress_type
    like.comment = entry.comment
    like.extra = entry.extra
    like.create_system = entry.create_system
    like.external_attr = entry.external_attr
    like.internal_attr = entry.internal_attr
    return like


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise BadFile(
            f"The file's archive has {len(entries):,} parts; the limit is {MAX_ENTRIES:,}. "
            "Divide the document."
        )
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL_BYTES:
        raise BadFile(
            f"The file's archive would expand to {total:,} bytes; the limit is "
            f"{MAX_TOTAL_BYTES:,}. If you trust it, take large media out of it first."
        )


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise BadFile("The file is encrypted. Save it without a password and try again.")
    if name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise BadFile("The file is hostile: its archive has a part outside of the archive.")
    if entry.compress_type not in _METHODS:
        raise BadFile(
            f"The file's part {name} is compressed in an unusual way (method "
            f"{entry.compress_type}). Open the document in its program and save it again."
        )
    if entry.file_size > MAX_ENTRY_BYTES:
        raise BadFile(
            f"The file's part {name} would expand to {entry.file_size:,} bytes; the limit is "
            f"{MAX_ENTRY_BYTES:,}. Divide the document."
        )
    ratio = entry.file_size / max(entry.compress_size, 1)
    if entry.file_size >= _RATIO_FROM_BYTES and ratio > MAX_RATIO:
        raise BadFile(
            f"The file's part {name} would expand {ratio:,.0f} times, as a ZIP bomb does; the "
            f"limit is {MAX_RATIO}. If you trust it, save it again in its program."
        )
