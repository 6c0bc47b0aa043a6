"""PDF: letters at places on pages, from which paragraphs are made anew, as a Word document.

extraction   a program of its own that reads a PDF and prints its letters; reading: runs it
glyphs       a letter and its place; lines: lines and words of them
ordering     letters as they stand from left to right -> text as it is read
columns      lines in reading order, columns by columns; furniture: page numbers and the like
paragraphs   lines -> paragraphs, headings and tables; document: these as a .docx
"""

from tarjama.formats.pdf.document import convert_pdf

__all__ = ["convert_pdf"]
