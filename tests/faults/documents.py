"""Documents of any length, of real text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

SEED = Path(__file__).parents[2] / "seeds" / "01-iraq-withdrawal.ar.txt"
HELLO = "مرحبا بالعالم."
"""One short sentence."""


@cache
def article() -> str:
    """The seed article as one paragraph: 2,200 characters, about 20 segments."""
    return " ".join(SEED.read_text(encoding="utf-8").split())


def paragraphs(start: int = 1) -> Iterator[str]:
    """The article again and again, numbered, so that no paragraph is like another."""
    number = start
    while True:
        yield f"{number}. {article()}\n\n"
        number += 1


def document(paragraph_count: int) -> str:
    """That many paragraphs."""
    numbered = paragraphs()
    return "".join(next(numbered) for _ in range(paragraph_count))
