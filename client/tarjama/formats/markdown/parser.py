"""Parses Markdown so that every block and every inline code is known by where it stands."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

__all__ = ["Block", "MarkdownSource", "range_of"]

# As markdown-it cuts lines, so that its line numbers are ours.
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")
_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\r?\n(?:.*?\r?\n)?\1[ \t]*(?=\r|\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"#{1,6}(?=[ \t])")
_RANGE = "range"

_Rule = Callable[[StateInline, bool], bool]


@dataclass(frozen=True, slots=True)
class Block:
    """A block with text in it: a paragraph, a heading, a cell, or HTML.

    Attributes:
        content: Its text as the parser has it, without the marks at the lines' beginnings.
        offsets: Where each character of the content stands in the source, and where it ends.
        children: Its inline tokens; empty for HTML.
        kind: The parser's name of it: `paragraph`, `heading`, `th`, `td` or `html`.
        line: Its first line in the source, from 0.
    """

    content: str
    offsets: tuple[int, ...]
    children: tuple[Token, ...]
    kind: str
    line: int


def range_of(token: Token) -> tuple[int, int] | None:
    """Gives where an inline token stands in its block's content, for what is not text."""
    found: tuple[int, int] | None = token.meta.get(_RANGE)
    return found


class MarkdownSource:
    """A text in Markdown: CommonMark with tables, strikethrough, footnotes and dollar math.

    Attributes:
        text: The text.
        blocks: Its blocks with text, in order.
        unplaced_count: How many blocks could not be found again in the text; they are left out.
    """

    def __init__(self, text: str) -> None:
        """Parses a text. Front matter in YAML or TOML has no blocks."""
        self.text = text
        self._parser = _parser()
        self._environment: dict[str, Any] = {}
        self._lines = [match[0] for match in _LINE.finditer(text)]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self.unplaced_count = 0
        self.blocks = tuple(self._find_blocks())

    def parse_inline(self, content: str) -> list[Token]:
        """Parses the content of a block, with the references of the text."""
        [token] = self._parser.parseInline(content, self._environment)
        return token.children or []

    def _find_blocks(self) -> Iterator[Block]:
        front = _FRONT_MATTER.match(self.text)
        front_lines = bisect_right(self._starts, front.end() - 1) if front else 0
        body = "\n" * front_lines + self.text[self._starts[front_lines] :]
        cell_ends: dict[int, int] = {}
        kind = ""
        for token in self._parser.parse(body, self._environment):
            if token.type == "inline" and token.map and token.content:
                block = self._inline_block(token, kind, cell_ends)
            elif token.type == "html_block" and token.map:
                block = self._html_block(token)
            else:
                kind = token.type.removesuffix("_open")
                continue
            if block is None:
                self.unplaced_count += 1
            else:
                yield block

    def _inline_block(self, token: Token, kind: str, cell_ends: dict[int, int]) -> Block | None:
        assert token.map is not None
        first = token.map[0]
        children = tuple(token.children or ())
        if kind in {"td", "th"}:
            offsets = self._cell_offsets(token.content, first, cell_ends)
        else:
            offsets = self._offsets(token.content, first, is_heading=kind == "heading")
        return Block(token.content, offsets, children, kind, first) if offsets else None

    def _html_block(self, token: Token) -> Block | None:
        assert token.map is not None
        content = token.content.removesuffix("\n")
        offsets = self._offsets(content, token.map[0], is_heading=False)
        return Block(content, offsets, (), "html", token.map[0]) if offsets else None

    def _offsets(self, content: str, first: int, *, is_heading: bool) -> tuple[int, ...] | None:
        """Finds a content whose lines end as the source's lines do, but for white space."""
        offsets: list[int] = []
        for number, line in enumerate(content.split("\n"), start=first):
            words = line.lstrip()
            source = self._lines[number].rstrip("\r\n")
            marks = _HEADING.search(source) if is_heading else None
            found = source.find(words, marks.end()) if marks else source.rfind(words)
            if found < 0:
                return None
            at = self._starts[number] + found
            # The white space before the words is not the source's where that has tabs.
            offsets.extend([at] * (len(line) - len(words)))
            offsets.extend(range(at, at + len(words) + 1))
        return tuple(offsets)

    def _cell_offsets(
        self, content: str, line: int, cell_ends: dict[int, int]
    ) -> tuple[int, ...] | None:
        """Finds a cell behind the cell before it. Its content has no backslash before a bar."""
        pattern = re.escape(content).replace(re.escape("|"), r"\\?\|")
        row = self._lines[line]
        match = re.compile(pattern).search(row, cell_ends.get(line, 0))
        if match is None:
            return None
        cell_ends[line] = match.end()
        offsets = []
        at = match.start()
        for character in content:
            if row[at] != character:
                at += 1
            offsets.append(self._starts[line] + at)
            at += 1
        return (*offsets, self._starts[line] + match.end())


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Notes stay where they are written. `^[…]` is text here, so that it is translated.
    footnote_plugin(parser, inline=False, move_to_end=False, always_match_refs=True)
    dollarmath_plugin(parser, allow_space=False, allow_digits=False)
    rules = parser.inline.ruler
    for name, rule in zip(rules.get_active_rules(), rules.getRules(""), strict=True):
        rules.at(name, _placed(rule))
    return parser


def _placed(rule: _Rule) -> _Rule:
    """Makes a rule note where the tokens that it adds stand."""

    def place(state: StateInline, silent: bool) -> bool:
        start = state.pos
        token_count = len(state.tokens)
        delimiter_count = len(state.delimiters)
        pending = state.pending
        if not rule(state, silent):
            return False
        if silent:
            return True
        for delimiter in state.delimiters[delimiter_count:]:
            run = state.tokens[delimiter.token :]
            at = state.pos - sum(len(token.content) for token in run)
            run[0].meta[_RANGE] = (at, at + len(run[0].content))
        added = [
            token
            for token in state.tokens[token_count:]
            if token.type != "text" and _RANGE not in token.meta
        ]
        if added:
            _place_added(state, added, start, pending)
        return True

    return place


def _place_added(state: StateInline, added: Sequence[Token], start: int, pending: str) -> None:
    end = state.pos
    if added[0].type == "link_open" and added[0].markup != "autolink":
        label_end = parseLinkLabel(state, start, True)
        added[0].meta[_RANGE] = (start, start + 1)
        added[-1].meta[_RANGE] = (label_end, end)
        return
    if added[0].type in {"hardbreak", "softbreak"}:
        start -= len(pending) - len(pending.rstrip(" "))
    added[0].meta[_RANGE] = (start, end)
