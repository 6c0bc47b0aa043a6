"""Translates one document of plain text, as it arrives."""

from contextlib import closing
from dataclasses import dataclass, replace

import click

from tarjama import GlossaryTerm, Segment, Span
from tarjama.cli.document import Document
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import STANDARD_STREAM, Job
from tarjama.cli.journal import Journal
from tarjama.cli.output import Output
from tarjama.cli.rendering import JsonLinesWriter, SegmentWriter, TextWriter
from tarjama.cli.reporting import DocumentReport
from tarjama.cli.segment_records import read_segments, write_segments
from tarjama.cli.terminal import ProgressBar, ProgressBars
from tarjama.cli.work import Workplace
from tarjama.encoding.decoding import DocumentDecoder, Encoding


@dataclass(slots=True)
class _Place:
    """How far a document is translated: where the next segment begins."""

    offset: int = 0
    sentence_index: int = 0


class TextWork:
    """The work on one document of plain text."""

    def __init__(self, workplace: Workplace, job: Job, report: DocumentReport) -> None:
        """Plans the work.

        Args:
            workplace: What to work with.
            job: The document and where its translation goes.
            report: Counts what is done.
        """
        self._workplace = workplace
        self._job = job
        self._report = report
        self._decoder = DocumentDecoder(
            codec=workplace.settings.codec, on_recognised=self._tell_encoding
        )

    def run(self, bars: ProgressBars) -> None:
        """Translates the document and writes it."""
        name = self._report.name
        with (
            Document(self._job.source, self._decoder) as document,
            self._workplace.output(self._job) as (output, journal),
            bars.document(name, document.size_bytes) as bar,
        ):
            writer = self._writer(output)
            place = self._replay(document, writer, journal)
            bar.show(self._report.segment_count, document.answered_bytes())
            self._translate(document, writer, journal, place, bar)
            writer.finish()

    def _replay(self, document: Document, writer: SegmentWriter, journal: Journal | None) -> _Place:
        """Writes what an earlier run translated, and tells where it left off."""
        place = _Place()
        for _, record in journal.records() if journal is not None else ():
            for segment in read_segments(record):
                length = segment.source_span.end - segment.source_span.start
                if not document.read_ahead(length):
                    raise CommandFailed("The document became shorter while it was read.")
                source = document.take(length)
                writer.write(segment, source)
                self._report.add(segment, source, is_reused=True)
                place = _Place(segment.source_span.end, segment.sentence_index + 1)
        return place

    def _translate(
        self,
        document: Document,
        writer: SegmentWriter,
        journal: Journal | None,
        start: _Place,
        bar: ProgressBar,
    ) -> None:
        settings = self._workplace.settings
        options = replace(settings.options, glossary=self._terms())
        unsafe: list[Segment] = []  # After the last place where a stream can go on.
        answered_bytes = 0
        translated = self._workplace.connection.segments(document.texts(), options)
        with closing(translated) as segments:
            for streamed in segments:
                segment = _moved(streamed.segment, start)
                source = document.take(segment.source_span.end - segment.source_span.start)
                writer.write(segment, source)
                self._report.add(segment, source)
                bar.show(self._report.segment_count, document.answered_bytes())
                if journal is not None:
                    unsafe.append(segment)
                    answered_bytes += len(source.encode())
                    if answered_bytes == streamed.safe_bytes:
                        journal.add([(str(segment.source_span.end), write_segments(unsafe))])
                        unsafe.clear()

    def _terms(self) -> tuple[GlossaryTerm, ...]:
        """The terms to send: all, or those in the document if they are too many."""
        terminology = self._workplace.settings.terminology
        if terminology.fits_one_call:
            return terminology.terms
        if self._job.source == STANDARD_STREAM:
            raise CommandFailed(
                "The glossary has more terms than one call takes, and standard input cannot be "
                "searched for those that occur. Give the text as a file."
            )
        decoder = DocumentDecoder(codec=self._workplace.settings.codec)
        with Document(self._job.source, decoder) as document:
            return terminology.terms_in(document.texts())

    def _writer(self, output: Output) -> SegmentWriter:
        if self._workplace.settings.json_lines:
            return JsonLinesWriter(output, click.format_filename(self._job.source))
        return TextWriter(output, self._decoder)

    def _tell_encoding(self, encoding: Encoding) -> None:
        if encoding.is_plain_utf8:
            return
        written = ""
        if encoding.of_translation != encoding or self._workplace.settings.json_lines:
            written = "; the translation is written in UTF-8"
        self._workplace.terminal.notice(f"{self._report.name}: read as {encoding.label}{written}")


def _moved(segment: Segment, start: _Place) -> Segment:
    """Gives a segment of what was sent its place in the whole document."""
    if not start.offset:
        return segment
    return replace(
        segment,
        source_span=_moved_span(segment.source_span, start.offset),
        sentence_index=segment.sentence_index + start.sentence_index,
        alignment=tuple(
            replace(link, source=_moved_span(link.source, start.offset))
            for link in segment.alignment
        ),
        glossary_applications=tuple(
            replace(applied, source=_moved_span(applied.source, start.offset))
            for applied in segment.glossary_applications
        ),
    )


def _moved_span(span: Span, offset: int) -> Span:
    return Span(span.start + offset, span.end + offset)
