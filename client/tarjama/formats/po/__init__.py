"""Gettext's PO files and their templates (POT).

format          PoFormat and its document
lines           where an entry stands in a file, and how its translation is written there
placeholders    what a program fills in, and how its order is kept
"""

from tarjama.formats.po.format import PoFormat

__all__ = ["PoFormat"]
