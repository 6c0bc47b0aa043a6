"""An engine that translates by rule: fast, the same everywhere, and faulty when told to be."""

import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tarjama_server.engine import Attention, Decoding, EngineError, Hypothesis

Tokens = tuple[str, ...]
Rule = Callable[[Tokens, Decoding], Sequence[str]]
"""From a sentence's tokens to those of its translation."""


def echo(tokens: Tokens, decoding: Decoding) -> Sequence[str]:
    """As many English-looking words as there are tokens, no two alike in a row of any length."""
    return [f"▁{_word(f'{index} {token}')}" for index, token in enumerate(tokens)]


def in_order(source: Tokens, target: Tokens) -> Attention:
    """Token for token, in order; what is left over attends to the last one."""
    last = len(source) - 1
    return attention([{min(index, last): 1.0} for index in range(len(target))], len(source))


def attention(rows: Sequence[Mapping[int, float]], source_count: int) -> Attention:
    """For each target token weights by index of source token."""
    return Attention.of([[row.get(index, 0.0) for index in range(source_count)] for row in rows])


def _word(seed: str) -> str:
    number = zlib.crc32(seed.encode())
    letters = ""
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return letters


@dataclass(frozen=True)
class Batch:
    """One call of the engine."""

    sentences: tuple[Tokens, ...]
    decoding: Decoding

    @property
    def lengths(self) -> list[int]:
        """Positions of each sentence, `</s>` counted."""
        return [len(tokens) + 1 for tokens in self.sentences]


@dataclass
class ScriptedEngine:
    """Follows `rule`, and blocks each batch while it is held."""

    rule: Rule = echo
    attention: Callable[[Tokens, Tokens], Attention] = in_order
    batches: list[Batch] = field(default_factory=list)
    _go: threading.Event = field(default_factory=threading.Event)
    _began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __post_init__(self) -> None:
        self._go.set()

    @property
    def sentences(self) -> list[Tokens]:
        """All that the engine was given, in order."""
        return [tokens for batch in self.batches for tokens in batch.sentences]

    def hold(self) -> None:
        """Let no further batch end until `release`."""
        self._go.clear()

    def release(self) -> None:
        self._go.set()

    def wait_for_batch(self, timeout_s: float = 30) -> None:
        """Wait until one more batch has begun than this was called."""
        assert self._began.acquire(timeout=timeout_s)

    def translate(
        self, batch: Sequence[Sequence[str]], decoding: Decoding
    ) -> list[list[Hypothesis]]:
        self.batches.append(Batch(tuple(tuple(tokens) for tokens in batch), decoding))
        self._began.release()
        if not self._go.wait(30):
            raise EngineError("held for too long")
        return [
            [
                self._hypothesis(tuple(tokens), decoding, -0.125 - number / 4)
                for number in range(decoding.hypothesis_count)
            ]
            for tokens in batch
        ]

    def _hypothesis(self, source: Tokens, decoding: Decoding, score: float) -> Hypothesis:
        tokens = tuple(self.rule(source, decoding))
        return Hypothesis(
            tokens,
            score,
            self.attention(source, tokens) if decoding.with_alignment else None,
        )
