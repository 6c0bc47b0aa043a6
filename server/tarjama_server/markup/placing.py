"""Chooses where in a translation the marks of its source stand."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tarjama_server.alignment.words import Span
from tarjama_server.markup.correspondence import Correspondence
from tarjama_server.markup.gaps import GapSide, find_same, place_in_gap
from tarjama_server.markup.scanning import MarkKind
from tarjama_server.markup.source import MARK, PlacedMark
from tarjama_server.markup.tree import Pair, read_tree


@dataclass(frozen=True, slots=True)
class Insertion:
    """A mark and where in the translation it stands."""

    placed: PlacedMark
    position: int


@dataclass(frozen=True, slots=True)
class _Range:
    """A part of the translation that a pair of tags stands around, or the whole.

    Attributes:
        pair: the pair.
        words: the target words in it.
        begin: offset in the translation where it begins.
        end: offset where it ends.
    """

    pair: Pair
    words: Span
    begin: int
    end: int


class Placer:
    """Places the marks of one segment in one translation.

    Attributes:
        has_moved: whether a pair of tags stands around nothing though it stood around words.
    """

    def __init__(self, marks: Sequence[PlacedMark], words: Correspondence) -> None:
        """Place `marks`, whose offsets are in `words.source`."""
        self._marks = marks
        self._words = words
        # White space at the end is in no gap: a segment ends in it in both languages.
        self._source_end = len(words.source.rstrip())
        self._target_end = len(words.target.rstrip())
        self.has_moved = False

    def place(self) -> list[Insertion]:
        """Say where each mark stands, in the order of the translation."""
        root = read_tree(self._marks, len(self._words.source))
        found = list(self._in_order() if root is None else self._in_tree(root))
        # Neighbours that share a gap may have sought their places in it apart.
        insertions: list[Insertion] = []
        position = 0
        for index, wanted in found:
            position = max(position, wanted)
            insertions.append(Insertion(self._marks[index], position))
        return insertions

    def _in_order(self) -> Iterator[tuple[int, int]]:
        """Places for tags that cross: each at the gap where it belongs, none before another."""
        whole = self._whole(Pair(None, None, 0, len(self._words.source)))
        for index, placed in enumerate(self._marks):
            yield index, self._position(whole, self._gap(whole, placed), placed)

    def _in_tree(self, root: Pair) -> Iterator[tuple[int, int]]:
        todo: list[_Range | tuple[int, int]] = [self._whole(root)]
        while todo:
            item = todo.pop()
            if isinstance(item, tuple):
                yield item
                continue
            if item.pair.opener is not None:
                yield item.pair.opener, item.begin
            if item.pair.closer is not None:
                todo.append((item.pair.closer, item.end))
            todo += reversed(self._contents(item))

    def _whole(self, root: Pair) -> _Range:
        return _Range(root, (0, len(self._words.target_words)), 0, self._target_end)

    def _contents(self, outer: _Range) -> list[_Range | tuple[int, int]]:
        """Place what is directly in a pair, in the order of the translation."""
        ranges = self._ranges(outer)
        taken = [(index, _reach(each)) for index, each in ranges.items() if _count(each.words)]
        ordered: list[tuple[tuple[int, int, int], _Range | tuple[int, int]]] = []
        gap = offset = -1
        for index, child in enumerate(outer.pair.children):
            if index in ranges:
                found = ranges[index]
                ordered.append(((found.words[0], _rank(found), index), found))
                continue
            placed = self._marks[child if isinstance(child, int) else _first_mark(child)]
            if placed.offset != offset:
                gap = _outside(self._gap(outer, placed), index, taken)
                offset = placed.offset
            position = self._position(outer, gap, placed)
            if isinstance(child, int):
                ordered.append(((gap, 0, index), (child, position)))
            else:
                ordered.append(((gap, 0, index), self._wordless(outer, child, gap, position)))
        ordered.sort(key=lambda each: each[0])
        return [item for _, item in ordered]

    def _ranges(self, outer: _Range) -> dict[int, _Range]:
        """Ranges of the pairs with words that are directly in a pair, by index of child."""
        free = [outer.words]
        ranges: dict[int, _Range] = {}
        for index, pair in self._by_certainty(outer):
            words = self._run(outer, pair, free)
            if words is None:
                self.has_moved = True
                ranges[index] = _at_edge(outer, pair)
                continue
            free = [part for each in free for part in _without(each, words)]
            ranges[index] = _Range(pair, words, *self._edges(outer, pair, words))
        return ranges

    def _wordless(self, outer: _Range, pair: Pair, gap: int, position: int) -> _Range:
        """Place a pair around no words: around the punctuation that it was around, or nothing.

        Around less than half of a word, such as a note's number behind it, or around a number that
        is not translated, it stands around the same again, if that is there.
        """
        inside = self._words.source[pair.start : pair.end]
        if any(map(str.isalnum, inside)):
            same = self._same(outer, inside.strip(), gap, position)
            if same is not None:
                return _Range(pair, (gap, gap), *same)
            self.has_moved = True
        elif inside.strip():
            return _Range(pair, (gap, gap), *self._edges(outer, pair, (gap, gap)))
        return _Range(pair, (gap, gap), position, position)

    def _same(self, outer: _Range, inside: str, gap: int, position: int) -> Span | None:
        """Where digits or letters of a pair stand unchanged, nearest to where it would stand."""
        low, high = outer.words
        words = self._words.target_words
        start = max(outer.begin, words[gap - 1][0]) if gap > low else outer.begin
        end = min(outer.end, words[gap][1]) if gap < high else outer.end
        found = find_same(self._words.target[start:end], inside)
        spans = [(start + begin, start + stop) for begin, stop in found]
        return min(spans, key=lambda span: abs(span[0] - position), default=None)

    def _by_certainty(self, outer: _Range) -> list[tuple[int, Pair]]:
        """Pairs with words, those first that reach over an edge of the segment or are surest."""
        ranked = []
        for index, child in enumerate(outer.pair.children):
            if isinstance(child, Pair) and _count(self._source_words(child)):
                best = self._words.best_run(*self._source_words(child), [outer.words])
                is_half = child.opener is None or child.closer is None
                ranked.append((not is_half, -best[0] if best else 0.0, index, child))
        ranked.sort(key=lambda each: each[:3])
        return [(index, child) for _, _, index, child in ranked]

    def _run(self, outer: _Range, pair: Pair, free: Sequence[Span]) -> Span | None:
        """Which target words a pair is to stand around; None if there are none for it."""
        source = self._source_words(pair)
        if source == self._source_words(outer.pair):
            return outer.words if _count(outer.words) else None
        if not free:
            return None
        if pair.opener is None or self._holds_marker(pair, source):
            low, high = free[0]
            return self._words.best_prefix(*source, low, high) if low == outer.words[0] else None
        if pair.closer is None:
            low, high = free[-1]
            return self._words.best_suffix(*source, low, high) if high == outer.words[1] else None
        best = self._words.best_run(*source, free)
        return best[1] if best else None

    def _holds_marker(self, pair: Pair, source: Span) -> bool:
        """Whether a pair begins with the number of a list item, which stays at the beginning."""
        first = self._words.source_words[source[0]][0]
        return source[0] == 0 and any(map(str.isalnum, self._words.source[pair.start : first]))

    def _edges(self, outer: _Range, pair: Pair, words: Span) -> Span:
        is_whole = self._source_words(pair) == self._source_words(outer.pair) and _count(words)
        begin = place_in_gap(
            self._target_gap(outer, words[0]),
            self._words.target,
            *self._source_sides(outer, pair.start),
            GapSide.FIRST if is_whole else GapSide.OPENER,
        )
        end = self._in_trail(pair.end, words[1]) or place_in_gap(
            self._target_gap(outer, words[1]),
            self._words.target,
            *self._source_sides(outer, pair.end),
            GapSide.LAST if is_whole else GapSide.CLOSER,
        )
        return begin, end

    def _gap(self, outer: _Range, placed: PlacedMark) -> int:
        """How many target words stand before the place of a mark."""
        low, high = outer.words
        place = self._words.words_before(placed.offset)
        first, last = self._source_words(outer.pair)
        if place <= first:
            return low
        if place >= last:
            return high
        if placed.mark.parts_words:
            return self._words.gap(place, low, high)
        if _is_of_word(placed.before):
            run = self._words.run_of(place - 1, low, high)
            if run is not None:
                return run[1]
        elif _is_of_word(placed.behind):
            run = self._words.run_of(place, low, high)
            if run is not None:
                return run[0]
        return self._words.gap(place, low, high)

    def _position(self, outer: _Range, gap: int, placed: PlacedMark) -> int:
        side = GapSide.ALONE if placed.mark.kind is MarkKind.STANDALONE else GapSide.CLOSER
        return self._in_trail(placed.offset, gap) or place_in_gap(
            self._target_gap(outer, gap),
            self._words.target,
            *self._source_sides(outer, placed.offset),
            side,
        )

    def _in_trail(self, offset: int, gap: int) -> int:
        """The place of what stands behind all words and signs, in white space; 0 for all else."""
        words = self._words
        is_behind = gap == len(words.target_words) and offset > self._source_end
        return len(words.target) - (len(words.source) - offset) if is_behind else 0

    def _target_gap(self, outer: _Range, gap: int) -> Span:
        """Where in the translation what is between two words of a pair stands."""
        low, high = outer.words
        words = self._words.target_words
        return (
            words[gap - 1][1] if gap > low else outer.begin,
            words[gap][0] if gap < high else max(outer.begin, min(outer.end, self._target_end)),
        )

    def _source_sides(self, outer: _Range, offset: int) -> tuple[str, str]:
        """What stands between a place in the source and the words, or edges, before and behind."""
        words, source = self._words.source_words, self._words.source
        first, last = self._source_words(outer.pair)
        place = self._words.words_before(offset)
        start = words[place - 1][1] if place > first else outer.pair.start
        end = words[place][0] if place < last else min(outer.pair.end, self._source_end)
        return source[start:offset], source[offset:end]

    def _source_words(self, pair: Pair) -> Span:
        return self._words.words_before(pair.start), self._words.words_before(pair.end)


def _first_mark(pair: Pair) -> int:
    """Index of the first mark of a pair that is wholly in the segment, or of its other half."""
    index = pair.opener if pair.opener is not None else pair.closer
    assert index is not None
    return index


def _is_of_word(character: str) -> bool:
    return character.isalnum() and character != MARK


def _count(words: Span) -> int:
    return words[1] - words[0]


def _at_edge(outer: _Range, pair: Pair) -> _Range:
    """Around nothing: at the end, but what is closed here has to be before what is opened here."""
    at = 0 if pair.opener is None else 1
    edge = (outer.begin, outer.end)[at]
    return _Range(pair, (outer.words[at], outer.words[at]), edge, edge)


def _rank(found: _Range) -> int:
    """Order of what begins in one gap: marks and pairs around nothing, then pairs around words."""
    if _count(found.words):
        return 1
    return -1 if found.pair.opener is None else 0


def _reach(found: _Range) -> Span:
    """Between which gaps nothing may stand that is not in a pair, other segments in mind."""
    start, end = found.words
    return (
        -1 if found.pair.opener is None else start,
        sys.maxsize if found.pair.closer is None else end,
    )


def _without(part: Span, taken: Span) -> Iterator[Span]:
    if taken[1] <= part[0] or part[1] <= taken[0]:
        yield part
        return
    if part[0] < taken[0]:
        yield part[0], taken[0]
    if taken[1] < part[1]:
        yield taken[1], part[1]


def _outside(gap: int, index: int, taken: Sequence[tuple[int, Span]]) -> int:
    """A gap that is not within a pair beside which the mark stands: at its nearer edge."""
    for other, (start, end) in taken:
        if start < gap < end:
            return start if index < other else end
    return gap
