"""The translation memory that several documents in work share."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from tarjama.cli.call_thread import CallThread
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import display_name

if TYPE_CHECKING:
    from tarjama.memory import TranslationMemory

_Answer = TypeVar("_Answer")


class MemoryThread:
    """A translation memory, used by one thread for all others. A context manager.

    Leaving the context writes what a TMX file is to keep.
    """

    def __init__(self, path: Path) -> None:
        """Names the memory's file. Entering the context opens it."""
        self._path = path
        self._opened = ExitStack()
        self._calls = CallThread()
        self._memory: TranslationMemory | None = None

    def __enter__(self) -> Self:
        """Opens the memory.

        Raises:
            CommandFailed: it cannot be opened.
        """
        # Not at the top: what compares texts takes long to load.
        from tarjama.memory import open_memory

        self._opened.enter_context(self._calls)
        self._memory = self._run(lambda: open_memory(self._path).__enter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._opened:
            self.use(lambda memory: memory.__exit__(kind, error, trace))

    def use(self, question: Callable[["TranslationMemory"], _Answer]) -> _Answer:
        """Asks the memory something, after all that was asked before.

        Raises:
            CommandFailed: it cannot be read or written.
        """
        memory = self._memory
        assert memory is not None
        return self._run(lambda: question(memory))

    def _run(self, call: Callable[[], _Answer]) -> _Answer:
        from tarjama.formats.errors import BadFile
        from tarjama.memory import BadMemory

        try:
            return self._calls.run(call)
        except (BadMemory, BadFile) as error:
            raise CommandFailed(f"{display_name(self._path)}: {error}") from error
