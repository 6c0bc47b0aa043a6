"""Waits for documents to appear in a folder."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from tarjama.cli.jobs import Source

POLL_S = 1.0
"""Seconds between two looks. A file that is the same in both is taken to be written."""

_State: TypeAlias = tuple[int, int]


class Watch:
    """Looks at a folder again and again, since network drives do not tell of changes."""

    def __init__(self, find: Callable[[], Sequence[Source]], pause: Callable[[], None]) -> None:
        """Plans the watch.

        Args:
            find: Finds the documents in the folder.
            pause: Waits between two looks.
        """
        self._find = find
        self._pause = pause
        self._seen: dict[Path, _State] = {}
        self._given: dict[Path, _State] = {}

    def batches(self) -> Iterator[tuple[Sequence[Source], set[Path]]]:
        """Gives all documents of the folder, and those of them that appeared or changed.

        A document comes once nobody writes to it any more: when it is not empty, and as it was
        at the look before. Each comes again only when it has changed. Without end.
        """
        while True:
            sources = self._find()
            states = {source.path: state for source in sources if (state := _state(source.path))}
            quiet = {
                path
                for path, state in states.items()
                if self._seen.get(path) == state and self._given.get(path) != state
            }
            self._seen = states
            self._given.update((path, states[path]) for path in quiet)
            if quiet:
                yield sources, quiet
            self._pause()


def _state(path: Path) -> _State | None:
    """The size and time of a file with something in it; None if it has gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_size, status.st_mtime_ns) if status.st_size else None
