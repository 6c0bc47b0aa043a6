"""What a translation memory is, whatever it is kept in."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self

from tarjama.memory.entries import MemoryEntry, MemoryMatch

__all__ = ["TranslationMemory"]


class TranslationMemory(Protocol):
    """A context manager. Not to be shared by threads; a file of it can be, by processes."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def exact(self, source: str, *, before: str = "", after: str = "") -> MemoryMatch | None:
        """Finds the translation to use in place of the model's.

        Args:
            source: Tagged text.
            before: The source of what stands before it, empty if unknown.
            after: The source of what stands after it, empty if unknown.

        Returns:
            The match, its target with the codes' numbers and the white space at the ends of
            `source`; of several the one in the same context, else the latest.
        """

    def matches(
        self, source: str, *, limit: int = 3, before: str = "", after: str = ""
    ) -> list[MemoryMatch]:
        """Finds what is like a text, from 75 % on, best first: to be shown, never put in."""

    def add(self, entries: Iterable[MemoryEntry]) -> int:
        """Adds what people translated. One of the same source and context is replaced.

        Returns:
            How many entries were new or changed.
        """

    def draft(self, source: str, producer: str) -> str | None:
        """Gives what `add_drafts` was given for a source, or None."""

    def add_drafts(self, drafts: Iterable[tuple[str, str]], producer: str) -> None:
        """Keeps machine translations, so that the same is not translated twice.

        They are no matches: they come back from `draft` alone.

        Args:
            drafts: A source, exactly as it was sent, and the translation in whatever form the
                caller wants it back.
            producer: Names the model and all options that a translation depends on.
        """

    def counts(self) -> tuple[int, int]:
        """Gives the numbers of entries and of drafts."""

    def entries(self) -> Iterator[MemoryEntry]:
        """Gives all that people translated, oldest first."""
