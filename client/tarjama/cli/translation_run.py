"""Translates documents, several at once, and tells how each went."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tarjama import (
    AuthenticationFailed,
    Cancelled,
    ModelNotFound,
    PermissionDenied,
    TarjamaError,
    Unavailable,
    UnsupportedOption,
)
from tarjama.cli.call_thread import CallPool
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import STANDARD_STREAM, Job, display_name
from tarjama.cli.reporting import DocumentReport, Outcome, summary_table
from tarjama.cli.terminal import ProgressBars
from tarjama.cli.text_work import TextWork
from tarjama.cli.work import Workplace

# What one document meets of these, every other one would meet too.
_STOPPING = (AuthenticationFailed, ModelNotFound, PermissionDenied, Unavailable, UnsupportedOption)

# The work that a Ctrl-C ends has files to remove, which takes no longer than this.
_STOP_TIMEOUT_S = 5.0


class TranslationRun:
    """One run of `tarjama translate`."""

    def __init__(self, workplace: Workplace) -> None:
        """Plans a run."""
        self._workplace = workplace
        self._terminal = workplace.terminal
        self._given_up = threading.Event()
        self._telling = threading.Lock()

    def translate_all(self, jobs: Sequence[Job]) -> list[DocumentReport]:
        """Translates each document; a failing one does not stop the others.

        Returns:
            What became of each, in the order of `jobs`.
        """
        to_stdout = any(job.target == STANDARD_STREAM for job in jobs)
        reports = [DocumentReport(self._terminal.name(display_name(job.source))) for job in jobs]
        with self._terminal.progress(len(jobs), text_on_stdout=to_stdout) as bars:
            work = [
                partial(self._work_on, job, report, bars)
                for job, report in zip(jobs, reports, strict=True)
            ]
            # What shares standard output comes in order, and a writer that waits for its reader
            # must be where Ctrl-C reaches it.
            if to_stdout or len(jobs) == 1 or self._workplace.settings.jobs == 1:
                for one in work:
                    one()
            else:
                self._run_at_once(work)
        self._summarise(reports)
        return reports

    def _run_at_once(self, work: Sequence[Callable[[], None]]) -> None:
        size = min(len(work), self._workplace.settings.jobs)
        with CallPool(size) as pool:
            try:
                for _ in pool.results(work):
                    pass
            except BaseException:
                self._given_up.set()
                self._workplace.connection.stop()
                pool.wait(_STOP_TIMEOUT_S)
                raise

    def _work_on(self, job: Job, report: DocumentReport, bars: ProgressBars) -> None:
        if self._given_up.is_set():
            report.end(Outcome.FAILED)
            return
        report.begin()
        try:
            outcome = self._translate(job, report, bars)
        except (CommandFailed, TarjamaError) as error:
            report.end(Outcome.FAILED)
            self._fail(report, error)
        else:
            report.end(outcome)
            self._succeed(job, report, is_alone=bars.is_single)
        bars.advance()

    def _translate(self, job: Job, report: DocumentReport, bars: ProgressBars) -> Outcome:
        if job.was_found and job.target.exists() and not self._workplace.settings.force:
            return Outcome.KEPT
        if job.in_folder:
            _make_folder(job.target.parent)
        if job.has_units:
            # Not at the top: formats bring lxml, which takes long to load.
            from tarjama.cli.unit_work import UnitWork

            UnitWork(self._workplace, job, report).run(bars)
        else:
            TextWork(self._workplace, job, report).run(bars)
        return Outcome.TRANSLATED

    def _fail(self, report: DocumentReport, error: CommandFailed | TarjamaError) -> None:
        is_stopping = isinstance(error, _STOPPING)
        with self._telling:
            if self._given_up.is_set() and (is_stopping or isinstance(error, Cancelled)):
                return
            if is_stopping:
                self._given_up.set()
        reason = str(error)
        if isinstance(error, TarjamaError):
            reason = self._workplace.connection.explain(error)
        self._terminal.failure(f"{report.name}: {reason}")

    def _succeed(self, job: Job, report: DocumentReport, *, is_alone: bool) -> None:
        if report.outcome is Outcome.KEPT:
            if _is_newer(job.source, job.target):
                target = self._terminal.name(display_name(job.target))
                self._terminal.notice(
                    f"{report.name}: newer than {target}, which is kept; --force replaces it"
                )
            return
        if job.target != STANDARD_STREAM:
            target = self._terminal.name(display_name(job.target))
            self._terminal.notice(f"{report.name}: translated to {target} ({report.counts()})")
        # Of several documents the table tells it.
        if is_alone and report.flags.summary():
            self._terminal.notice(f"{report.name}: {report.flags.summary()}")

    def _summarise(self, reports: Sequence[DocumentReport]) -> None:
        if len(reports) == 1:
            return
        self._terminal.table(summary_table(reports))
        if self._given_up.is_set():
            self._terminal.failure("the documents left would fail likewise: not tried")
        failed = sum(report.outcome is Outcome.FAILED for report in reports)
        if failed:
            self._terminal.failure(f"{failed:,} of {len(reports):,} documents are not translated")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandFailed(
            f"The folder {display_name(folder)} cannot be made: {error.strerror}."
        ) from error


def _is_newer(source: Path, target: Path) -> bool:
    try:
        return source.stat().st_mtime > target.stat().st_mtime
    except OSError:
        return False
