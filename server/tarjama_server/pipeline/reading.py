"""What the model is shown of a segment, and where each code point of that stands in the segment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tarjama_server.pipeline.edges import Edges, split_edges
from tarjama_server.pipeline.placing import LineBreak
from tarjama_server.segmenter.layout import LINE_END
from tarjama_server.segmenter.machine import SourceSegment
from tarjama_server.text.tracked import TrackedText

_LINE_BREAK = re.compile(rf"[^\S{LINE_END}]*(?:\r\n|[{LINE_END}])\s*")


@dataclass(frozen=True, slots=True)
class Reading:
    """A segment as the model reads it.

    Attributes:
        edges: the segment's text, taken apart.
        tracked: what the model reads: each code point comes from an offset in the segment, and
            from none where it was added.
        breaks: the line ends that are read as spaces.
    """

    edges: Edges
    tracked: TrackedText[int]
    breaks: tuple[LineBreak, ...]

    @property
    def text(self) -> str:
        """What the model reads."""
        return self.tracked.text

    def to_segment(self, start: int, end: int) -> tuple[int, int]:
        """The span of the segment that a span of `text` stands for.

        Raises:
            ValueError: all of the span was added.
        """
        offsets = [offset for offset in self.tracked.origins[start:end] if offset is not None]
        return min(offsets), max(offsets) + 1


def read_segment(source: SourceSegment) -> Reading:
    """Leave out the edges of a segment and the line ends inside it; add the stop that it lacks."""
    edges = split_edges(source.text)
    begin = len(edges.lead)
    core: TrackedText[int] = TrackedText(edges.core, tuple(range(begin, begin + len(edges.core))))
    breaks: list[LineBreak] = []
    if source.lines_joined:
        core, breaks = join_lines(core)
    if source.lacks_stop:
        # The piece is shown to the model as a sentence, with the stop that its writer left out, and
        # reads as one in the result: on 320 lines of FLORES dev, stripped of marks and joined by
        # eight, document chrF2 goes from 46.2 to 46.6 and BLEU from 10.8 to 12.0.
        core += TrackedText.of(".")
    return Reading(edges, core, tuple(breaks))


def join_lines(text: TrackedText[int]) -> tuple[TrackedText[int], list[LineBreak]]:
    """Read each line end in `text`, with the white space around it, as one space."""
    parts: list[TrackedText[int]] = []
    breaks: list[LineBreak] = []
    position = length = 0
    for match in _LINE_BREAK.finditer(text.text):
        parts += [text[position : match.start()], TrackedText.of(" ", text.origins[match.start()])]
        length += match.start() - position
        breaks.append(LineBreak(match[0], length))
        length += 1
        position = match.end()
    return TrackedText.joined([*parts, text[position:]]), breaks
