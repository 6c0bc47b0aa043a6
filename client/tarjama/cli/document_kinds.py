"""Which documents are read into units by a format, and which are plain text."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from tarjama.cli.errors import CommandFailed, UnknownFormat
from tarjama.formats.kinds import is_converted_first

if TYPE_CHECKING:
    from tarjama.formats.registry import FormatOptions
    from tarjama.formats.units import FileFormat

TEXT = "text"
"""The name of plain text, which is no format of units."""

_TEXT_EXTENSIONS = frozenset({".txt", ".text"})
_ZIP = b"PK\x03\x04"
_PROBE_BYTES = 4096


class FormatRequests(TypedDict, total=False):
    """What formats can be told: the attributes of `FormatOptions`, which takes long to load."""

    columns: tuple[str, ...]
    fields: tuple[str, ...]
    replace_targets: bool


class DocumentKinds:
    """The formats, as one command's options make them."""

    def __init__(
        self,
        told: FormatRequests | None = None,
        *,
        name: str | None = None,
        text_as_units: bool = False,
    ) -> None:
        """Loads nothing yet, unless a format is named.

        Args:
            told: What formats are told.
            name: The format to take for every document, whatever its name: an extension without
                its dot, or `TEXT`. None to go by each document's name and content.
            text_as_units: Whether plain text is read whole too, its paragraphs being units.

        Raises:
            UnknownFormat: there is no format of that name.
        """
        self._told = told or FormatRequests()
        self._name = name
        self._text_as_units = text_as_units
        self._forced = None if name in (None, TEXT) else self._named(f".{name}".lower())

    @property
    def identity(self) -> str:
        """Names the options, as far as what is read of a document depends on them."""
        return f"{self._told} {self._name} {self._text_as_units}"

    def has_units(self, path: Path) -> bool:
        """Tells whether a document is to be read by a format, or at least not as plain text."""
        if self._text_as_units or self._forced is not None:
            return True
        if self._name is None and is_converted_first(path):
            return True
        extension = path.suffix.lower()
        if self._name == TEXT or (extension in _TEXT_EXTENSIONS and _head(path) != _ZIP):
            return False
        return extension in self._extensions or _head(path) == _ZIP

    def format_of(self, path: Path) -> "FileFormat":
        """Gives the format of a document that `has_units`.

        Raises:
            CommandFailed: it cannot be opened, or is not what its name says.
        """
        from tarjama.formats.converted import ConvertedFormat
        from tarjama.formats.errors import BadFile
        from tarjama.formats.plain_text import PlainTextFormat
        from tarjama.formats.registry import format_for

        if self._forced is not None:
            return self._forced
        if self._name == TEXT:
            return PlainTextFormat()
        if is_converted_first(path):
            return ConvertedFormat(self._options)
        try:
            return format_for(path, self._options) or PlainTextFormat()
        except BadFile as error:
            raise CommandFailed(str(error)) from error

    def is_known(self, path: Path) -> bool:
        """Tells by its name alone whether a file in a folder is a document."""
        if self._name is not None or is_converted_first(path):
            return True
        extension = path.suffix.lower()
        return extension in _TEXT_EXTENSIONS or extension in self._extensions

    def looks_like_text(self, path: Path) -> bool:
        """Tells whether the beginning of a file may be text."""
        head = _head(path, _PROBE_BYTES)
        return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))

    @cached_property
    def _options(self) -> "FormatOptions":
        # Not at the top: loading the formats takes longer than `tarjama --help` does.
        from tarjama.formats.registry import FormatOptions

        return FormatOptions(**self._told)

    @cached_property
    def _extensions(self) -> frozenset[str]:
        from tarjama.formats.registry import all_formats

        return frozenset(extension for one in all_formats() for extension in one.extensions)

    def _named(self, extension: str) -> "FileFormat":
        from tarjama.formats.registry import all_formats

        for one in all_formats(self._options):
            if extension in one.extensions:
                return one
        names = ", ".join([TEXT, *sorted(one.removeprefix(".") for one in self._extensions)])
        raise UnknownFormat(f"There is no format {extension.removeprefix('.')!r}: say {names}.")


def _head(path: Path, byte_count: int = len(_ZIP)) -> bytes:
    """The first bytes of a file; none if it is not a file or cannot be read."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(byte_count)
    except OSError:
        return b""
