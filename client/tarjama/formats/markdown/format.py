"""Files of Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.markdown.document import MarkdownText
from tarjama.formats.units import Direction, FormatDocument, Unit

__all__ = ["MarkdownFormat"]


class MarkdownFormat:
    """CommonMark with tables, strikethrough, footnotes and dollar math.

    Code, math, front matter, addresses and tags of HTML stay as they are. Lines of a translated
    paragraph that do not end in a sentence's end are joined, which reads the same.
    """

    name = "a Markdown document"
    extensions = (".md", ".markdown", ".mdown", ".mkd")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether it is text."""
        return content.description is None

    def claims(self, content: FileContent) -> bool:
        """Claims nothing: any text is Markdown."""
        return False

    def read(self, path: Path) -> FormatDocument:
        """Reads a document.

        Raises:
            BadFile: it cannot be opened, is empty, or is not text.
        """
        content = FileContent.of(path)
        if content.description is not None:
            raise BadFile(f"The file is not Markdown: it seems to be {content.description}.")
        return _MarkdownDocument(EncodedText.decode(content.data))


class _MarkdownDocument:
    """A document that was read."""

    def __init__(self, encoded: EncodedText) -> None:
        self._encoded = encoded
        self._text = MarkdownText(encoded.text)

    @property
    def units(self) -> Sequence[Unit]:
        return self._text.units

    @property
    def notices(self) -> Sequence[str]:
        return self._text.notices

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        self._encoded.write(target, self._text.write(translations, direction=direction))
