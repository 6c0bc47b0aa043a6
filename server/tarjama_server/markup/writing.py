"""Writes a translation as tagged text, with the marks in their places."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from tarjama_server.alignment.words import Span
from tarjama_server.markup.placing import Insertion
from tarjama_server.markup.scanning import MarkKind
from tarjama_server.markup.source import MARK, PlacedMark

_ESCAPES: Final = {"&": "&amp;", "<": "&lt;"}


@dataclass(frozen=True, slots=True)
class TaggedTranslation:
    """A translation with tags.

    Attributes:
        text: the tagged text.
        starts: for each character of the translation without tags where it stands in `text`.
        ends: where it ends there.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """Where a span, not empty, of the translation without tags stands in `text`."""
        return self.starts[start], self.ends[end - 1]


class _Writer:
    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last = ""
        self._owes_space = ""  # what stands behind the last mark in the source

    def character(self, character: str) -> Span:
        """Write a character of the text."""
        if self._wants_space(self._owes_space, character):
            self._write(" ")
        self._owes_space = ""
        start = self._length
        self._write(_ESCAPES.get(character, character))
        self._last = character
        return start, self._length

    def mark(self, placed: PlacedMark, following: str) -> None:
        """Write a mark, with the spaces that it had; `following` is the next character of text."""
        mark = placed.mark
        stands_alone = mark.kind is MarkKind.STANDALONE
        is_opener = mark.kind is MarkKind.OPENER
        if stands_alone or (is_opener and placed.behind == MARK):
            needs_space = placed.follows_proclitic or self._owes_space.isspace()
            before = " " if needs_space else placed.before
            if self._last and self._wants_space(before, self._last):
                self._write(" ")
                self._last = " "
        elif is_opener and self._wants_space(self._owes_space, following):
            self._write(" ")
            self._last, self._owes_space = " ", ""
        if stands_alone:
            self._last, self._owes_space = MARK, placed.behind
        self._write(mark.raw)

    @staticmethod
    def _wants_space(neighbour: str, character: str) -> bool:
        """Whether a mark needs a space from a character, by what it stood beside in the source."""
        if neighbour.isspace():
            return bool(character) and not character.isspace()
        # A sign that kept words apart from the mark, and is no longer there.
        is_sign = neighbour not in ("", MARK) and not neighbour.isalnum()
        return is_sign and character.isalnum()

    def text(self) -> str:
        return "".join(self._parts)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def write_tagged(
    translation: str,
    insertions: Sequence[Insertion],
    *,
    added_spaces: Set[int] = frozenset(),
    dropped: Set[int] = frozenset(),
) -> TaggedTranslation:
    """Write a translation with its marks.

    Args:
        translation: without tags.
        insertions: the marks, ordered by position.
        added_spaces: offsets in the source of spaces that marks stood for.
        dropped: offsets in the translation of characters to leave out.
    """
    left_out = _left_out(translation, insertions, added_spaces, dropped)
    end_of_words = len(translation.rstrip())
    writer = _Writer()
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for offset in range(len(translation) + 1):
        following = translation[offset : offset + 1] if offset not in left_out else MARK
        while done < len(insertions) and insertions[done].position == offset:
            writer.mark(insertions[done].placed, following)
            # White space that ends the segment comes back as it is.
            if insertions[done].placed.leaves_space and offset > end_of_words:
                writer.character(" ")
            done += 1
        if offset == len(translation):
            break
        start, end = (
            (ends[-1] if ends else 0,) * 2
            if offset in left_out
            else writer.character(translation[offset])
        )
        starts.append(start)
        ends.append(end)
    return TaggedTranslation(writer.text(), starts, ends)


def _left_out(
    translation: str, insertions: Sequence[Insertion], added_spaces: Set[int], dropped: Set[int]
) -> Set[int]:
    """Offsets of what is not written: a mark that stood for a space stands for it again."""
    left_out = set(dropped)
    words = translation.rstrip()
    for insertion in insertions:
        if insertion.placed.offset - 1 in added_spaces:
            at = insertion.position
            places = [place for place in (at - 1, at) if words[place : place + 1] == " "]
            if not left_out.intersection(places):
                left_out.update(places[:1])
    return left_out
