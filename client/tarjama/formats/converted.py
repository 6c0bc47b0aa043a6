"""Reads files of old and foreign kinds by way of those that they are converted to."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.conversion import convert
from tarjama.formats.errors import BadFile
from tarjama.formats.kinds import converted_extension, is_pdf
from tarjama.formats.pdf import convert_pdf
from tarjama.formats.registry import FormatOptions, format_for
from tarjama.formats.units import Direction, FormatDocument, Unit

__all__ = ["ConvertedFormat"]


class ConvertedFormat:
    """Whatever `kinds.is_converted_first` names. Written as what it was converted to."""

    name = "a document of an older kind"
    extensions: tuple[str, ...] = ()

    def __init__(self, options: FormatOptions) -> None:
        """Reads what comes of the conversion as `options` say."""
        self._options = options

    def recognises(self, content: FileContent) -> bool:
        """Leaves it to the conversion."""
        return True

    def claims(self, content: FileContent) -> bool:
        """Claims nothing: these files are told by their names."""
        return False

    def read(self, path: Path) -> "ConvertedDocument":
        """Converts a file and reads the result.

        Raises:
            BadFile: as `conversion.convert` and `pdf.convert_pdf`, or the result cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="tarjama-") as folder:
            if is_pdf(path):
                converted = Path(folder, f"{path.stem}{converted_extension(path)}")
                notices = convert_pdf(path, converted)
            else:
                converted = convert(path, Path(folder))
                notices = [
                    "LibreOffice converted it: the translation is written as "
                    f"{converted_extension(path)}."
                ]
            found = format_for(converted, self._options)
            if found is None:
                raise BadFile(
                    "LibreOffice made plain text of it. Open the file in its program and save it "
                    f"as {converted_extension(path)}."
                )
            return ConvertedDocument(found.read(converted), notices)


class ConvertedDocument:
    """A document that was converted, and says so."""

    def __init__(self, document: FormatDocument, notices: Sequence[str]) -> None:
        """Stands for `document`, of whose conversion `notices` tell."""
        self._document = document
        self._notices = notices

    @property
    def units(self) -> Sequence[Unit]:
        """What there is to translate, in reading order."""
        return self._document.units

    @property
    def notices(self) -> Sequence[str]:
        """What the user should know, the conversion first."""
        return [*self._notices, *self._document.notices]

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the converted file with units replaced."""
        self._document.write(target, translations, direction=direction)
