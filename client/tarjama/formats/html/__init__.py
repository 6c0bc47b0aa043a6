"""HTML and XHTML: `HtmlFormat` for files, `HtmlPage` for pages inside of other formats."""

from tarjama.formats.html.format import HtmlFormat
from tarjama.formats.html.page import HtmlPage

__all__ = ["HtmlFormat", "HtmlPage"]
