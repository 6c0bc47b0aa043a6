"""Takes tagged text apart into text, character references and marks, as it arrives."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from html.entities import html5
from typing import Final, TypeAlias

import regex

MAX_MARK_LENGTH: Final = 2000
"""Code points of the longest tag. What goes on for longer without an end is text."""


class MarkKind(Enum):
    """What a mark does."""

    OPENER = "opener"
    CLOSER = "closer"
    STANDALONE = "standalone"
    """An empty tag, a comment or a placeholder: it stands for something by itself."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A tag or placeholder, as it is written."""

    raw: str
    kind: MarkKind
    name: str = ""
    """A tag's name. Empty for all else."""
    parts_words: bool = False
    """Whether words on either side of it are two, though no space is between them."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A character that is written as an entity."""

    raw: str
    character: str


Token: TypeAlias = str | Reference | Mark
"""A string is text that is read as it is written."""

# What may begin a mark, by the character behind it, or by its being the last so far.
_SPECIAL = re.compile(
    r"<(?=[A-Za-z/!?]|\Z)|&(?=[A-Za-z#]|\Z)|\{(?=[A-Za-z0-9_.{-]|\Z)|\$(?=\{|\Z)|%"
)
_NAME = r"[A-Za-z][A-Za-z0-9:._-]*+"
# Quoted values may hold `>`. None holds `<`, or unclosed quotes would be read to the limit anew
# from each `<` on, which takes quadratic time.
_TAG = rf"<(?P<close>/)?(?P<tag>{_NAME})(?P<rest>(?:[\s/](?:[^<>\"']|\"[^<\"]*+\"|'[^<']*+')*+)?)>"
_WORD = "[A-Za-z0-9_.-]{1,100}"
_ENTITY = r"&(?P<entity>[A-Za-z][A-Za-z0-9]{1,31}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});"
# No space flag: `5 % d` would be one. A percent-encoded byte of an address is none either, which
# is told by a letter in front or by what the two digits are: `%d8`, `x%2F`.
_PRINTF = rf"""
    (?! %[A-Fa-f][0-9A-Fa-f] )
    %(?:\({_WORD}\))?(?:[0-9]{{1,2}}\$)?[-+\#0]{{0,4}}(?:\*|[0-9]{{1,3}})?(?:\.(?:\*|[0-9]{{1,2}}))?
    (?:hh?|ll?|[qjztL])?[diouxXeEfFgGcs@]
"""
_TOKEN = regex.compile(
    rf"{_TAG}|(?P<brace>\{{\{{{_WORD}\}}\}}|\$?\{{{_WORD}\}})|{_ENTITY}|(?P<percent>%%|{_PRINTF})",
    regex.VERBOSE,
)
_PERCENT_ENCODED = re.compile(r"%[2-9A-Fa-f][0-9A-Fa-f][^$]*\Z")
_ADDRESS_CHARACTER = re.compile(r"[A-Za-z0-9/=&?._~:-]")
# What begins a mark of this kind ends it.
_ENCLOSED = {"<!--": "-->", "<?": "?>"}

# https://html.spec.whatwg.org/multipage/syntax.html#void-elements
# fmt: off
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
})
# Elements that begin and end lines or cells of their own.
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre", "section", "table", "td",
    "tfoot", "th", "thead", "title", "tr", "ul",
})
# fmt: on
_ALWAYS_CHARACTERS = frozenset("<>")


class Scanner:
    """Scans one document. The tokens are the same however it is chunked, but for where text is cut.

    What it holds back is shorter than `MAX_MARK_LENGTH`.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._before = ""  # the last character of text, "" behind a mark

    def feed(self, text: str) -> Iterator[Token]:
        """Take more text; give what is complete. Run the iterator to its end."""
        self._buffer += text
        return self._tokens(is_last=False)

    def finish(self) -> Iterator[Token]:
        """End the document; give what is left."""
        return self._tokens(is_last=True)

    def _tokens(self, *, is_last: bool) -> Iterator[Token]:
        buffer = self._buffer
        begin = at = 0
        try:
            while (special := _SPECIAL.search(buffer, at)) is not None:
                start = special.start()
                before = buffer[start - 1] if start > begin else self._before
                found = self._token_at(buffer, start, before, is_last=is_last)
                if found is None:
                    yield from self._text(buffer[begin:start])
                    begin = start
                    return
                token, at = found
                if not isinstance(token, str):
                    yield from self._text(buffer[begin:start])
                    begin = at
                    self._before = token.character if isinstance(token, Reference) else ""
                    yield token
            yield from self._text(buffer[begin:])
            begin = len(buffer)
        finally:
            self._buffer = buffer[begin:]

    def _text(self, text: str) -> Iterator[str]:
        if text:
            self._before = text[-1]
            yield text

    def _token_at(
        self, buffer: str, at: int, before: str, *, is_last: bool
    ) -> tuple[Token, int] | None:
        """What begins at a special character, and its end; None if more text must tell."""
        limit = at + MAX_MARK_LENGTH
        may_wait = not is_last and len(buffer) < limit
        for opening, closing in _ENCLOSED.items():
            if buffer.startswith(opening, at):
                end = buffer.find(closing, at + len(opening), limit)
                if end >= 0:
                    raw = buffer[at : end + len(closing)]
                    return Mark(raw, MarkKind.STANDALONE), at + len(raw)
                return None if may_wait else (buffer[at], at + 1)
            if may_wait and opening.startswith(buffer[at : at + len(opening)]):
                return None
        match = _TOKEN.match(buffer, at, min(limit, len(buffer)), partial=may_wait)
        if match is None:
            return buffer[at], at + 1
        # A character more may tell a placeholder from a percent-encoded byte.
        if match.partial or (may_wait and buffer[at] == "%" and match.end() == len(buffer)):
            return None
        return _token(match, before), match.end()


def _token(match: regex.Match[str], before: str) -> Token:
    raw: str = match[0]
    if match["tag"]:
        return _tag(raw, match["tag"], match["rest"], is_closer=bool(match["close"]))
    if match["entity"]:
        return _entity(raw)
    if raw == "%%" or (_PERCENT_ENCODED.match(raw) and _ADDRESS_CHARACTER.match(before)):
        return raw
    return Mark(raw, MarkKind.STANDALONE)


def _tag(raw: str, name: str, rest: str, *, is_closer: bool) -> Mark:
    folded = name.casefold()
    if is_closer:
        kind = MarkKind.CLOSER
    elif rest.endswith("/") or folded in _VOID:
        kind = MarkKind.STANDALONE
    else:
        kind = MarkKind.OPENER
    return Mark(raw, kind, folded, parts_words=folded in _BLOCKS)


def _entity(raw: str) -> Token:
    """A reference to a letter, mark, digit or punctuation is read; any other is a placeholder."""
    character = html.unescape(raw) if raw[1] == "#" or raw[1:] in html5 else raw
    if len(character) == 1 and (
        character in _ALWAYS_CHARACTERS or unicodedata.category(character)[0] in "LMNP"
    ):
        return Reference(raw, character)
    return Mark(raw, MarkKind.STANDALONE, parts_words=character.isspace())
