"""Files of HTML."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.html.page import HtmlPage
from tarjama.formats.units import Direction, FormatDocument, Unit

__all__ = ["HtmlFormat"]

_DECLARED = re.compile(
    r"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:+-]+)|\A\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:+-]+)""",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?:[a-zA-Z]|!--|!doctype|\?xml|/[a-zA-Z])", re.IGNORECASE)
# The atomic groups keep comments from being read in more than one way.
_PAGE = re.compile(
    r"(?>\s+|<!--(?>.*?-->)|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)


class HtmlFormat:
    """Pages and parts of pages, read as browsers do.

    Every byte outside of translated text and of what sets the direction stays. The encoding is that
    of the byte order mark, else the one the page declares, else recognised.
    """

    name = "an HTML page"
    extensions = (".html", ".htm", ".xhtml", ".xht")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether there is a tag in the first 4 KiB of what is text."""
        return content.description is None and _TAG.search(content.text_head) is not None

    def claims(self, content: FileContent) -> bool:
        """Tells whether the file begins as a page does."""
        return content.description is None and _PAGE.match(content.text_head) is not None

    def read(self, path: Path) -> FormatDocument:
        """Reads a page.

        Raises:
            BadFile: it cannot be opened, is empty, is no page, or breaks its encoding.
        """
        content = FileContent.of(path)
        if not self.recognises(content):
            raise BadFile("The file is not an HTML page: there are no tags at its beginning.")
        found = _DECLARED.search(content.text_head)
        declared = (found[1] or found[2]) if found else None
        return _HtmlDocument(EncodedText.decode(content.data, declared=declared), bool(declared))


class _HtmlDocument:
    """A page that was read."""

    def __init__(self, encoded: EncodedText, declares_encoding: bool) -> None:
        self._encoded = encoded
        self._declares_encoding = declares_encoding
        self._page = HtmlPage(encoded.text)

    @property
    def units(self) -> Sequence[Unit]:
        return self._page.units

    @property
    def notices(self) -> Sequence[str]:
        return ()

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        page = self._page.write(translations, direction=direction)
        self._encoded.write(target, page, markup=self._declares_encoding)
