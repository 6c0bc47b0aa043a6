"""Cuts HTML into tokens that tile it, so that what is not touched comes back as it was."""

from dataclasses import dataclass
from enum import Enum, auto
from html.parser import HTMLParser
from itertools import groupby, pairwise

__all__ = ["Token", "TokenKind", "tokenise"]


class TokenKind(Enum):
    """What a token is."""

    TEXT = auto()
    START = auto()
    END = auto()
    OTHER = auto()
    """A comment, a doctype, a processing instruction, or what browsers pass over."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of HTML.

    Attributes:
        kind: What it is.
        raw: The piece as it stands in the file.
        name: The tag's name in lower case, for start and end tags.
    """

    kind: TokenKind
    raw: str
    name: str = ""


def tokenise(html: str) -> list[Token]:
    """Cuts HTML, be it right or wrong. Joined, the tokens' `raw` is the input."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.tokens()


class _Reader(HTMLParser):
    """Notes where every token begins; it ends where the next begins."""

    def __init__(self, html: str) -> None:
        # References are reported by themselves then, so that text is known to the character.
        super().__init__(convert_charrefs=False)
        self._html = html
        self._line_starts = [0]
        for line in html.split("\n"):
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)
        self._marks: list[tuple[int, TokenKind, str]] = []

    def tokens(self) -> list[Token]:
        marks = [(0, TokenKind.OTHER, ""), *self._marks, (len(self._html), TokenKind.OTHER, "")]
        spans = [
            (start, end, kind, name)
            for (start, kind, name), (end, _, _) in pairwise(marks)
            if start < end
        ]
        tokens: list[Token] = []
        for kind, group in groupby(spans, key=lambda span: span[2]):
            same = list(group)
            if kind is TokenKind.TEXT:
                tokens.append(Token(kind, self._html[same[0][0] : same[-1][1]]))
            else:
                tokens += [Token(kind, self._html[start:end], name) for start, end, _, name in same]
        return tokens

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mark(TokenKind.START, tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._mark(TokenKind.START, tag)

    def handle_endtag(self, tag: str) -> None:
        self._mark(TokenKind.END, tag)

    def handle_data(self, data: str) -> None:
        self._mark_text(len(data))

    def handle_entityref(self, name: str) -> None:
        self._mark_reference(1 + len(name))

    def handle_charref(self, name: str) -> None:
        self._mark_reference(2 + len(name))

    def handle_comment(self, data: str) -> None:
        self._mark(TokenKind.OTHER)

    def handle_decl(self, decl: str) -> None:
        self._mark(TokenKind.OTHER)

    def handle_pi(self, data: str) -> None:
        self._mark(TokenKind.OTHER)

    def unknown_decl(self, data: str) -> None:
        self._mark(TokenKind.OTHER)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Takes `<![` with an unknown keyword for a comment, as browsers do, and does not fail."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i, report)

    def _position(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column

    def _mark(self, kind: TokenKind, name: str = "") -> None:
        self._marks.append((self._position(), kind, name))

    def _mark_reference(self, length: int) -> None:
        end = self._position() + length
        self._mark_text(length + (self._html[end : end + 1] == ";"))

    def _mark_text(self, length: int) -> None:
        """Notes text of a known length: the parser drops some wrong markup without a word."""
        self._mark(TokenKind.TEXT)
        self._marks.append((self._position() + length, TokenKind.OTHER, ""))
