"""What became of each document, and the table of all at the end."""

import time
from collections.abc import Sequence
from enum import StrEnum, auto

from rich.cells import cell_len
from rich.table import Table

from tarjama import Segment
from tarjama.cli.rendering import FlagCount
from tarjama.formats.wording import counted

# Leaves room for the other columns within 80.
_NAME_WIDTH = 24


class Outcome(StrEnum):
    """How the work on a document ended."""

    TRANSLATED = auto()
    KEPT = auto()
    """Its output was there already."""
    FAILED = auto()


class DocumentReport:
    """Counts what is done of one document.

    Attributes:
        name: The document's name, as it is shown.
        outcome: How it ended.
        segment_count: Segments in its translation.
        word_count: Words of their sources, as white space divides them.
        reused_count: Segments that were not translated anew: repeated in the document, from
            the translation memory, or finished by an earlier run.
        flags: The flags of its segments that call for a look.
        elapsed_s: Seconds from the beginning of the work on it to its end.
    """

    def __init__(self, name: str) -> None:
        """Plans to work on a document."""
        self.name = name
        self.outcome = Outcome.FAILED
        self.segment_count = 0
        self.word_count = 0
        self.reused_count = 0
        self.flags = FlagCount()
        self.elapsed_s = 0.0
        self._began_s = time.monotonic()

    def begin(self) -> None:
        """Begins the work on the document, which may have waited for others."""
        self._began_s = time.monotonic()

    def add(self, segment: Segment, source: str, *, is_reused: bool = False) -> None:
        """Counts a segment.

        Args:
            segment: The segment.
            source: The text that it translates.
            is_reused: Whether it was not translated anew.
        """
        self.segment_count += 1
        self.word_count += len(source.split())
        self.reused_count += is_reused
        self.flags.add(segment)

    def end(self, outcome: Outcome) -> None:
        """Ends the work on the document."""
        self.outcome = outcome
        self.elapsed_s = time.monotonic() - self._began_s

    def counts(self) -> str:
        """Tells the counts on one line."""
        counts = f"{counted(self.segment_count, 'segment')}, {counted(self.word_count, 'word')}"
        if self.reused_count:
            counts += f", {self.reused_count:,} reused"
        return f"{counts}, {self.elapsed_s:.1f} s"


def summary_table(reports: Sequence[DocumentReport]) -> Table:
    """Makes the table of all documents, with a line of totals."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True)
    words = sum(report.word_count for report in reports)
    segments = sum(report.segment_count for report in reports)
    reused = sum(report.reused_count for report in reports)
    longest = max((cell_len(report.name) for report in reports), default=0)
    table.add_column(
        "DOCUMENT",
        footer=f"{len(reports):,} in all",
        overflow="fold",
        min_width=min(longest, _NAME_WIDTH),
    )
    for heading, total in (("SEGMENTS", segments), ("WORDS", words), ("REUSED", reused)):
        table.add_column(heading, footer=f"{total:,}", justify="right", no_wrap=True)
    table.add_column("SECONDS", justify="right", no_wrap=True)
    table.add_column("REMARKS", no_wrap=True)
    for report in reports:
        table.add_row(
            report.name,
            f"{report.segment_count:,}",
            f"{report.word_count:,}",
            f"{report.reused_count:,}",
            f"{report.elapsed_s:,.1f}",
            _remarks(report),
        )
    return table


def _remarks(report: DocumentReport) -> str:
    """The flags, each on its line, or why there are none."""
    if report.outcome is not Outcome.TRANSLATED:
        return report.outcome.value
    return report.flags.by_kind().replace(", ", "\n")
