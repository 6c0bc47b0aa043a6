"""Reads XML into elements that know where they stand, so that all else keeps its bytes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from tarjama.formats.errors import BadFile
from tarjama.formats.xml import refuse_declarations

__all__ = ["Edits", "Element", "LocatedXml", "Raw", "with_attributes"]

_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(r"""(?P<space>\s+)(?P<name>[^\s=<>"'/]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
# As deep as libxml2 goes without being told otherwise.
_MAX_DEPTH = 256
_MAX_INDENTATION = 200
_OWN_NAMESPACES = "urn:oasis:names:tc:xliff:document:"
# Elsewhere text is white space, or a skeleton of many megabytes.
_TEXT_HOLDERS = frozenset({"source", "seg-source", "target", "note", "context"})

Edits: TypeAlias = dict[tuple[int, int], str]
"""What to write in place of a range of bytes. Ranges do not overlap."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A piece of markup that is no element: a processing instruction, a reference.

    Attributes:
        start: Its first byte.
        end: The byte after its last.
    """

    start: int
    end: int


@dataclass(eq=False, slots=True)
class Element:
    """An element and where it stands, in bytes of the document in UTF-8.

    Attributes:
        name: Without namespace for XLIFF's own; else the namespace, a space and the name.
        attributes: Names are written likewise.
        start: Where its start tag begins.
        inner_start: Where its content begins.
        inner_end: Where its content ends.
        end: Where the element ends.
        children: Its content in order, without comments. Text only within text.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    inner_start: int
    inner_end: int = 0
    end: int = 0
    children: "list[str | Element | Raw]" = field(default_factory=list)

    @property
    def is_empty_tag(self) -> bool:
        """Whether it is written as one tag, `<x/>`."""
        return self.inner_start == self.end

    @property
    def elements(self) -> "Iterator[Element]":
        """The elements in it, not those within them."""
        return (child for child in self.children if isinstance(child, Element))

    def child(self, name: str) -> "Element | None":
        """The first element of a name in it, or None."""
        return next((child for child in self.elements if child.name == name), None)

    def descendants(self, name: str) -> "Iterator[Element]":
        """The elements of a name at any depth, in order, but for those within one of them."""
        for child in self.elements:
            if child.name == name:
                yield child
            else:
                yield from child.descendants(name)

    @property
    def text(self) -> str:
        """Its text, that of all elements in it included."""
        return "".join(
            child if isinstance(child, str) else child.text if isinstance(child, Element) else ""
            for child in self.children
        )


class LocatedXml:
    """A document of XML.

    Attributes:
        data: The document in UTF-8, whatever encoding it declares.
        root: Its root element.
        prefixes: The prefix of each namespace, where it was declared first.
    """

    def __init__(self, text: str) -> None:
        """Parses a document without entities or unlimited depth.

        Raises:
            BadFile: it is not well-formed, deeper than 256 elements, or its DOCTYPE declares
                something.
        """
        self.data = text.encode("utf-8")
        self.prefixes: dict[str, str] = {}
        self._top = Element("", {}, 0, 0)
        self._open = [self._top]
        parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        parser.buffer_text = True
        self._parser = parser
        refuse_declarations(parser)
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_text
        parser.ProcessingInstructionHandler = self._add_instruction
        parser.SkippedEntityHandler = self._add_reference
        parser.StartNamespaceDeclHandler = self._declare
        try:
            parser.Parse(self.data, True)
        except expat.ExpatError as error:
            raise BadFile(
                f"The file is not well-formed XML at line {error.lineno}. "
                "Get it anew, or mend it there."
            ) from error
        self.root = next(self._top.elements)

    def raw(self, start: int, end: int, edits: Mapping[tuple[int, int], str] | None = None) -> str:
        """Gives a range as it is written, with edits that are wholly in it made."""
        pieces: list[bytes] = []
        at = start
        for (begin, stop), written in sorted((edits or {}).items()):
            if start <= begin and stop <= end:
                pieces += [self.data[at:begin], written.encode("utf-8")]
                at = stop
        return b"".join([*pieces, self.data[at:end]]).decode("utf-8")

    def start_tag(self, element: Element) -> str:
        """Gives an element's start tag as it is written."""
        return self.raw(element.start, element.inner_start)

    def indentation(self, element: Element) -> str:
        """Gives the white space between an element and what is before it, if it is nothing else."""
        before = self.data[max(element.start - _MAX_INDENTATION, 0) : element.start]
        space = before[len(before.rstrip()) :] if before[-1:].isspace() else b""
        return space.decode("utf-8")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _MAX_DEPTH:
            raise BadFile(
                f"The file nests elements deeper than {_MAX_DEPTH}, as a hostile file does. "
                "Get it anew."
            )
        start = self._parser.CurrentByteIndex
        tag = _TAG.match(self.data, start)
        assert tag is not None
        element = Element(_short(name), _shortened(attributes), start, tag.end())
        self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        element.inner_end = element.end = element.inner_start
        # An empty tag was read whole; the end of any other is a tag of its own.
        if self.data[element.inner_start - 2 : element.inner_start] != b"/>":
            element.inner_end = self._parser.CurrentByteIndex
            element.end = self.data.index(b">", element.inner_end) + 1

    def _add_text(self, text: str) -> None:
        if self._is_in_text():
            self._open[-1].children.append(text)

    def _add_instruction(self, _target: str, _data: str) -> None:
        start = self._parser.CurrentByteIndex
        if self._is_in_text():
            end = self.data.index(b"?>", start) + 2
            self._open[-1].children.append(Raw(start, end))

    def _add_reference(self, _name: str, _is_parameter: bool) -> None:
        start = self._parser.CurrentByteIndex
        if self._is_in_text():
            end = self.data.index(b";", start) + 1
            self._open[-1].children.append(Raw(start, end))

    def _declare(self, prefix: str | None, uri: str) -> None:
        if prefix:
            self.prefixes.setdefault(uri, prefix)

    def _is_in_text(self) -> bool:
        return any(element.name in _TEXT_HOLDERS for element in self._open)


def with_attributes(tag: str, values: Mapping[str, str | None]) -> str:
    """Sets attributes in a start tag, where they stand or else at its end.

    Args:
        tag: A start tag or an empty tag.
        values: By name, with its prefix. None takes an attribute out.
    """
    for name, value in values.items():
        found = next((each for each in _ATTRIBUTE.finditer(tag) if each["name"] == name), None)
        if found is None:
            closing = re.search(r"\s*/?>\Z", tag)
            assert closing is not None
            start = end = closing.start()
        else:
            start, end = found.span()
        space = " " if found is None else found["space"]
        written = "" if value is None else f"{space}{name}={quoteattr(value)}"
        tag = tag[:start] + written + tag[end:]
    return tag


def _short(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return local if namespace.startswith(_OWN_NAMESPACES) else name


def _shortened(attributes: Mapping[str, str]) -> dict[str, str]:
    return {_short(name): value for name, value in attributes.items()}
