"""Tells of each code point of an output what of its source the model attended to in writing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from tarjama_server.engine import Attention
from tarjama_server.text.tracked import TrackedText


class SourceLink(NamedTuple):
    """A span of the source, in code points, and how much of the attention it had, 0 to 1."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What a stretch of a translation was made from. Each stretch has one of its own.

    Attributes:
        links: spans of the source.
        is_exact: whether it was made from all of the links alike, as a term is from its words;
            else each of a link's words had a part of its weight.
    """

    links: tuple[SourceLink, ...]
    is_exact: bool = False

    @classmethod
    def exactly(cls, start: int, end: int) -> Origin:
        """Made from this span of the source, and from nothing else."""
        return cls((SourceLink(start, end, 1.0),), is_exact=True)

    def moved(self, distance: int) -> Origin:
        """The same in a source with `distance` code points before it."""
        links = (
            SourceLink(start + distance, end + distance, weight)
            for start, end, weight in self.links
        )
        return Origin(tuple(links), self.is_exact)


Translation: TypeAlias = TrackedText[Origin]
"""A translation on its way from the model to the caller. Its origins are offsets in what the model
read; where it was not asked for alignment, there are none."""


def track_output(
    output: str,
    token_spans: Sequence[tuple[int, int]],
    attention: Attention,
    source_spans: Sequence[tuple[int, int]],
) -> Translation:
    """Give each code point of an output the origin of the token that it belongs to.

    Args:
        output: what the model wrote.
        token_spans: where each of its tokens stands in `output`, ascending.
        attention: of those tokens.
        source_spans: where each source token stands in the source.
    """
    origins: list[Origin | None] = [None] * len(output)
    for (start, end), row in zip(token_spans, attention.rows(), strict=True):
        # The end of the sentence counts as a source token in some models; it stands nowhere.
        links = tuple(
            SourceLink(*source_spans[source], weight)
            for source, weight in row
            if source < len(source_spans)
        )
        origins[start:end] = [Origin(links)] * (end - start)
    return TrackedText(output, tuple(origins))


def moved(translation: Translation, distance: int) -> Translation:
    """The translation of a source that has `distance` code points before what it had."""
    known: dict[int, Origin] = {}
    origins: list[Origin | None] = []
    for origin in translation.origins:
        if origin is not None and id(origin) not in known:
            known[id(origin)] = origin.moved(distance)
        origins.append(None if origin is None else known[id(origin)])
    return TrackedText(translation.text, tuple(origins))
