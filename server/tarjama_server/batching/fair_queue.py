"""Orders the sentences of one priority fairly among shares, and picks batches of like length."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from typing import TypeAlias

from tarjama_server.batching.sentence import Batch, Sentence
from tarjama_server.engine import Decoding

# A batch is filled with sentences whose turn comes within so many batches. On FLORES-200 dev, all
# queued at once, that leaves 3.5 % of the positions empty (half as far: 7.7 %).
_LONE_WINDOW = 32
# Where several shares wait: the further the others are looked for, the longer the last sentences of
# a caller who came late stay. Beside a caller with thousands queued, 30 sentences are done in 5
# batches and 100 in 7 (at 32: in 14 and 15; without others: in 1.2 and 4).
_SHARED_WINDOW = 12
# Places of sentences that were taken back are cleared away when there are this many more of them
# than of sentences that wait.
_MOST_EMPTY_PLACES = 1024
# Shares that nothing of waits are looked for when this many are remembered, at least.
_LEAST_SWEEP = 64

_Place: TypeAlias = tuple[int, int, Sentence]
"""Tag, number, and who waits there, unless its number is another by now."""
_Lengths: TypeAlias = dict[int, list[_Place]]
"""Places by length in positions, each list a heap."""
_Kind: TypeAlias = tuple[Decoding, bool]
"""What sentences must have in common to share a batch: decoding, and whether they are short."""


class FairQueue:
    """The sentences of one priority that wait. Start-time fair queueing (Goyal et al. 1996).

    Each sentence gets a tag: the clock, or the end of its share's last sentence if that is later.
    It ends by its work later. The least tag is next, and the clock is the tag of the last that was:
    so of what the engine does each share gets the same part as long as it has sentences waiting, a
    share that had none waits for at most one sentence of each other, and one by itself is served
    oldest first.

    The sentence whose turn it is, the head, always goes. Batches are filled with others of like
    length, which may go before their turn; a share whose do has its next ones later.
    """

    def __init__(self, numbers: Iterator[int]) -> None:
        """Begin empty.

        Args:
            numbers: ascending, and no other queue's: a sentence that goes from one queue to another
                must not be found in the first by its number in the second.
        """
        self._numbers = numbers
        self._kinds: dict[_Kind, _Lengths] = {}
        self._ends: dict[str, int] = {}
        """The end of each share's last sentence."""
        self._waiting: dict[str, int] = {}
        """Sentences of each share that has any."""
        self._clock = 0
        self._count = 0
        self.work = 0
        """That of all who wait."""
        self.positions = 0
        """The same."""
        self._place_count = 0
        self._sweep_at = _LEAST_SWEEP

    def put(self, sentence: Sentence) -> None:
        """Let `sentence` wait behind those of its share."""
        share = sentence.share
        sentence.tag = max(self._clock, self._ends.get(share, 0))
        sentence.number = next(self._numbers)
        self._ends[share] = sentence.tag + sentence.work
        self._waiting[share] = self._waiting.get(share, 0) + 1
        self._count += 1
        self.work += sentence.work
        self.positions += sentence.positions
        self._place(sentence)

    def __len__(self) -> int:
        return self._count

    def drop(self, sentence: Sentence) -> None:
        """Let `sentence`, which waits here, wait no longer: its share has not had this turn."""
        sentence.number = -1
        if sentence.share in self._ends:
            self._ends[sentence.share] -= sentence.work
        self._leave(sentence)
        if self._place_count > 2 * self._count + _MOST_EMPTY_PLACES:
            self._clear_empty_places()

    def take(self, max_positions: int, max_count: int | None = None) -> Batch | None:
        """Take the sentence whose turn it is, and with it others of like length.

        Args:
            max_positions: sentences in the batch times the longest one's positions. A longer
                sentence goes alone.
            max_count: sentences in the batch. None: no other limit.

        Returns:
            None if none waits.
        """
        turn = self._turn()
        if turn is None:
            return None
        lengths, head = turn
        self._clock = head.tag
        share_count = len(self._waiting)
        window = _SHARED_WINDOW / share_count if share_count > 1 else _LONE_WINDOW
        last_tag = head.tag + window * max_positions * head.decoding.beam_size
        count = len(self) if max_count is None else max_count
        batch = self._fill(lengths, head, max_positions, count, last_tag)
        for sentence in batch:
            sentence.number = -1
            self._leave(sentence)
        if len(self._ends) > self._sweep_at:
            self._forget_shares()
        return Batch.of(batch)

    def _turn(self) -> tuple[_Lengths, Sentence] | None:
        """The sentence with the least tag, still in its place, and all of its kind."""
        first: tuple[int, int] | None = None
        turn = None
        for kind, lengths in list(self._kinds.items()):
            for length, places in list(lengths.items()):
                if not self._clear_front(places):
                    del lengths[length]
                elif first is None or places[0][:2] < first:
                    first, turn = places[0][:2], (lengths, places[0][2])
            if not lengths:
                del self._kinds[kind]
        return turn

    def _fill(
        self,
        lengths: _Lengths,
        head: Sentence,
        max_positions: int,
        max_count: int,
        last_tag: float,
    ) -> list[Sentence]:
        """Take `head` and its neighbours by length, nearest first, whose tag is within `last_tag`.

        As many as keep the batch, padded to its longest sentence, within `max_positions`,
        and no more than `max_count`.
        """
        width = head.positions
        self._pop(lengths[width])
        batch = [head]
        order = sorted(lengths)
        low = order.index(width)
        high = low + 1
        while (low >= 0 or high < len(order)) and len(batch) < min(
            max_positions // width, max_count
        ):
            if high < len(order) and (low < 0 or order[high] - width <= width - order[low]):
                length = order[high]
                high += 1
            else:
                length = order[low]
                low -= 1
            wider = max(width, length)
            room = min(max_positions // wider, max_count) - len(batch)
            taken = self._take_up_to(room, lengths[length], last_tag)
            if taken:
                batch += taken
                width = wider
        return batch

    def _take_up_to(self, count: int, places: list[_Place], last_tag: float) -> list[Sentence]:
        """Take the first of those at `places`, `count` at most, whose tag is within `last_tag`."""
        taken: list[Sentence] = []
        while len(taken) < count and self._clear_front(places) and places[0][0] <= last_tag:
            taken.append(self._pop(places))
        return taken

    def _place(self, sentence: Sentence) -> None:
        kind = (sentence.decoding, sentence.is_short)
        lengths = self._kinds.get(kind)
        if lengths is None:
            lengths = self._kinds[kind] = {}
        places = lengths.get(sentence.positions)
        if places is None:
            places = lengths[sentence.positions] = []
        heapq.heappush(places, (sentence.tag, sentence.number, sentence))
        self._place_count += 1

    def _pop(self, places: list[_Place]) -> Sentence:
        self._place_count -= 1
        return heapq.heappop(places)[2]

    def _clear_front(self, places: list[_Place]) -> bool:
        """Clear empty places until one who waits is in front. Whether any does."""
        while places:
            _, number, sentence = places[0]
            # One that was taken back a moment ago may not have been dropped yet.
            if sentence.number == number and not sentence.future.done():
                return True
            self._pop(places)
        return False

    def _clear_empty_places(self) -> None:
        kinds, self._kinds, self._place_count = self._kinds, {}, 0
        for lengths in kinds.values():
            for _, number, sentence in itertools.chain.from_iterable(lengths.values()):
                if sentence.number == number:
                    self._place(sentence)

    def _leave(self, sentence: Sentence) -> None:
        share = sentence.share
        self._count -= 1
        self.work -= sentence.work
        self.positions -= sentence.positions
        self._waiting[share] -= 1
        if not self._waiting[share]:
            del self._waiting[share]
        if not self._count:
            # Who comes next finds no one to be fair to.
            self._ends.clear()
            self._clock = 0

    def _forget_shares(self) -> None:
        """Forget ends that have passed: one who comes anew begins at the clock, too."""
        self._ends = {share: end for share, end in self._ends.items() if end > self._clock}
        self._sweep_at = max(_LEAST_SWEEP, 2 * len(self._ends))
