"""Reads the marks of a segment as a tree of pairs of tags around words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tarjama_server.markup.scanning import MarkKind
from tarjama_server.markup.source import PlacedMark


@dataclass(slots=True)
class Pair:
    """A pair of tags, or half of one whose other half is in another segment.

    Attributes:
        opener: index of its opening mark; None where that is in a segment before.
        closer: index of its closing mark; None where that is in a later segment.
        start: offset in the text where it begins.
        end: offset where it ends.
        parent: the pair that it is in; None for the segment itself.
        children: what is in it, in order: pairs, and indexes of marks that stand alone.
    """

    opener: int | None
    closer: int | None
    start: int
    end: int
    parent: Pair | None = None
    children: list[Pair | int] = field(default_factory=list)


def read_tree(marks: Sequence[PlacedMark], length: int) -> Pair | None:
    """Match opening and closing tags.

    A segment of a well-formed document closes pairs of segments before it, then opens and closes
    its own, and leaves open at the end what later ones close.

    Args:
        marks: of the segment, in order.
        length: of its text.

    Returns:
        The segment as a pair without tags; None if the tags cross, so that they are no tree.
    """
    root = Pair(None, None, 0, length)
    current = root
    for index, placed in enumerate(marks):
        if placed.mark.kind is MarkKind.STANDALONE:
            current.children.append(index)
        elif placed.mark.kind is MarkKind.OPENER:
            pair = Pair(index, None, placed.offset, length, current)
            current.children.append(pair)
            current = pair
        elif current is root:
            # It closes a pair around all that was read so far.
            pair = Pair(None, index, 0, placed.offset, root, root.children)
            for child in pair.children:
                if isinstance(child, Pair):
                    child.parent = pair
            root.children = [pair]
        elif current.opener is None or marks[current.opener].mark.name != placed.mark.name:
            return None
        else:
            current.closer, current.end = index, placed.offset
            assert current.parent is not None
            current = current.parent
    return root
