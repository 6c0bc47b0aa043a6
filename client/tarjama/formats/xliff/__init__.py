"""XLIFF 1.2 and 2.x, with the dialects of Trados Studio, memoQ and Phrase.

format      XliffFormat and its document
located     XML whose elements know where they stand: what is not translated keeps its bytes
codes       inline codes
dialects    what is locked, confirmed or a machine's, and how that is said
segments    which segments there are
writing     translations put into targets
"""

from tarjama.formats.xliff.format import XliffFormat

__all__ = ["XliffFormat"]
