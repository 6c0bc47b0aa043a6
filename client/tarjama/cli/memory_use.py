"""What a translation memory gives for the units of one document, and what it is given."""

from collections.abc import Sequence

from tarjama.cli.memory_thread import MemoryThread
from tarjama.formats.units import Unit
from tarjama.memory import TranslationMemory
from tarjama.options import LineHandling
from tarjama.review.model import ReviewedSegment, ReviewedUnit
from tarjama.review.reuse import drafts_of, keep_drafts, remembered_segments, with_matches


class MemoryUse:
    """One document's use of a translation memory, or of none."""

    def __init__(self, memory: MemoryThread | None, producer: str, *, use_drafts: bool) -> None:
        """Plans the use.

        Args:
            memory: The memory; None for none.
            producer: Names the model and the options that translations depend on.
            use_drafts: Whether machine translations of earlier runs serve too.
        """
        self._memory = memory
        self._producer = producer
        self._use_drafts = use_drafts

    def find(self, units: Sequence[Unit]) -> dict[str, tuple[ReviewedSegment, ...]]:
        """Finds units that need not be translated: their segments by `Unit.id`."""
        if self._memory is None:
            return {}
        texts = ["", *(unit.text for unit in units), ""]
        around = zip(units, texts, texts[2:], strict=False)

        def found(memory: TranslationMemory) -> dict[str, tuple[ReviewedSegment, ...]]:
            segments = {}
            for unit, before, after in around:
                known = remembered_segments(memory, unit.text, before=before, after=after)
                if known is None and self._use_drafts:
                    producer = self._producer_of(unit.line_handling)
                    known = drafts_of(memory, unit.text, producer)
                if known is not None:
                    segments[unit.id] = known
            return segments

        return self._memory.use(found)

    def complete(self, units: Sequence[ReviewedUnit]) -> list[ReviewedUnit]:
        """Puts what the memory has for segments in their place, and beside what is like it."""
        if self._memory is None:
            return list(units)
        return self._memory.use(lambda memory: [with_matches(memory, unit) for unit in units])

    def keep(self, units: Sequence[Unit], translated: Sequence[ReviewedUnit]) -> None:
        """Keeps machine translations of units, in the same order, as drafts."""
        if self._memory is None:
            return
        of_producer: dict[str, dict[str, ReviewedUnit]] = {}
        for unit, each in zip(units, translated, strict=True):
            of_producer.setdefault(self._producer_of(unit.line_handling), {})[unit.text] = each

        def add(memory: TranslationMemory) -> None:
            for producer, kept in of_producer.items():
                keep_drafts(memory, kept.values(), producer)

        self._memory.use(add)

    def _producer_of(self, handling: LineHandling) -> str:
        return f"{self._producer} {handling}"
