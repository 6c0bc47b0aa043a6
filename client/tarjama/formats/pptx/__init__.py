"""Presentations of PowerPoint: `PptxFormat`.

format     which parts of a file are read, and how
deck       the parts of a presentation in the order of its slides
slides     what is translated in a slide, and the like
direction  right-to-left turned to left-to-right, with what paragraphs inherit
"""

from tarjama.formats.pptx.format import PptxFormat

__all__ = ["PptxFormat"]
