"""Electronic books: `EpubFormat`.

format      reads a book
container   what a book holds: packages, pages, style sheets, tables of contents
book        a book that was read, and how its parts are written
metadata    what packages and tables of contents say to readers
notices     what stays as it is, and the user should know of
"""

from tarjama.formats.epub.format import EpubFormat

__all__ = ["EpubFormat"]
