"""Turns the inline tokens of a block of Markdown into text and codes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from tarjama.formats.html import HtmlPage
from tarjama.formats.inline import Inline, LineBreak, Paired, Standalone
from tarjama.formats.markdown.parser import Block, range_of
from tarjama.formats.script import has_arabic
from tarjama.formats.units import Direction

__all__ = [
    "EMPHASIS",
    "InlineReader",
    "Markup",
    "Pair",
    "Slot",
    "structure_of",
    "structure_wanted",
    "text_of",
]

EMPHASIS = {"em_open": "em", "s_open": "s", "strong_open": "strong"}
"""The parser's names of marks that touch words, and HTML's names of the same."""

_TITLE = re.compile(
    r"""\s(?:"(?P<d>(?:[^"\\]|\\.)*)"|'(?P<s>(?:[^'\\]|\\.)*)')\s*\)\Z""", re.DOTALL
)
_TASK = re.compile(r"\[[ xX]\] |\[![A-Za-z]+\](?=\n|\Z)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_SENTENCE_END = tuple(".!?؟؛:…۔")


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of markup that is a unit by itself: the title of a link, the text of a picture.

    Attributes:
        id: Of its unit.
        start: Where it begins in the markup.
        end: Where it ends there.
        context: What it is.
    """

    id: str
    start: int
    end: int
    context: str


@dataclass(frozen=True, slots=True)
class Markup:
    """Markup as it stands in the source.

    Attributes:
        start: Where it begins in the source.
        raw: All of it, with what begins further lines.
        slots: The parts of it that are units, in order.
        page: It as HTML, if it is that.
        type: The parser's name of it.
    """

    start: int
    raw: str
    type: str
    slots: tuple[Slot, ...] = ()
    page: HtmlPage | None = None

    def render(self, translations: Mapping[str, str], direction: Direction) -> str:
        """Gives the markup with its slots replaced, by plain text that needs no escapes."""
        if self.page is not None:
            return self.page.write(translations, direction=direction)
        raw = self.raw
        for slot in reversed(self.slots):
            if slot.id in translations:
                raw = raw[: slot.start] + translations[slot.id] + raw[slot.end :]
        return raw


@dataclass(frozen=True, slots=True)
class Pair:
    """Markup on both sides of text.

    Attributes:
        opening: What is before it.
        closing: What is behind it.
        label: What a link without an address of its own is called, and so found by; else empty.
    """

    opening: Markup
    closing: Markup
    label: str = ""


@dataclass(slots=True)
class _Open:
    """An opening token whose closing token has not come yet."""

    markup: Markup | None
    name: str
    content: list[Inline[Markup | Pair]] = field(default_factory=list)


class InlineReader:
    """Reads the content of one block.

    Attributes:
        markups: All markup met, in order.
    """

    def __init__(self, source: str, block: Block, id: str) -> None:
        """Takes a block.

        Args:
            source: The whole text.
            block: The block.
            id: Of the block; its slots' ids begin with it.
        """
        self._source = source
        self._block = block
        self._id = id
        self.markups: list[Markup] = []

    def read(self) -> list[Inline[Markup | Pair]]:
        """Gives the block's text and codes."""
        stack = [_Open(None, "")]
        for token in _outer(self._block.children):
            if token.type == "text":
                stack[-1].content.append(token.content)
            elif token.type == "softbreak":
                stack[-1].content.append(self._soft_break(token, stack[-1].content))
            elif token.type == "hardbreak":
                stack[-1].content.append(LineBreak(self._markup(token)))
            elif self._opens(token):
                stack.append(_Open(self._markup(token), _name(token)))
            elif self._closes(token) and any(one.name == _name(token) for one in stack[1:]):
                while stack[-1].name != _name(token):
                    _give_up(stack)
                self._close(stack, self._markup(token))
            else:
                stack[-1].content.append(Standalone(self._markup(token)))
        while len(stack) > 1:
            _give_up(stack)
        return self._with_marker(stack[0].content)

    def _opens(self, token: Token) -> bool:
        if token.type == "html_inline":
            return re.match(r"<[a-zA-Z][^>]*[^/>]>|<[a-zA-Z]>", token.content) is not None
        return token.nesting == 1 and token.markup != "autolink"

    def _closes(self, token: Token) -> bool:
        return token.nesting == -1 or token.content.startswith("</")

    def _close(self, stack: list[_Open], closing: Markup) -> None:
        done = stack.pop()
        assert done.markup is not None
        label = ""
        if closing.type == "link_close" and closing.raw in {"]", "][]"}:
            label = self._source[done.markup.start + 1 : closing.start]
        pair = Pair(done.markup, closing, label)
        stack[-1].content.append(Paired(pair, tuple(done.content)))

    def _soft_break(
        self, token: Token, before: Sequence[Inline[Markup | Pair]]
    ) -> Inline[Markup | Pair]:
        """Keeps a line end behind a sentence; any other is a space, as a reader sees it."""
        markup = self._markup(token)
        text = before[-1] if before else ""
        if isinstance(text, str) and (text.endswith(_SENTENCE_END) or _TASK.fullmatch(text)):
            return LineBreak(markup)
        return " "

    def _with_marker(self, content: list[Inline[Markup | Pair]]) -> list[Inline[Markup | Pair]]:
        """Takes the box of a task, or the kind of an alert, out of the text."""
        first = content[0] if content else ""
        match = _TASK.match(first) if isinstance(first, str) else None
        if match is None or not isinstance(first, str):
            return content
        marker = Markup(self._block.offsets[0], match[0], "text")
        return [Standalone(marker), first[match.end() :], *content[1:]]

    def _markup(self, token: Token) -> Markup:
        start, end = range_of(token) or (0, 0)
        # A run of two is noted where its inner one stands.
        if token.type == "strong_open":
            start -= 1
        elif token.type == "strong_close":
            end += 1
        at = self._block.offsets[start]
        raw = self._source[at : self._block.offsets[end]]
        key = f"{self._id}@{len(self.markups)}"
        page = HtmlPage(raw, id_prefix=f"{key}.") if token.type == "html_inline" else None
        slots = tuple(_slots(token, raw, key))
        markup = Markup(at, raw, token.type, slots, page)
        self.markups.append(markup)
        return markup


def _outer(tokens: Sequence[Token]) -> Iterator[Token]:
    """Leaves out empty text, and what is within an address between angle brackets."""
    inside_autolink = False
    for token in tokens:
        if token.type == "link_open" and token.markup == "autolink":
            inside_autolink = True
            yield token
        elif token.type == "link_close" and inside_autolink:
            inside_autolink = False
        elif not inside_autolink and (token.type != "text" or token.content):
            yield token


def _name(token: Token) -> str:
    """Gives what an opening and a closing token have in common."""
    if token.type == "html_inline":
        match = re.match(r"</?([a-zA-Z][^\s/>]*)", token.content)
        return "html " + match[1].lower() if match else ""
    return token.type.removesuffix("_open").removesuffix("_close")


def _give_up(stack: list[_Open]) -> None:
    done = stack.pop()
    assert done.markup is not None
    stack[-1].content.append(Standalone(done.markup))
    stack[-1].content.extend(done.content)


def _slots(token: Token, raw: str, key: str) -> Iterator[Slot]:
    """Finds the text of a picture and the title of a link or picture."""
    if token.type == "image":
        # The text has no brackets but those that are matched or escaped.
        end = raw.rfind("](") if raw.endswith(")") else raw.rfind("][")
        end = end if end > 0 else len(raw) - 1
        if has_arabic(raw[2:end]) and raw.endswith(")"):
            yield Slot(f"{key}.alt", 2, end, "text of a picture")
    if token.type in {"image", "link_close"}:
        title = _TITLE.search(raw)
        if title and has_arabic(title[0]):
            group = "d" if title["d"] is not None else "s"
            yield Slot(f"{key}.title", *title.span(group), "title of a link")


def text_of(raw: str) -> str:
    """Reads the text of a slot: backslashes before punctuation go, line ends are spaces."""
    return " ".join(_ESCAPED.sub(r"\1", raw).split())


def structure_of(tokens: Sequence[Token]) -> tuple[list[str], str]:
    """Gives the types of parsed markup, sorted, and the text without white space."""
    types = []
    text = []
    for token in _outer(tokens):
        if token.type == "text":
            text.append(token.content)
        elif token.type != "softbreak":
            types.append(token.type)
    return sorted(types), "".join("".join(text).split())


def structure_wanted(content: Sequence[Inline[Markup | Pair]]) -> tuple[list[str], str]:
    """Gives what `structure_of` is to give for content that was written."""
    types: list[str] = []
    text: list[str] = []
    _collect(content, types, text)
    return sorted(types), "".join("".join(text).split())


def _collect(content: Sequence[Inline[Markup | Pair]], types: list[str], text: list[str]) -> None:
    for item in content:
        if isinstance(item, str):
            text.append(item)
        elif isinstance(item, Paired):
            assert isinstance(item.code, Pair)
            inner: list[str] = []
            _collect(item.content, types, inner)
            if "".join(inner).strip() or item.code.opening.type not in EMPHASIS:
                types += [item.code.opening.type, item.code.closing.type]
            text += inner
        else:
            assert isinstance(item.code, Markup)
            if item.code.type == "text":
                text.append(item.code.raw)
            elif item.code.type != "softbreak":
                types.append(item.code.type)
