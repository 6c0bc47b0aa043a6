"""Writes inline content into a paragraph."""

import re
from collections.abc import Iterable

from lxml import etree

from tarjama.formats.inline import Inline, Paired
from tarjama.formats.odt.names import TEXT
from tarjama.formats.odt.reading import Bracket, Code, is_invisible
from tarjama.formats.odt.styles import Formatting
from tarjama.formats.ooxml.places import Element, xml_text

__all__ = ["write_paragraph"]

_SPACES = re.compile("([ \t\r\n]+)")


def write_paragraph(
    paragraph: Element, content: Iterable[Inline[Code]], formatting: Formatting
) -> None:
    """Puts content in the place of what is in a paragraph.

    Args:
        paragraph: Where to; its attributes stay.
        content: What comes there, with every code of the paragraph once.
        formatting: How text without a code looks.
    """
    _empty(paragraph)
    _Writer().fill(paragraph, content, formatting)


class _Writer:
    """Writes spans, one for what follows each other and looks alike."""

    def __init__(self) -> None:
        self._span: Element | None = None
        self._inner: Element | None = None
        self._formatting: Formatting | None = None
        self._after_space = True

    def fill(self, body: Element, content: Iterable[Inline[Code]], formatting: Formatting) -> None:
        """Appends content to an element."""
        for item in content:
            if isinstance(item, str):
                self._add_text(self._target(body, formatting), xml_text(item))
            elif not isinstance(item, Paired):
                assert not isinstance(item.code, Formatting | Bracket)
                self._add_element(self._target(body, formatting), item.code)
            elif isinstance(item.code, Formatting):
                self.fill(body, item.content, item.code)
            elif isinstance(item.code, Bracket):
                self._add_element(self._target(body, formatting), item.code.before)
                self.fill(body, item.content, formatting)
                self._add_element(self._target(body, formatting), item.code.after)
            else:
                _empty(item.code)
                body.append(item.code)
                item.code.tail = None
                self.fill(item.code, item.content, formatting)

    def _target(self, body: Element, formatting: Formatting) -> Element:
        """Gives the element to append to: a span at the end of the body, or the body itself."""
        if not formatting.spans:
            return body
        last = body[-1] if len(body) else None
        reused = last is not None and last is self._span and not last.tail
        if not reused or formatting is not self._formatting or self._inner is None:
            inner = body
            for number, span in enumerate(formatting.spans):
                inner = etree.SubElement(inner, span.tag, span.attrib, span.nsmap)
                self._span = inner if number == 0 else self._span
            self._inner, self._formatting = inner, formatting
        assert self._inner is not None
        return self._inner

    def _add_element(self, target: Element, element: Element) -> None:
        target.append(element)
        element.tail = None
        self._after_space &= is_invisible(element)

    def _add_text(self, target: Element, text: str) -> None:
        """Appends text. Spaces past the first one are elements, for the format makes one of all."""
        for piece in _SPACES.split(text):
            if not piece:
                continue
            if piece.isspace() and not _SPACES.sub("", piece):
                count = len(piece)
                if not self._after_space:
                    _append_text(target, " ")
                    count -= 1
                self._after_space = count == 0
                if count:
                    spaces = etree.SubElement(target, f"{TEXT}s")
                    if count > 1:
                        spaces.set(f"{TEXT}c", str(count))
            else:
                _append_text(target, piece)
                self._after_space = False


def _append_text(target: Element, text: str) -> None:
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text


def _empty(element: Element) -> None:
    for child in list(element):
        element.remove(child)
    element.text = None
