"""Finds what is translated in HTML: the paragraphs between the tags of blocks."""

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tarjama.formats.html.attributes import attributes_of
from tarjama.formats.html.elements import BLOCKS, IMPLIED_ENDS, OPAQUE, PREFORMATTED, VOID
from tarjama.formats.html.tokens import Token, TokenKind
from tarjama.formats.inline import Inline, LineBreak, Paired, Standalone

__all__ = ["Paragraph", "Range", "content_of", "is_void", "opaque_ranges", "paragraphs"]

Range = tuple[int, int]
"""Tokens from the first index up to the second. Of a pair of tags: the index of either."""


# Codes within codes are gone through by recursion. No page that people read has a tenth of it.
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of tokens that are no tags of blocks.

    Attributes:
        pieces: The tokens, where what may not be translated is one piece with its content.
        block: Name of the tag that it follows, empty for an end tag.
        preformatted: Whether its white space counts.
    """

    pieces: tuple[Range, ...]
    block: str
    preformatted: bool


def is_void(token: Token) -> bool:
    """Tells whether a start tag has no end tag. XHTML may close any tag at once."""
    return token.name in VOID or token.raw.endswith("/>")


def opaque_ranges(tokens: Sequence[Token]) -> dict[int, int]:
    """Finds elements that are not translated, by the index of their tag, with their end.

    They are code, and what says `translate="no"` or is of class `notranslate`, all
    that is in it included.
    """
    opaque = [
        at for at, token in enumerate(tokens) if token.kind is TokenKind.START and _is_opaque(token)
    ]
    if not opaque:
        return {}
    ends = _element_ends(tokens)
    ranges: dict[int, int] = {}
    passed = 0
    for at in opaque:
        if at >= passed:
            passed = ranges[at] = ends[at]
    return ranges


def _is_opaque(token: Token) -> bool:
    if token.name in OPAQUE:
        return True
    values = {one.name: one.value for one in attributes_of(token.raw)}
    if values.get("translate", "").lower() == "no":
        return True
    return "notranslate" in values.get("class", "").split()


def _element_ends(tokens: Sequence[Token]) -> dict[int, int]:
    """Finds where each element ends, its end tag included if it has one, by its start.

    One that is never closed is taken to end at once, for else all of the page would be in it.
    """
    ends: dict[int, int] = {}
    open_tags: list[int] = []
    open_names: Counter[str] = Counter()

    def close(end: int) -> None:
        start = open_tags.pop()
        open_names[tokens[start].name] -= 1
        ends[start] = end

    for at, token in enumerate(tokens):
        if token.kind is TokenKind.START:
            ends[at] = at + 1
            if is_void(token):
                continue
            if (
                open_tags
                and token.name in IMPLIED_ENDS
                and tokens[open_tags[-1]].name == token.name
            ):
                close(at)
            open_tags.append(at)
            open_names[token.name] += 1
        elif token.kind is TokenKind.END and open_names[token.name]:
            while (inner := tokens[open_tags[-1]].name) != token.name:
                close(at if inner in IMPLIED_ENDS else ends[open_tags[-1]])
            close(at + 1)
    return ends


def paragraphs(tokens: Sequence[Token], opaque: dict[int, int]) -> Iterator[Paragraph]:
    """Cuts a page into paragraphs, in order, those without words too."""
    pieces: list[Range] = []
    block = ""
    preformatted = 0
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = opaque.get(at, at + 1)
        if token.name not in BLOCKS:
            pieces.append((at, end))
            at = end
            continue
        if pieces:
            yield Paragraph(tuple(pieces), block, preformatted > 0)
            pieces = []
        starts = token.kind is TokenKind.START
        block = token.name if starts else ""
        if token.name in PREFORMATTED and at not in opaque:
            preformatted = max(0, preformatted + (1 if starts else -1))
        at = end
    if pieces:
        yield Paragraph(tuple(pieces), block, preformatted > 0)


@dataclass(slots=True)
class _Open:
    """A start tag whose end tag has not come yet."""

    start: int
    content: list[Inline[Range]] = field(default_factory=list)


def content_of(paragraph: Paragraph, tokens: Sequence[Token]) -> list[Inline[Range]]:
    """Reads a paragraph as text and codes. Tags without their counterpart stand by themselves."""
    stack = [_Open(-1)]
    for first, last in paragraph.pieces:
        token = tokens[first]
        if token.kind is TokenKind.TEXT:
            stack[-1].content.append(html.unescape(token.raw))
        elif token.kind is TokenKind.START and last == first + 1 and token.name == "br":
            stack[-1].content.append(LineBreak((first, last)))
        elif (
            token.kind is TokenKind.START
            and last == first + 1
            and not is_void(token)
            and len(stack) <= _MAX_DEPTH
        ):
            stack.append(_Open(first))
        elif token.kind is TokenKind.END and _is_open(stack, token.name, tokens):
            while tokens[stack[-1].start].name != token.name:
                _give_up(stack)
            done = stack.pop()
            stack[-1].content.append(Paired((done.start, first), tuple(done.content)))
        else:
            stack[-1].content.append(Standalone((first, last)))
    while len(stack) > 1:
        _give_up(stack)
    return stack[0].content


def _is_open(stack: Sequence[_Open], name: str, tokens: Sequence[Token]) -> bool:
    return any(tokens[one.start].name == name for one in stack[1:])


def _give_up(stack: list[_Open]) -> None:
    """Makes a tag that is not closed in its paragraph a code by itself."""
    done = stack.pop()
    stack[-1].content.append(Standalone((done.start, done.start + 1)))
    stack[-1].content.extend(done.content)
