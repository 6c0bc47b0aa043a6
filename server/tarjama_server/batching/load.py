"""Sums up what waits or is in the engine, in all and of each share."""

from __future__ import annotations

from dataclasses import dataclass, field

from tarjama_server.batching.sentence import Sentence


@dataclass(slots=True)
class Load:
    """Sentences that wait or are in the engine."""

    sentence_count: int = 0
    positions: int = 0
    work: int = 0

    def add(self, sentence: Sentence) -> None:
        """Count a sentence in."""
        self.sentence_count += 1
        self.positions += sentence.positions
        self.work += sentence.work

    def remove(self, sentence: Sentence) -> None:
        """Count a sentence out."""
        self.sentence_count -= 1
        self.positions -= sentence.positions
        self.work -= sentence.work


@dataclass(slots=True)
class SharedLoad:
    """A load, in all and of each share that has any."""

    total: Load = field(default_factory=Load)
    shares: dict[str, Load] = field(default_factory=dict)

    def add(self, sentence: Sentence) -> None:
        """Count a sentence in."""
        self.total.add(sentence)
        load = self.shares.get(sentence.share)
        if load is None:
            load = self.shares[sentence.share] = Load()
        load.add(sentence)

    def remove(self, sentence: Sentence) -> None:
        """Count a sentence out, and forget a share that has no other."""
        self.total.remove(sentence)
        load = self.shares[sentence.share]
        load.remove(sentence)
        if not load.sentence_count:
            del self.shares[sentence.share]

    def of(self, share: str | None) -> Load:
        """The load of `share`; None for all."""
        return self.total if share is None else self.shares.get(share) or Load()
