"""How messages put things."""

from collections.abc import Sequence

__all__ = ["counted", "listed"]


def listed(items: Sequence[str]) -> str:
    """Lists one thing or more: `a`, `a and b`, `a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def counted(count: int, noun: str) -> str:
    """Counts things whose plural is regular: `1 place`, `1,200 places`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
