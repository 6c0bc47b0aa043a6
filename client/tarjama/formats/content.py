"""The content of a file, and what can be told from it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tarjama.formats.errors import BadFile
from tarjama.formats.package import Package

__all__ = ["MAX_FILE_BYTES", "FileContent"]

MAX_FILE_BYTES = 256 * 1024 * 1024
"""A larger file is refused, since a file is kept in memory whole. Ten times a long book's scans."""

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An encrypted Office file is a compound file with a stream of this name.
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

# What files that are no format of ours begin with, and what they are called.
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a rich text (RTF) document"),
    (_COMPOUND, "an old Office document (.doc, .xls, .ppt) or a mail of Outlook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"PK", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3\0", "an SQLite database"),
)


@dataclass(frozen=True)
class FileContent:
    """What is in a file.

    Attributes:
        path: Where it was read from.
        data: All its bytes.
    """

    path: Path
    data: bytes

    @classmethod
    def of(cls, path: Path) -> "FileContent":
        """Reads a file.

        Raises:
            BadFile: it cannot be opened, is empty, or is larger than `MAX_FILE_BYTES`.
        """
        try:
            with path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise BadFile(f"Cannot be opened: {error.strerror}.") from error
        if not data:
            raise BadFile("The file is empty: there is nothing to translate.")
        if len(data) > MAX_FILE_BYTES:
            raise BadFile(
                f"The file is larger than {MAX_FILE_BYTES:,} bytes. Divide it, or take large "
                "pictures and media out."
            )
        return cls(path, data)

    @property
    def is_package(self) -> bool:
        """Whether it begins like a ZIP archive, as every modern office file does."""
        return self.data.startswith(_ZIP)

    @cached_property
    def package(self) -> Package:
        """The archive that it is.

        Raises:
            BadFile: it is no archive, or a broken, hostile or encrypted one.
        """
        if self.is_encrypted:
            raise BadFile("The file is encrypted. Open it, save it without a password, try again.")
        return Package(self.data)

    @property
    def is_encrypted(self) -> bool:
        """Whether it is an office file behind a password."""
        return self.data.startswith(_COMPOUND) and _ENCRYPTED_STREAM in self.data

    @property
    def text_head(self) -> str:
        """The beginning, 4 KiB of it, as far as ASCII and the markup in it can be read.

        UTF-16 with a byte order mark is decoded; anything else is taken byte by byte, so that
        letters which are not ASCII are wrong.
        """
        head = self.data[:4096]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return head.decode("utf-16", errors="replace")
        return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")

    @property
    def description(self) -> str | None:
        """What the file is by its first bytes, if that is nothing that we have a format for."""
        if self.is_encrypted:
            return "an Office document with a password"
        for signature, name in _SIGNATURES:
            if self.data.startswith(signature):
                return name
        head = self.data[:4096]
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "a binary file"
        return None
