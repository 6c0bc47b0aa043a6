"""Plain text, as far as it is to be read into units: a paragraph is one.

Usually it is translated as a stream, without any units. For a review it needs them.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.script import has_arabic
from tarjama.formats.tags import escape, plain_text
from tarjama.formats.units import Direction, Unit

__all__ = ["PlainTextFormat"]

# Lines that are not blank, without the white space at the ends of the whole.
_PARAGRAPH = re.compile(r"\S[^\r\n]*(?:(?:\r\n|\r|\n)(?=[^\r\n]*[^\s])[^\r\n]+)*")


class PlainTextFormat:
    """Text in any encoding that is recognised."""

    name = "a plain text"
    extensions = (".txt", ".text")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the content can be text."""
        return content.description is None

    def claims(self, content: FileContent) -> bool:
        """Claims nothing: any format of text can be read so."""
        return False

    def read(self, path: Path) -> "PlainTextDocument":
        """Reads a text whole.

        Raises:
            BadFile: it cannot be opened, is empty or no text, or breaks its encoding.
        """
        content = FileContent.of(path)
        if content.description is not None:
            raise BadFile(f"The file is not text: it seems to be {content.description}.")
        return PlainTextDocument(EncodedText.decode(content.data))


class PlainTextDocument:
    """A text that was read."""

    notices: Sequence[str] = ()

    def __init__(self, encoded: EncodedText) -> None:
        """Finds the paragraphs with anything in Arabic script."""
        self._encoded = encoded
        self._spans: dict[str, tuple[int, int]] = {}
        units = []
        for number, match in enumerate(_PARAGRAPH.finditer(encoded.text), start=1):
            text = match[0].rstrip()
            if has_arabic(text):
                unit = Unit(id=f"p{number}", text=escape(text), context=f"paragraph {number}")
                units.append(unit)
                self._spans[unit.id] = (match.start(), match.start() + len(text))
        self.units: Sequence[Unit] = units

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the text. It stores no direction."""
        edits = (
            (*self._spans[unit.id], plain_text(translation))
            for unit in self.units
            if (translation := translations.get(unit.id, unit.text)) != unit.text
        )
        self._encoded.write(target, self._encoded.edited(edits))
