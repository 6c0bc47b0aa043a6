"""What the command line says on standard error: notices, failures and progress."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from tarjama.cli.bidi import is_isolated, isolated

_MAX_BAR_NAME = 24


class SegmentRate(ProgressColumn):
    """Shows what is done and how much of it a second brings."""

    def render(self, task: Task) -> Text:
        """Gives the column's text."""
        count: int = task.fields["count"]
        noun: str = task.fields["noun"]
        rate = count / task.elapsed if task.elapsed else 0.0
        return Text(f"{count:,} {noun}, {rate:,.1f}/s")


class ProgressBar:
    """The progress of one document."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def show(self, segment_count: int, done: int) -> None:
        """Shows how many segments are done, and how much of the document that is."""
        self._progress.update(self._task, completed=done, count=segment_count)


class ProgressBars:
    """The bars of the documents in work and, of several documents, one of all. Thread-safe.

    Attributes:
        is_single: Whether there is only one document.
    """

    def __init__(self, progress: Progress, document_count: int) -> None:
        self._progress = progress
        self._all: TaskID | None = None
        self.is_single = document_count == 1
        if not self.is_single:
            self._all = progress.add_task(
                "all", total=document_count, count=0, noun="documents", visible=True
            )

    @contextmanager
    def document(self, name: str, size: int | None) -> Iterator[ProgressBar]:
        """Shows the bar of a document while it is in work.

        Args:
            name: The document's name.
            size: What `ProgressBar.show` comes to at the end; None if that is unknown: then no
                time left is shown.
        """
        # An empty document is whole from the start; rich takes a total of 0 for "nothing known".
        total = None if size is None else max(size, 1)
        task = self._progress.add_task(_shortened(name), total=total, count=0, noun="segments")
        try:
            yield ProgressBar(self._progress, task)
        finally:
            if self._all is not None:
                self._progress.remove_task(task)

    def advance(self) -> None:
        """Shows that one more document is dealt with."""
        if self._all is not None:
            done = int(self._progress.tasks[0].completed) + 1
            self._progress.update(self._all, completed=done, count=done)


class Terminal:
    """Standard error, as the person at the terminal reads it."""

    def __init__(
        self, *, quiet: bool = False, environment: Mapping[str, str] | None = None
    ) -> None:
        """Takes standard error as it is now.

        Args:
            quiet: Whether to keep to failures.
            environment: Tells what terminal it is. That of this process by default.
        """
        self._quiet = quiet
        self._environment = os.environ if environment is None else environment
        self._console = Console(stderr=True, markup=False, highlight=False, emoji=False)

    def notice(self, text: str) -> None:
        """Says something that does not make the work fail."""
        if not self._quiet:
            self._say(text)

    def failure(self, text: str) -> None:
        """Says what failed."""
        self._say(text)

    def table(self, table: RenderableType) -> None:
        """Shows a table, as wide as the terminal."""
        if not self._quiet:
            self._console.print(table)

    def name(self, shown: str) -> str:
        """Gives a name such that a terminal shows what stands around it in its place."""
        on_terminal = sys.stderr is not None and sys.stderr.isatty()
        return isolated(shown, self._environment) if on_terminal else shown

    @contextmanager
    def progress(self, document_count: int, *, text_on_stdout: bool) -> Iterator[ProgressBars]:
        """Shows bars while documents are translated, if standard error is a terminal.

        Args:
            document_count: How many documents there are.
            text_on_stdout: Whether a translation goes to standard output. Where that is
                the same terminal, the text shows the progress and a bar would cut into it.
        """
        shared = text_on_stdout and sys.stdout is not None and sys.stdout.isatty()
        # Not `Console.is_terminal`, which environment variables can make say yes.
        on_terminal = sys.stderr is not None and sys.stderr.isatty()
        with Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            SegmentRate(),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
            redirect_stdout=False,
            disable=self._quiet or shared or not on_terminal,
        ) as progress:
            yield ProgressBars(progress, document_count)

    def _say(self, text: str) -> None:
        self._console.print(f"tarjama: {text}", soft_wrap=True)


def _shortened(name: str) -> str:
    if len(name) <= _MAX_BAR_NAME:
        return name
    end = name[1 - _MAX_BAR_NAME :]
    # An isolate keeps both of its marks.
    return f"{name[0]}…{end}" if is_isolated(name) else f"…{end}"
