"""Reviews as Word documents: a table to correct in any word processor.

writing     write_docx_review
reading     read_docx_review
names       what both know the table by
"""

from tarjama.review.docx.reading import read_docx_review
from tarjama.review.docx.writing import write_docx_review

__all__ = ["read_docx_review", "write_docx_review"]
