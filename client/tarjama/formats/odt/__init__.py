"""OpenDocument texts: `OdtFormat`.

format      which parts of a file are read, and how
story       what is translated in a part: paragraphs, fields, attributes
reading     a paragraph's content -> inline content
writing     inline content -> a paragraph's content
styles      how spans look once their text is Latin, and what paragraphs inherit
direction   right-to-left turned to left-to-right
notices     what stays as it is, and the user should know of
names       namespaces
"""

from tarjama.formats.odt.format import OdtFormat

__all__ = ["OdtFormat"]
