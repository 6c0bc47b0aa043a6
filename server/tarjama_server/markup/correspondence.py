"""Which words of a translation a stretch of its source became, as far as tags need to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import ceil, floor

from tarjama_server.alignment.words import Span

# A word belongs to a pair whose words have more of its attention than all others. Where no word
# does, the pair stands around the one word that attends to it most, if by this share.
_LEAST_SHARE = 0.15


@dataclass(frozen=True)
class Correspondence:
    """A source, its translation and how their words correspond.

    Attributes:
        source: the segment's text.
        source_words: where its words stand.
        target: the translation.
        target_words: where its words stand.
        shares: for each of those, shares of its attention by index of source word, 1 in sum at
            most.
    """

    source: str
    source_words: Sequence[Span]
    target: str
    target_words: Sequence[Span]
    shares: Sequence[Mapping[int, float]]

    def words_before(self, offset: int) -> int:
        """How many source words stand before an offset, with more than half of each."""
        low, high = 0, len(self.source_words)
        while low < high:
            middle = (low + high) // 2
            start, end = self.source_words[middle]
            if start + end < 2 * offset:
                low = middle + 1
            else:
                high = middle
        return low

    def share(self, target: int, first: int, last: int) -> float:
        """Share of a target word's attention that source words `first` up to `last` have."""
        return self._sums[target][last] - self._sums[target][first]

    def gain(self, target: int, first: int, last: int) -> float:
        """How much more of its attention source words `first` up to `last` have than all others."""
        return 2 * self.share(target, first, last) - self._sums[target][-1]

    def best_run(self, first: int, last: int, free: Iterable[Span]) -> tuple[float, Span] | None:
        """The run of target words that source words `first` up to `last` became.

        Args:
            first: the first of the source words.
            last: the one behind the last.
            free: ranges of target words that it may be in.

        Returns:
            The gain and the range of words; None if they became nothing there.
        """
        best: tuple[float, Span] | None = None
        for low, high in free:
            begin, total = low, 0.0
            for target in range(low, high):
                if total <= 0:
                    begin, total = target, 0.0
                total += self.gain(target, first, last)
                if total > (best[0] if best else 0.0):
                    best = total, (begin, target + 1)
        if best is not None:
            return best
        shares = [
            (self.share(target, first, last), target)
            for low, high in free
            for target in range(low, high)
        ]
        share, target = max(shares, default=(0.0, 0))
        return (share - 1, (target, target + 1)) if share >= _LEAST_SHARE else None

    def best_prefix(self, first: int, last: int, low: int, high: int) -> Span | None:
        """As `best_run`, from `low` on: around more words than it was rather than around none."""
        sums = list(accumulate(self.gain(target, first, last) for target in range(low, high)))
        if sums and max(sums) > 0:
            return low, low + sums.index(max(sums)) + 1
        best = self.best_run(first, last, [(low, high)])
        return (low, best[1][1]) if best else None

    def best_suffix(self, first: int, last: int, low: int, high: int) -> Span | None:
        """As `best_prefix`, up to `high`."""
        targets = reversed(range(low, high))
        sums = list(accumulate(self.gain(target, first, last) for target in targets))
        if sums and max(sums) > 0:
            return high - sums.index(max(sums)) - 1, high
        best = self.best_run(first, last, [(low, high)])
        return (best[1][0], high) if best else None

    def gap(self, place: int, low: int, high: int) -> int:
        """The gap between target words `low` to `high` for what stands before source word `place`.

        Where the words before it were made from what stands before it in the source, and those
        behind it from what stands behind it, as far as may be.
        """
        count = len(self.source_words)
        cost = sum(self.share(target, 0, place) for target in range(low, high))
        best, best_cost = low, cost
        for target in range(low, high):
            cost += self.share(target, place, count) - self.share(target, 0, place)
            if cost <= best_cost:
                best, best_cost = target + 1, cost
        return best

    def run_of(self, word: int, low: int, high: int) -> Span | None:
        """The target words from `low` up to `high` that one source word became."""
        found = self.best_run(word, word + 1, [(low, high)])
        return found[1] if found else None

    @cached_property
    def _sums(self) -> list[list[float]]:
        count = len(self.source_words)
        return [
            list(accumulate((each.get(word, 0.0) for word in range(count)), initial=0.0))
            for each in self.shares
        ]


def proportional_shares(source_count: int, target_count: int) -> list[dict[int, float]]:
    """Shares where nothing is known: each target word was made from what is as far along."""
    shares = []
    for target in range(target_count):
        start = target * source_count / target_count
        end = (target + 1) * source_count / target_count
        shares.append(
            {
                word: (min(end, word + 1) - max(start, word)) / (end - start)
                for word in range(floor(start), ceil(end))
            }
            if source_count
            else {}
        )
    return shares
