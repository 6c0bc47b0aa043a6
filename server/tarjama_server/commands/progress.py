"""Progress of a measurement, shown to whoever waits for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def progress_bar(name: str = "") -> Iterator[Callable[[str, float], None]]:
    """Show how far the measuring is, on stderr if that is a terminal.

    Gives what takes the name of what is being done, and the share of all that is done, 0 to 1.
    """
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)
