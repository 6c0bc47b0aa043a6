"""Text that knows where each of its code points came from, whatever is done to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Generic, TypeVar

__all__ = ["TrackedText"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrackedText(Generic[T]):
    """A text and the origin of each of its code points.

    Attributes:
        text: The text.
        origins: For each code point what it came from; None for one that came from nothing.
    """

    text: str
    origins: tuple[T | None, ...]

    @classmethod
    def of(cls, text: str, origin: T | None = None) -> TrackedText[T]:
        """All of `text` from one origin, or from nothing."""
        return cls(text, (origin,) * len(text))

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> TrackedText[T]:
        return TrackedText(self.text[part], self.origins[part])

    def __add__(self, other: TrackedText[T]) -> TrackedText[T]:
        return TrackedText(self.text + other.text, self.origins + other.origins)

    def spliced(self, start: int, end: int, piece: TrackedText[T]) -> TrackedText[T]:
        """With `piece` in the place of what stands from `start` to `end`."""
        return self[:start] + piece + self[end:]

    def rewritten(self, start: int, end: int, new: str) -> TrackedText[T]:
        """With what stands from `start` to `end` written as `new`.

        What both spellings begin and end with keeps its origins. Of what is between, each code
        point has the origin of the one that stood as far along; it has none where none stood.
        """
        old = self.text[start:end]
        head = _common_length(old, new)
        tail = _common_length(old[head:][::-1], new[head:][::-1])
        was = self.origins[start + head : end - tail]
        count = len(new) - head - tail
        between = tuple(was[at * len(was) // count] if was else None for at in range(count))
        origins = self.origins[: start + head] + between + self.origins[end - tail :]
        return TrackedText(self.text[:start] + new + self.text[end:], origins)

    def sub(
        self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]
    ) -> TrackedText[T]:
        """With each match of `pattern` rewritten as `replacement` says."""
        result = self
        for match in reversed(list(pattern.finditer(self.text))):
            result = result.rewritten(*match.span(), replacement(match))
        return result

    def span_of(self, origin: T) -> tuple[int, int] | None:
        """From the first to behind the last code point that came from `origin`, by identity."""
        places = [at for at, each in enumerate(self.origins) if each is origin]
        return (places[0], places[-1] + 1) if places else None

    @classmethod
    def joined(cls, parts: Iterable[TrackedText[T]], *, between: str = "") -> TrackedText[T]:
        """All of `parts`, one after the other, with `between` from nothing between them."""
        texts: list[str] = []
        origins: list[T | None] = []
        for part in parts:
            if texts:
                origins += [None] * len(between)
            texts.append(part.text)
            origins += part.origins
        return cls(between.join(texts), tuple(origins))


def _common_length(one: str, other: str) -> int:
    """Code points that both begin with."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
