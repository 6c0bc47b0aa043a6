"""The streaming segmenter: text in as it comes, segments and safe points out.

The text is taken block by block (see `layout`). What a block's segments are depends on the text
from its beginning on and on nothing before it, so every beginning of a block is a safe
point: a stream can be taken up there and gives the same segments. Nor does it depend
on how the text was chunked: a block is cut only when its end is in sight, or when exactly
`LOOK_AHEAD` code points of it are there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from tarjama_server.segmenter.cutting import Cutter
from tarjama_server.segmenter.layout import LINE_END, LineHandling, next_block
from tarjama_server.segmenter.splitting import ends_in_mark, is_terminated, sentence_starts

LOOK_AHEAD = 8192
"""Code points read at most before the end of a segment is decided. Some 1,300 words:
ten times what a model reads at once."""

# When a block does not end within the look-ahead, sentences that begin in its last part are left
# for the next block, which sees what follows them.
_MARGIN = 1024

# White space inside a line that separates cells of a table or the halves of a verse, not words.
_COLUMN_GAP = re.compile(rf"(?<=\S)(?:[^\S{LINE_END}]*\t[^\S{LINE_END}]*|[ \u00a0]{{3,}})(?=\S)")
_ANY_LINE_END = re.compile(f"[{LINE_END}]")


@dataclass(frozen=True, slots=True)
class SourceSegment:
    """A piece of a document that the model is to see. Its `text` ends in its white space."""

    text: str
    sentence_index: int
    is_split: bool
    """Whether it is a piece of a sentence that was cut."""
    lines_joined: bool
    """Whether line ends inside `text` are to be read as spaces."""
    lacks_stop: bool = False
    """Whether it is such a piece and ends in no mark: its writer left out the stop."""
    follows_stop: bool = False
    """Whether it is such a piece and the piece before it lacks its stop."""


@dataclass(frozen=True, slots=True)
class SegmentedBlock:
    """The segments of one block, at least one. Where they end is a safe point."""

    segments: tuple[SourceSegment, ...]
    next_sentence_index: int


@dataclass(frozen=True, slots=True)
class SegmentLimits:
    """How long a segment may be, in the model's tokens, `</s>` counted."""

    preferred_tokens: int
    max_tokens: int


class Segmenter:
    """Segments one document. Not shared between documents."""

    def __init__(
        self,
        *,
        cutter: Cutter,
        token_starts: Callable[[str], Sequence[int]],
        limits: SegmentLimits,
        line_handling: LineHandling = LineHandling.PARAGRAPHS,
        sentence_index: int = 0,
    ) -> None:
        """Begin at the start of a document or at a safe point.

        Args:
            cutter: cuts sentences that are too long.
            token_starts: gives the offset in a text at which each of its tokens begins.
            limits: how long a segment may be.
            line_handling: what a line end means.
            sentence_index: index of the first sentence.
        """
        self._cutter = cutter
        self._token_starts = token_starts
        self._limits = limits
        self._line_handling = line_handling
        self._buffer = ""
        self._sentence_index = sentence_index

    @property
    def pending(self) -> int:
        """Code points taken and not yet given in a block."""
        return len(self._buffer)

    def feed(self, text: str) -> Iterator[SegmentedBlock]:
        """Take more text; give the blocks that it completes. Run the iterator to its end."""
        self._buffer += text
        return self._blocks(is_last=False)

    def finish(self) -> Iterator[SegmentedBlock]:
        """End the document; give the blocks that are left."""
        return self._blocks(is_last=True)

    def _blocks(self, *, is_last: bool) -> Iterator[SegmentedBlock]:
        position = 0
        try:
            while position < len(self._buffer):
                block = next_block(
                    self._buffer,
                    position,
                    LOOK_AHEAD,
                    is_last=is_last,
                    handling=self._line_handling,
                )
                if block is None:
                    return
                found = self._segments(
                    self._buffer[position : block.end], lines_joined=block.lines_joined
                )
                taken = found if block.is_whole else _decided(found)
                # What is left of a sentence longer than the look-ahead goes on under its index.
                following = found[len(taken)] if len(taken) < len(found) else None
                self._sentence_index = (
                    following.sentence_index if following else taken[-1].sentence_index + 1
                )
                position += sum(len(segment.text) for segment in taken)
                yield SegmentedBlock(tuple(taken), self._sentence_index)
        finally:
            self._buffer = self._buffer[position:]

    def _segments(self, block: str, *, lines_joined: bool) -> list[SourceSegment]:
        readable = _ANY_LINE_END.sub(" ", block) if lines_joined else block
        segments = []
        for index, (start, end) in enumerate(_sentences(block, readable)):
            sentence = readable[start:end]
            cuts = self._cutter.cut(
                sentence,
                self._token_starts(sentence),
                preferred_tokens=self._limits.preferred_tokens,
                max_tokens=self._limits.max_tokens - 1,  # </s>
                terminated=is_terminated(sentence),
            )
            lacked_stop = False
            for left, right in pairwise([0, *cuts, end - start]):
                lacks_stop = bool(cuts) and not ends_in_mark(sentence[left:right])
                segments.append(
                    SourceSegment(
                        text=block[start + left : start + right],
                        sentence_index=self._sentence_index + index,
                        is_split=bool(cuts),
                        lines_joined=lines_joined,
                        lacks_stop=lacks_stop,
                        follows_stop=lacked_stop,
                    )
                )
                lacked_stop = lacks_stop
        return segments


def _sentences(block: str, readable: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of `block`, sought in each cell of a row on its own."""
    gaps = [gap.end() for gap in _COLUMN_GAP.finditer(block)]
    for cell_start, cell_end in pairwise([0, *gaps, len(block)]):
        starts = sentence_starts(readable[cell_start:cell_end])
        for start, end in pairwise([*starts, cell_end - cell_start]):
            yield cell_start + start, cell_start + end


def _decided(segments: list[SourceSegment]) -> list[SourceSegment]:
    """Those of `segments` that no text past the look-ahead can change, at least one.

    Whole sentences that end before the margin; else the pieces of the one sentence that do.
    """
    ends = list(accumulate(len(segment.text) for segment in segments))
    ending = [index for index, end in enumerate(ends, start=1) if end <= ends[-1] - _MARGIN]
    whole = [
        index
        for index in ending
        if segments[index - 1].sentence_index != segments[index].sentence_index
    ]
    return segments[: (whole or ending or [1])[-1]]
