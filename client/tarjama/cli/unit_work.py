"""Translates one document that a format reads."""

import io
import sys
from collections.abc import Sequence
from dataclasses import replace

import click

from tarjama import LineHandling, Segment
from tarjama.cli.errors import CommandFailed, OutputRefused
from tarjama.cli.jobs import STANDARD_STREAM, Job, display_name
from tarjama.cli.journal import Journal
from tarjama.cli.memory_use import MemoryUse
from tarjama.cli.output import Output
from tarjama.cli.rendering import JsonLinesWriter
from tarjama.cli.reporting import DocumentReport
from tarjama.cli.reviews import Reviews
from tarjama.cli.terminal import ProgressBars
from tarjama.cli.translated_units import (
    TranslatedSegment,
    reviewed_units,
    translated_segments,
)
from tarjama.cli.unit_translation import UnitTexts, UnitTranslation
from tarjama.cli.work import Workplace
from tarjama.formats.errors import BadFile
from tarjama.formats.tags import plain_text, tag_problem
from tarjama.formats.translation import UnitText, unit_text
from tarjama.formats.units import FormatDocument, Unit
from tarjama.review.model import ReviewedUnit


class UnitWork:
    """The work on one document of units."""

    def __init__(self, workplace: Workplace, job: Job, report: DocumentReport) -> None:
        """Plans the work.

        Args:
            workplace: What to work with.
            job: The document and where its translation goes.
            report: Counts what is done.
        """
        self._workplace = workplace
        self._settings = workplace.settings
        self._job = job
        self._report = report

    def run(self, bars: ProgressBars) -> None:
        """Translates the document and writes it.

        Raises:
            CommandFailed: the document is broken, or its output cannot be written.
            TarjamaError: the server failed.
        """
        self._refuse_terminal()
        document = self._read()
        units = self._translatable(document)
        reviews = Reviews(self._job, self._settings.reviews, force=self._settings.force)
        with self._workplace.output(self._job) as (output, journal), reviews:
            memory = self._memory()
            known = memory.find(units)
            texts = dict.fromkeys(unit_text(unit) for unit in units if unit.id not in known)
            done = self._translated(list(texts), journal, bars)
            machine = reviewed_units(units, known, done)
            memory.keep(units, machine)
            translated = memory.complete(machine)
            segments = translated_segments(units, translated, known, done)
            self._write(document, translated, segments, output)
            written = reviews.write(translated)
        self._count(segments)
        for path in written:
            self._tell(f"for review: {display_name(path)}")
        self._tell_notices(document, translated)

    def _read(self) -> FormatDocument:
        path = self._job.source
        try:
            return self._settings.kinds.format_of(path).read(path)
        except BadFile as error:
            raise CommandFailed(str(error)) from error

    def _translatable(self, document: FormatDocument) -> list[Unit]:
        units = [unit for unit in document.units if unit.is_translatable]
        if self._settings.options.line_handling is LineHandling.PARAGRAPHS:
            return units
        return [replace(unit, line_handling=LineHandling.LINES) for unit in units]

    def _memory(self) -> MemoryUse:
        settings = self._settings
        if settings.memory is None:
            return MemoryUse(None, "", use_drafts=False)
        producer = settings.identity(
            model=self._workplace.connection.model_checksum(settings.options.model)
        )
        # Drafts have no word links, and no terms.
        return MemoryUse(settings.memory, producer, use_drafts=not settings.json_lines)

    def _refuse_terminal(self) -> None:
        if self._job.target != STANDARD_STREAM or self._settings.json_lines:
            return
        if sys.stdout is not None and sys.stdout.isatty():
            raise OutputRefused("Such a document is not shown on a terminal: name a file with -o.")

    def _translated(
        self, texts: Sequence[UnitText], journal: Journal | None, bars: ProgressBars
    ) -> UnitTexts:
        work = UnitTranslation(
            self._workplace.connection, self._settings.options, self._settings.terminology
        )
        segment_count = done_characters = 0
        size = sum(len(each.text) for each in texts)
        with bars.document(self._report.name, size) as bar:

            def show(text: UnitText, segments: Sequence[Segment]) -> None:
                nonlocal segment_count, done_characters
                segment_count += len(segments)
                done_characters += len(text.text)
                bar.show(segment_count, done_characters)

            return work.run(texts, journal, show)

    def _write(
        self,
        document: FormatDocument,
        translated: Sequence[ReviewedUnit],
        segments: Sequence[Sequence[TranslatedSegment]],
        output: Output,
    ) -> None:
        if self._settings.json_lines:
            writer = JsonLinesWriter(output, click.format_filename(self._job.source))
            for unit, each in zip(translated, segments, strict=True):
                for one in each:
                    writer.write_of_unit(unit.id, one.origin, one.segment, one.source)
            return
        # Not straight to the output: that may be a pipe, which gets the whole document or nothing.
        whole = io.BytesIO()
        try:
            document.write(whole, {unit.id: unit.target for unit in translated})
        except BadFile as error:
            raise CommandFailed(str(error)) from error
        output.write(whole.getvalue())

    def _count(self, segments: Sequence[Sequence[TranslatedSegment]]) -> None:
        for unit in segments:
            for one in unit:
                self._report.add(one.segment, plain_text(one.source), is_reused=one.is_reused)

    def _tell_notices(self, document: FormatDocument, translated: Sequence[ReviewedUnit]) -> None:
        for notice in document.notices:
            self._tell(notice)
        if not translated:
            self._tell("nothing in it is to be translated")
        mended = sum(tag_problem(unit.source, unit.target) is not None for unit in translated)
        if mended:
            self._tell(f"formatting was lost or doubled in {mended:,} of its texts, and mended")

    def _tell(self, text: str) -> None:
        self._workplace.terminal.notice(f"{self._report.name}: {text}")
