"""The seed article: a document without a full stop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Final

from tarjama import Translation
from tests.quality.flags import FlagRates, flag_rates
from tests.quality.service import Service

SEED_ARTICLE: Final = Path(__file__).parents[2] / "seeds" / "01-iraq-withdrawal.ar.txt"

# What a reader of the article would miss, and the English that counts for it.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "Iraq": r"Iraq",
        "Kuwait": r"Kuwait",
        "Obama": r"Obama",
        "Bush": r"Bush",
        "New York Times": r"New York Times",
        "Foreign Ministry (State Department)": r"State Department|Department of State|"
        r"(Foreign|State) Ministry|Ministry of Foreign Affairs|Foreign Office",
        "embassy": r"[Ee]mbassy",
    }
)


@dataclass(frozen=True, slots=True)
class SeedResult:
    """How the article was translated.

    Attributes:
        segment_count: pieces it was cut in.
        segment_words: words of the shortest, the middle and the longest piece.
        flags: how often each flag is set.
        names_found: names of the article that are in the translation.
        names_missing: names that are not.
    """

    segment_count: int
    segment_words: tuple[int, float, int]
    flags: FlagRates
    names_found: tuple[str, ...]
    names_missing: tuple[str, ...]


def read_seed() -> str:
    """The article as it is in the repository."""
    return SEED_ARTICLE.read_text(encoding="utf-8")


def measure_seed(service: Service) -> tuple[SeedResult, Translation]:
    """Translate the article, and see what became of it."""
    text = read_seed()
    [translation] = service.translate([text])
    words = [
        len(text[segment.source_span.start : segment.source_span.end].split())
        for segment in translation.segments
    ]
    found = [name for name, pattern in _NAMES.items() if re.search(pattern, translation.text)]
    result = SeedResult(
        len(words),
        (min(words), median(words), max(words)),
        flag_rates([translation]),
        tuple(found),
        tuple(name for name in _NAMES if name not in found),
    )
    return result, translation
