"""Segments tagged documents: marks out, text to the segmenter, segments with their marks back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tarjama_server.markup.lifting import Lifter
from tarjama_server.markup.scanning import Mark, Scanner, Token
from tarjama_server.markup.source import Markup
from tarjama_server.segmenter.machine import SegmentedBlock, Segmenter, SourceSegment

MAX_BLOCK_MARKUP: Final = 65_536
"""Code points of tags after which a block ends wherever it is, so that memory is bounded. A page of
2,000 characters with a tag of 32 characters around every other one has as much."""


@dataclass(frozen=True, slots=True)
class TaggedSegment:
    """A segment of the text without marks, and what it was lifted out of."""

    source: SourceSegment
    markup: Markup


@dataclass(frozen=True, slots=True)
class TaggedBlock:
    """As `SegmentedBlock`: at least one segment, which end in a safe point."""

    segments: tuple[TaggedSegment, ...]
    next_sentence_index: int


class TaggedSegmenter:
    """Segments one tagged document. Used as `Segmenter` is."""

    def __init__(self, make: Callable[[int], Segmenter], *, sentence_index: int = 0) -> None:
        """Begin at the start of a document or at a safe point.

        Args:
            make: makes a segmenter of plain text that begins with the sentence of a given index.
            sentence_index: index of the first sentence.
        """
        self._make = make
        self._segmenter = make(sentence_index)
        self._sentence_index = sentence_index
        self._scanner = Scanner()
        self._lifter = Lifter()
        # What is not shown to the segmenter yet. Of that, the last character stays here until what
        # follows it is known: closing tags behind it are in its segment.
        self._unread: list[str] = []

    @property
    def pending(self) -> int:
        """Code points of text taken and not yet given in a block."""
        return self._segmenter.pending + sum(map(len, self._unread))

    def feed(self, text: str) -> Iterator[TaggedBlock]:
        """Take more text; give the blocks that it completes. Run the iterator to its end."""
        yield from self._lift(self._scanner.feed(text))
        yield from self._read()

    def finish(self) -> Iterator[TaggedBlock]:
        """End the document; give the blocks that are left."""
        yield from self._lift(self._scanner.finish())
        yield from self._end_block()

    def _lift(self, tokens: Iterable[Token]) -> Iterator[TaggedBlock]:
        for token in tokens:
            if isinstance(token, Mark) and self._is_full(token):
                # The count is of what is not taken yet, so it is right only when all that can be
                # taken is. Only then does the end of the block not depend on chunks.
                yield from self._read()
                if self._is_full(token):
                    yield from self._end_block()
            lifted = self._lifter.lift(token)
            if lifted:
                self._unread.append(lifted)

    def _is_full(self, mark: Mark) -> bool:
        return self._lifter.markup_length + len(mark.raw) > MAX_BLOCK_MARKUP

    def _read(self) -> Iterator[TaggedBlock]:
        text = "".join(self._unread)
        self._unread = [text[-1:]]
        yield from self._tagged(self._segmenter.feed(text[:-1]))

    def _end_block(self) -> Iterator[TaggedBlock]:
        """End the block here, and the document as far as the segmenter knows."""
        text = "".join(self._unread)
        self._unread = []
        blocks = [*self._segmenter.feed(text), *self._segmenter.finish()]
        yield from self._tagged(blocks[:-1])
        if blocks:
            yield from self._tagged(blocks[-1:], to_end=True)
        elif self._lifter.markup_length:
            source = SourceSegment("", self._sentence_index, is_split=False, lines_joined=False)
            self._sentence_index += 1
            segment = TaggedSegment(source, self._lifter.take(0, to_end=True))
            yield TaggedBlock((segment,), self._sentence_index)
        self._segmenter = self._make(self._sentence_index)
        self._lifter = Lifter()

    def _tagged(
        self, blocks: Iterable[SegmentedBlock], *, to_end: bool = False
    ) -> Iterator[TaggedBlock]:
        """Give the segments of blocks their marks, the last one all that are left if `to_end`."""
        for block in blocks:
            self._sentence_index = block.next_sentence_index
            *others, last = block.segments
            yield TaggedBlock(
                (
                    *(TaggedSegment(each, self._lifter.take(len(each.text))) for each in others),
                    TaggedSegment(last, self._lifter.take(len(last.text), to_end=to_end)),
                ),
                block.next_sentence_index,
            )
