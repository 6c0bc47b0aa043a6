"""Translates documents one after the other and tells how each went."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from tarjama import (
    AuthenticationFailed,
    ModelNotFound,
    PermissionDenied,
    TarjamaError,
    TranslationOptions,
    Unavailable,
    UnsupportedOption,
)
from tarjama.cli.connection import Connection
from tarjama.cli.document import Document
from tarjama.cli.encoding import DocumentDecoder, Encoding
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import STANDARD_STREAM, Job, display_name
from tarjama.cli.output import Output, open_output
from tarjama.cli.rendering import FlagCount, JsonLinesWriter, SegmentWriter, TextWriter
from tarjama.cli.terminal import ProgressBar, Terminal

# What one document meets of these, every other one would meet too.
_STOPPING = (AuthenticationFailed, ModelNotFound, PermissionDenied, Unavailable, UnsupportedOption)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the options say about translating and writing.

    Attributes:
        options: How to translate.
        codec: The documents' codec, or None to recognise it.
        json_lines: Whether to write segments as JSON.
        force: Whether to replace existing files.
    """

    options: TranslationOptions
    codec: str | None
    json_lines: bool
    force: bool


class TranslationRun:
    """One run of `tarjama translate`."""

    def __init__(self, connection: Connection, settings: Settings, terminal: Terminal) -> None:
        self._connection = connection
        self._settings = settings
        self._terminal = terminal

    def translate_all(self, jobs: Sequence[Job]) -> int:
        """Translates each document; a failing one does not stop the others.

        Returns:
            The exit code: 0 if all were translated, else 1.
        """
        failed = 0
        for position, job in enumerate(jobs, start=1):
            try:
                self._translate(job)
            except (CommandFailed, TarjamaError) as error:
                failed += 1
                self._report(job, error)
                if isinstance(error, _STOPPING) and position < len(jobs):
                    failed += len(jobs) - position
                    self._terminal.failure("the documents left would fail likewise: not tried")
                    break
        if failed and len(jobs) > 1:
            self._terminal.failure(f"{failed} of {len(jobs)} documents are not translated")
        return 1 if failed else 0

    def _translate(self, job: Job) -> None:
        name = display_name(job.source)
        decoder = DocumentDecoder(
            codec=self._settings.codec,
            on_recognised=lambda encoding: self._tell_encoding(name, encoding),
        )
        flags = FlagCount()
        with (
            Document(job.source, decoder) as document,
            open_output(job.target, force=self._settings.force) as output,
            self._terminal.progress_bar(
                name, document.size_bytes, text_on_stdout=job.target == STANDARD_STREAM
            ) as bar,
        ):
            output.begin()
            self._pump(document, self._writer(job.source, output, decoder), flags, bar)
        if job.target != STANDARD_STREAM:
            self._terminal.notice(f"{name}: translated to {display_name(job.target)}")
        if flags.summary():
            self._terminal.notice(f"{name}: {flags.summary()}")

    def _pump(
        self, document: Document, writer: SegmentWriter, flags: FlagCount, bar: ProgressBar
    ) -> None:
        translated = self._connection.segments(document.texts(), self._settings.options)
        with closing(translated) as segments:
            for count, segment in enumerate(segments, start=1):
                span = segment.source_span
                writer.write(segment, document.take(span.end - span.start))
                flags.add(segment)
                bar.show(count, document.answered_bytes())
        writer.finish()

    def _writer(self, source: Path, output: Output, decoder: DocumentDecoder) -> SegmentWriter:
        if self._settings.json_lines:
            return JsonLinesWriter(output, click.format_filename(source))
        return TextWriter(output, decoder)

    def _tell_encoding(self, name: str, encoding: Encoding) -> None:
        if encoding.is_plain_utf8:
            return
        written = ""
        if encoding.of_translation != encoding or self._settings.json_lines:
            written = "; the translation is written in UTF-8"
        self._terminal.notice(f"{name}: read as {encoding.label}{written}")

    def _report(self, job: Job, error: CommandFailed | TarjamaError) -> None:
        reason = self._connection.explain(error) if isinstance(error, TarjamaError) else str(error)
        self._terminal.failure(f"{display_name(job.source)}: {reason}")
