"""How far a bulk job is, and what came of it, for people."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from tarjama_server.bulk.report import Report
from tarjama_server.bulk.run import Watcher

# Where stderr is no terminal, so often a line at most.
_LINE_EVERY_S = 10.0


@dataclass(slots=True)
class Pace:
    """How many rows are done, and how fast.

    Attributes:
        rows: all there are.
        done_before: those that an earlier run had done.
        now: seconds since any moment.
    """

    rows: int
    done_before: int
    now: Callable[[], float] = time.monotonic
    _done: int = 0
    _began_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._began_s = self.now()

    def add(self, rows: int) -> None:
        """So many more are done."""
        self._done += rows

    @property
    def done(self) -> int:
        """Rows done, by this run and earlier ones."""
        return self.done_before + self._done

    def __str__(self) -> str:
        """Rows, rows a second in this run, and the time that is left at that rate."""
        elapsed_s = self.now() - self._began_s
        text = f"{self.done:,} of {self.rows:,} rows"
        if not self._done or elapsed_s <= 0:
            return text
        rate = self._done / elapsed_s
        left_s = round((self.rows - self.done) / rate)
        hours, minutes, seconds = left_s // 3600, left_s // 60 % 60, left_s % 60
        return f"{text}, {rate:,.1f} rows/s, {hours}:{minutes:02}:{seconds:02} left"


@contextmanager
def show_progress() -> Iterator[Watcher]:
    """Show on stderr how far a run is: a bar on a terminal, elsewhere a line now and then."""
    console = Console(stderr=True)
    with Progress(
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        yield _Display(bar).watcher()


class _Display:
    """Tells of a run as it goes on."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None)
        self._pace = Pace(0, 0)
        self._told_s = 0.0

    def watcher(self) -> Watcher:
        return Watcher(self._reading, self._begun, self._done)

    def _reading(self, name: str) -> None:
        self._bar.update(self._task, description=f"reading {name}")

    def _begun(self, rows: int, done_before: int) -> None:
        self._pace = Pace(rows, done_before)
        self._bar.update(self._task, total=rows, completed=done_before)
        self._tell()

    def _done(self, rows: int) -> None:
        self._pace.add(rows)
        is_last = self._pace.done == self._pace.rows
        if is_last or time.monotonic() - self._told_s >= _LINE_EVERY_S:
            self._tell()
        self._bar.update(self._task, completed=self._pace.done, description=str(self._pace))

    def _tell(self) -> None:
        self._told_s = time.monotonic()
        if self._bar.disable:
            click.echo(str(self._pace), err=True)


def report_lines(report: Report, out: Path) -> list[str]:
    """Lay out a report in two columns."""
    counts = report.counts
    rows = [
        ("rows", f"{counts.rows:,}"),
        ("bad rows", f"{counts.bad_row_count:,}{_listed(counts.bad_rows)}"),
        ("cells without text", f"{counts.empty_cells:,}"),
        ("words", f"{counts.words:,}"),
        ("segments", f"{counts.segments:,}"),
        ("repeated, not translated again", f"{counts.repeated:,}"),
        ("flagged segments", f"{counts.flagged_segments:,}{_listed(counts.flags)}"),
        ("shards", f"{report.shards:,}, of which {report.shards_done_before:,} were done before"),
        ("this run", f"{report.wall_s:,.1f} s"),
        ("worker-hours, all runs", f"{report.worker_hours:,.3f}"),
    ]
    if report.words_per_core_hour is not None:
        rows.append(("words per core-hour", f"{report.words_per_core_hour:,.0f}"))
    if report.words_per_gpu_hour is not None:
        rows.append(("words per GPU-hour", f"{report.words_per_gpu_hour:,.0f}"))
    width = max(len(name) for name, _ in rows)
    lines = [f"{name.ljust(width)}  {value}" for name, value in rows]
    if counts.bad_rows:
        lines.append(f"The bad rows are listed in {out / '_bad'}.")
    return lines


def _listed(counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    return f" ({', '.join(f'{name} {count:,}' for name, count in counts.items())})"
