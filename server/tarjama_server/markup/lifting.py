"""Lifts marks out of a tagged document as it arrives, and gives them back stretch by stretch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from tarjama_server.markup.scanning import Mark, MarkKind, Reference, Token
from tarjama_server.markup.source import Markup, Piece


class Lifter:
    """Turns the tokens of a document into text without marks.

    A space that follows a mark is left over where the text before the mark ends in white space
    already, and is not lifted. Where a mark parts words and no space does, one is added. Both
    happen at the same places whether a document is read from its start or from the end of a block
    on, as blocks end in white space.
    """

    def __init__(self) -> None:
        self._pieces: deque[Piece] = deque()
        self._after_space = True
        self._after_mark = False
        self.markup_length = 0
        """Code points of the marks and left-over spaces that were not taken yet."""

    def lift(self, token: Token) -> str:
        """Take the next token; give the text to be read for it."""
        if isinstance(token, Mark):
            return self._lift_mark(token)
        if isinstance(token, Reference):
            return self._add(Piece(token.raw, token.character))
        if self._after_mark and self._after_space and token[0] == " ":
            self._append(Piece(" ", ""))
            self._after_mark = False
            token = token[1:]
        return self._add(Piece(token, token)) if token else ""

    def take(self, length: int, *, to_end: bool = False) -> Markup:
        """Give back what the next `length` characters of the text were lifted out of.

        Closing tags right behind them are theirs, and spaces that these leave over.

        Args:
            length: how much of the text.
            to_end: whether all that is left behind the last character is theirs.
        """
        taken: list[Piece] = []
        while length > 0:
            piece = self._pieces.popleft()
            if len(piece.text) > length:
                taken.append(Piece(piece.raw[:length], piece.text[:length]))
                self._pieces.appendleft(Piece(piece.raw[length:], piece.text[length:]))
                length = 0
            else:
                taken.append(piece)
                length -= len(piece.text)
        while self._pieces and (to_end or _goes_before(self._pieces[0])):
            taken.append(self._pieces.popleft())
        self.markup_length -= _markup_length(taken)
        return Markup(taken)

    def _lift_mark(self, mark: Mark) -> str:
        added = ""
        if mark.parts_words and not self._after_space:
            added = self._add(Piece("", " "))
        self._append(Piece(mark.raw, "", mark))
        self._after_mark = True
        return added

    def _add(self, piece: Piece) -> str:
        self._append(piece)
        self._after_space = piece.text[-1].isspace()
        self._after_mark = False
        return piece.text

    def _append(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self.markup_length += _markup_length([piece])


def _goes_before(piece: Piece) -> bool:
    if piece.mark is not None:
        return piece.mark.kind is MarkKind.CLOSER
    return not piece.text


def _markup_length(pieces: Iterable[Piece]) -> int:
    return sum(len(piece.raw) for piece in pieces if not piece.text)
