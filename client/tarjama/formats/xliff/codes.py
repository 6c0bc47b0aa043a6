"""The inline codes of XLIFF: what is in a source or a target, and how it is written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from xml.sax.saxutils import escape

from tarjama.formats.inline import Inline, Paired, Standalone
from tarjama.formats.xliff.located import Edits, Element, LocatedXml, Raw

__all__ = ["Code", "CodeReader", "key_of", "subflows", "write_content"]

# Around text, in one element.
_SPANNING = frozenset({"g", "pc", "mrk"})
# Where text begins and ends, in two elements. What names the partner comes first: `rid` and `id` in
# XLIFF 1.2, `id` and `startRef` in 2.x.
_OPENING = {"bx": ("rid", "id"), "bpt": ("rid", "id"), "sc": ("id",), "sm": ("id",)}
_CLOSING = {
    "ex": ("bx", ("rid", "id")),
    "ept": ("bpt", ("rid", "id")),
    "ec": ("sc", ("startRef",)),
    "em": ("sm", ("startRef",)),
}
# Systems that know of no inline codes, such as those of web sites, write HTML as text.
_MARKUP = (
    r"<(?P<begin>[A-Za-z][\w:-]*)(?:\s[^<>]*|/)?>|</(?P<end>[A-Za-z][\w:-]*)\s*>"
    r"|&[A-Za-z]+;|&\#[0-9]+;"
)
# Phrase (Memsource) writes codes into the text: {1>bold<1}, {b>bold<b} and {2}.
_PLACEHOLDER = r"\{(?P<open>[0-9A-Za-z_^]*)>|<(?P<close>[0-9A-Za-z_^]*)\}|\{[0-9]+\}"
# XML cannot hold the other control characters, and reads a bare carriage return as a line feed.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Code:
    """An inline code as the file writes it.

    Attributes:
        key: Kind and id: equal for the same code in source and target.
        begin: The code's bytes, or those before what it is around; or the text itself.
        end: Those behind what it is around; nothing for a code that stands by itself.
    """

    key: str
    begin: _Span | str
    end: _Span | str = ""


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where a code that is two elements begins or ends."""

    partner: str
    is_opening: bool
    code: Code


class CodeReader:
    """Reads the content of sources and targets."""

    def __init__(self, document: LocatedXml, *, has_placeholders: bool) -> None:
        """Takes the document.

        Args:
            document: What the elements are of.
            has_placeholders: Whether codes are written into the text as Phrase does it.
        """
        self._document = document
        patterns = [_PLACEHOLDER, _MARKUP] if has_placeholders else [_MARKUP]
        self._codes_in_text = re.compile("|".join(patterns))

    def read(self, element: Element) -> tuple[Inline[Code], ...]:
        """Reads what is in an element."""
        return _paired(self._pieces(element))

    def _pieces(self, element: Element) -> Iterator[Inline[Code] | _Edge]:
        for child in element.children:
            if isinstance(child, Raw):
                span = (child.start, child.end)
                yield Standalone(Code(self._document.raw(*span), span))
            elif isinstance(child, Element):
                yield self._piece(child)
            else:
                yield from self._pieces_of_text(child)

    def _pieces_of_text(self, text: str) -> Iterator[Inline[Code] | _Edge]:
        at = 0
        for match in self._codes_in_text.finditer(text):
            if match.start() > at:
                yield text[at : match.start()]
            at = match.end()
            code = Code(match[0], match[0])
            # The group that matched, if it is one end of a code around text.
            name = match.lastgroup
            if name is None or match[0].endswith("/>"):
                yield Standalone(code)
            else:
                kind = "text" if name in {"begin", "end"} else "placeholder"
                yield _Edge(f"{kind} {match[name]}", name in {"begin", "open"}, code)
        if text[at:]:
            yield text[at:]

    def _piece(self, element: Element) -> Inline[Code] | _Edge:
        name = element.name
        whole = (element.start, element.end)
        key = f"{name} {element.attributes.get('id') or element.attributes.get('mid', '')}"
        if name in _OPENING:
            return _Edge(_partner(element, name, _OPENING[name]), True, Code(key, whole))
        if name in _CLOSING:
            return _Edge(_partner(element, *_CLOSING[name]), False, Code(key, whole))
        if name not in _SPANNING or element.is_empty_tag or _is_protected(element):
            return Standalone(Code(key, whole))
        begin = (element.start, element.inner_start)
        return Paired(Code(key, begin, (element.inner_end, element.end)), self.read(element))


def key_of(code: Code) -> str:
    """Gives what is equal for the same code in source and target."""
    return code.key


def subflows(element: Element) -> Iterator[tuple[str, Element]]:
    """Finds the texts within codes, `sub` in XLIFF 1.2, and what names each."""
    for child in element.elements:
        for number, sub in enumerate(child.descendants("sub"), start=1):
            yield f"{child.name} {child.attributes.get('id', '')} {number}", sub
        if child.name in _SPANNING:
            yield from subflows(child)


def write_content(document: LocatedXml, content: Sequence[Inline[Code]], edits: Edits) -> str:
    """Writes what a target is to hold.

    Args:
        document: Where the codes are from.
        content: The pieces, in order.
        edits: Texts within codes that are to be others.
    """
    pieces: list[str] = []
    for item in content:
        if isinstance(item, str):
            pieces.append(escape(_UNWRITABLE.sub("\ufffd", item)).replace("\r", "&#13;"))
        elif isinstance(item, Paired):
            pieces.append(_written(document, item.code.begin, edits))
            pieces.append(write_content(document, item.content, edits))
            pieces.append(_written(document, item.code.end, edits))
        else:
            pieces.append(_written(document, item.code.begin, edits))
    return "".join(pieces)


def _written(document: LocatedXml, piece: _Span | str, edits: Edits) -> str:
    return escape(piece) if isinstance(piece, str) else document.raw(*piece, edits)


def _is_protected(element: Element) -> bool:
    attributes = element.attributes
    return attributes.get("mtype") == "protected" or attributes.get("translate") == "no"


def _partner(element: Element, kind: str, names: Iterable[str]) -> str:
    """Names a pair, so that it is equal for both of its ends."""
    known = (element.attributes[name] for name in names if name in element.attributes)
    return f"{kind} {next(known, '')}"


def _paired(pieces: Iterable[Inline[Code] | _Edge]) -> tuple[Inline[Code], ...]:
    """Puts what is between two ends of a code into it. Ends that cross stand by themselves."""
    waiting: list[tuple[_Edge, list[Inline[Code]]]] = []
    content: list[Inline[Code]] = []
    for piece in pieces:
        if not isinstance(piece, _Edge):
            content.append(piece)
        elif piece.is_opening:
            waiting.append((piece, content))
            content = []
        elif not any(opened.partner == piece.partner for opened, _ in waiting):
            content.append(Standalone(piece.code))
        else:
            while waiting[-1][0].partner != piece.partner:
                content = _unpaired(*waiting.pop(), content)
            opened, outer = waiting.pop()
            code = Code(opened.code.key, opened.code.begin, piece.code.begin)
            content = [*outer, Paired(code, tuple(content))]
    while waiting:
        content = _unpaired(*waiting.pop(), content)
    return tuple(content)


def _unpaired(
    opened: _Edge, outer: list[Inline[Code]], content: list[Inline[Code]]
) -> list[Inline[Code]]:
    return [*outer, Standalone(opened.code), *content]
