"""What the codes of inline content stand for in a paragraph."""

from dataclasses import dataclass
from typing import TypeAlias

from tarjama.formats.docx.formatting import Formatting
from tarjama.formats.ooxml.places import Element

__all__ = ["Bracket", "Code", "Container", "Piece"]


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands by itself: in a run of a formatting, or beside runs if there is none.

    `formatting` is None for what takes that of the text around it.
    """

    element: Element
    in_run: bool
    formatting: Formatting | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """An element around runs: a link, an insertion, a content control.

    `first` and `last` stay at the ends of what is in it.
    """

    element: Element
    first: tuple[Piece, ...] = ()
    last: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Bracket:
    """Pieces on either side: a field's marks, the ends of a bookmark."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


Code: TypeAlias = Formatting | Piece | Container | Bracket
