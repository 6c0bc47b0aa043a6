"""Workbooks of Excel: `XlsxFormat`; `workbooks_within` other documents.

format      which parts of a file are read, and how
survey      what a workbook says of its sheets and tables
strings     the text of cells and comments, with its formatting
formulas    what formulas quote, and the sheets and columns that they name
renaming    sheets and columns under other names, in all that names them
literals    text in formulas, lists of choices and headers
sheets      what is translated in a sheet
workbook    the list of sheets, styles, comments and the document's properties
tables      tables, pivot tables and what filters them
vml         old drawings: the captions of buttons
"""

from tarjama.formats.xlsx.format import XlsxFormat, workbooks_within

__all__ = ["XlsxFormat", "workbooks_within"]
