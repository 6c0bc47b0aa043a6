"""What the command line says on standard error: notices, failures and a progress bar."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_MAX_BAR_NAME = 24


class SegmentRate(ProgressColumn):
    """Shows the segments done and how many of them a second brings."""

    def render(self, task: Task) -> Text:
        """Gives the column's text."""
        count: int = task.fields["segment_count"]
        rate = count / task.elapsed if task.elapsed else 0.0
        return Text(f"{count:,} segments, {rate:,.1f}/s")


class ProgressBar:
    """The progress of one document."""

    def __init__(self, progress: Progress, name: str, size_bytes: int | None) -> None:
        self._progress = progress
        # An empty file is whole from the start; rich takes a total of 0 for "nothing known".
        total = None if size_bytes is None else max(size_bytes, 1)
        self._task = progress.add_task(_shortened(name), total=total, segment_count=0)

    def show(self, segment_count: int, answered_bytes: int) -> None:
        """Shows how many segments are done, and how many of the document's bytes they answer."""
        self._progress.update(self._task, completed=answered_bytes, segment_count=segment_count)


class Terminal:
    """Standard error, as the person at the terminal reads it."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Takes standard error as it is now.

        Args:
            quiet: Whether to keep to failures.
        """
        self._quiet = quiet
        self._console = Console(stderr=True, markup=False, highlight=False, emoji=False)

    def notice(self, text: str) -> None:
        """Says something that does not make the work fail."""
        if not self._quiet:
            self._say(text)

    def failure(self, text: str) -> None:
        """Says what failed."""
        self._say(text)

    @contextmanager
    def progress_bar(
        self, name: str, size_bytes: int | None, *, text_on_stdout: bool
    ) -> Iterator[ProgressBar]:
        """Shows a bar while a document is translated, if standard error is a terminal.

        Args:
            name: The document's name.
            size_bytes: Its length, None if unknown: then no time left is shown.
            text_on_stdout: Whether the translation goes to standard output. Where that is
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
            yield ProgressBar(progress, name, size_bytes)

    def _say(self, text: str) -> None:
        self._console.print(f"tarjama: {text}", soft_wrap=True)


def _shortened(name: str) -> str:
    return name if len(name) <= _MAX_BAR_NAME else f"…{name[1 - _MAX_BAR_NAME :]}"
