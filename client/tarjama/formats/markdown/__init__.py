"""Markdown: `MarkdownFormat`."""

from tarjama.formats.markdown.format import MarkdownFormat

__all__ = ["MarkdownFormat"]
