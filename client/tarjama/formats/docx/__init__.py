"""Word documents: `DocxFormat`.

format      which parts of a file are read, and how
story       what is translated in a part; attributes: descriptions, choices, labels of lists
stretches   paragraphs cut at tabs and at fields that reach further; ranges: bookmarks, fields
reading     a stretch's runs as inline content, whose codes are in codes
writing     translated content as runs
formatting  how runs look once their text is Latin
styles      what paragraphs inherit of their direction
direction   right-to-left turned to left-to-right
binding     XML that content controls show
notices     what the user is told of what stays
"""

from tarjama.formats.docx.format import DocxFormat

__all__ = ["DocxFormat"]
