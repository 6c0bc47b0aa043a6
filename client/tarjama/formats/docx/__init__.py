"""Word documents: `DocxFormat`.

format      which parts of a file are read, and how
story       what is translated in a part: paragraphs, attributes, labels of lists
stretches   paragraphs cut where fields that reach further begin and end
content     a stretch's runs <-> inline content
formatting  how runs look once their text is Latin
styles      what paragraphs inherit
direction   right-to-left turned to left-to-right
binding     XML that content controls show
"""

from tarjama.formats.docx.format import DocxFormat

__all__ = ["DocxFormat"]
