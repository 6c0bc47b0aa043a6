"""Finds where in a translation a thing of its source belongs, such as a line break or an emoji."""

from __future__ import annotations

import re
from collections import Counter

from tarjama_server.alignment.origins import Translation
from tarjama_server.alignment.words import Span

_CHUNK = re.compile(r"\S+")


class Places:
    """Gaps between the words of one translation; a word is what white space parts, here.

    Attributes:
        words: where the words stand.
        are_aligned: whether places go by alignment rather than by proportion.
    """

    def __init__(self, source: str, translation: Translation) -> None:
        """Measure `translation`, whose origins are offsets in `source`."""
        self.words: list[Span] = [match.span() for match in _CHUNK.finditer(translation.text)]
        self.are_aligned = any(origin is not None for origin in translation.origins)
        self._source = source
        self._attended = [_attended(translation, word) for word in self.words]

    def gap(self, offset: int) -> int:
        """How many words stand before the place that corresponds to an offset in the source.

        By alignment, where the words before it were made from the source before the offset, as
        far as may be, and those behind it from the source behind; else as far along the
        translation as the offset is along the source, in words.
        """
        if not self.are_aligned:
            count = len(_CHUNK.findall(self._source))
            share = len(_CHUNK.findall(self._source[:offset])) / max(count, 1)
            return round(share * len(self.words))
        # What a gap costs: the attention of the words on either side that belongs on the other.
        cost = sum(
            weight for word in self._attended for start, weight in word.items() if start < offset
        )
        best, best_cost = 0, cost
        for index, word in enumerate(self._attended, start=1):
            cost += sum(weight if start >= offset else -weight for start, weight in word.items())
            if cost <= best_cost:
                best, best_cost = index, cost
        return best


def _attended(translation: Translation, word: Span) -> dict[int, float]:
    """The mean weight over a word's code points of what begins at each offset of the source."""
    counted = Counter(origin for origin in translation.origins[slice(*word)] if origin is not None)
    attended: dict[int, float] = {}
    for origin, count in counted.items():
        for link in origin.links:
            weight = link.weight * count / counted.total()
            attended[link.start] = attended.get(link.start, 0.0) + weight
    return attended
