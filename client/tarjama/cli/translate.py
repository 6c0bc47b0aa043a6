"""The command `tarjama translate`."""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import click

from tarjama import LineHandling, TranslationOptions
from tarjama.cli.connection import ConnectionSettings, connected, connection_options
from tarjama.cli.document_kinds import DocumentKinds, FormatRequests
from tarjama.cli.dry_run import count_documents
from tarjama.cli.errors import UnknownFormat
from tarjama.cli.jobs import (
    STANDARD_STREAM,
    Job,
    MisplacedOutput,
    Placement,
    Source,
    display_name,
    plan_jobs,
)
from tarjama.cli.memory_thread import MemoryThread
from tarjama.cli.reporting import Outcome
from tarjama.cli.sections import SectionedCommand
from tarjama.cli.sources import Selection, find_sources
from tarjama.cli.terminal import Terminal
from tarjama.cli.terminology import Terminology, read_phrases
from tarjama.cli.translate_options import (
    TranslateParameters,
    help_sections,
    translate_options,
)
from tarjama.cli.translation_run import TranslationRun
from tarjama.cli.watching import POLL_S, Watch
from tarjama.cli.work import Settings, Workplace

_SERVER_OPTIONS = ("server", "timeout_s", "token_file", "tls", "ca", "cert", "key")


@click.command(cls=SectionedCommand, sections={**help_sections(), "Server": _SERVER_OPTIONS})
@click.argument("files", nargs=-1, metavar="[FILE|FOLDER|PATTERN|-]...")
@translate_options
@connection_options
def translate(
    *, files: tuple[str, ...], parameters: TranslateParameters, connection: ConnectionSettings
) -> int:
    """Translate Arabic documents into English.

    \b
    tarjama translate report.docx           to report.en.docx beside it
    tarjama translate report.docx -o r.docx to a file
    tarjama translate news.txt              text: to standard output
    command | tarjama translate             standard input to output
    tarjama translate docs/ -o english/     all in a folder, to any depth
    tarjama translate 'docs/**/*.html'      all that a pattern matches
    tarjama translate docs/ --dry-run       only count words
    tarjama translate --watch inbox/        what appears, until Ctrl-C

    Reads Word, PowerPoint, Excel, OpenDocument text, EPUB, HTML, Markdown, SRT,
    WebVTT, XLIFF and its dialects, PO, CSV, TSV, JSON, JSON Lines and plain text,
    and writes the same, with its formatting in place.

    A file appears when it is whole. Existing files are kept, unless --force is
    given. A document that fails does not stop the others. One that was
    interrupted goes on where it was when the same command is given again.

    In folders, hidden files are passed over, files of no known format are listed
    and passed over, and so are documents whose translation is there already.

    UTF-8, UTF-16 and Windows-1256 are recognised. The translation of a UTF-8 or
    UTF-16 text keeps its encoding and byte order mark; any other translation, and
    JSON, is in UTF-8. Offsets in JSON count characters, of the text or of the
    unit (paragraph, cell, cue); those into a translation begin at its segment.

    Defaults come from tarjama.toml: see tarjama config.

    Exit codes: 0 done, 1 failed, 2 misuse, 130 ended by Ctrl-C.
    """  # noqa: D301 - click wants the backspace, not its spelling
    _refuse_contradictions(files, parameters)
    terminal = Terminal(quiet=parameters.quiet)
    kinds = _kinds(parameters)
    if parameters.dry_run:
        found = _found(files, parameters, kinds, terminal)
        return count_documents(
            found, kinds, terminal, codec=parameters.codec, as_json=parameters.json_lines
        )
    jobs: list[Job] = []
    if parameters.watch is None:
        jobs = _planned(_found(files, parameters, kinds, terminal), parameters, kinds)
    with ExitStack() as opened:
        settings = _settings(parameters, kinds, opened)
        server = opened.enter_context(connected(connection, model=parameters.model))
        workplace = Workplace(connection=server, settings=settings, terminal=terminal)
        if parameters.watch is not None:
            _watch(parameters.watch, parameters, workplace)
        reports = TranslationRun(workplace).translate_all(jobs)
    return 1 if any(report.outcome is Outcome.FAILED for report in reports) else 0


def _refuse_contradictions(files: Sequence[str], parameters: TranslateParameters) -> None:
    if parameters.alternatives and not (parameters.json_lines or parameters.reviews):
        raise click.UsageError(
            "--alternatives needs --json or a review: a translation has no place for them."
        )
    if parameters.alignment and not parameters.json_lines:
        raise click.UsageError("--alignment needs --json: a translation has no place for it.")
    if parameters.watch is not None and (files or parameters.dry_run):
        raise click.UsageError("--watch takes no FILE and no --dry-run.")
    if parameters.watch is not None and parameters.json_lines and parameters.output is None:
        raise click.UsageError("--watch with --json needs a folder: name it with -o.")
    if parameters.watch is None and not files and sys.stdin is not None and sys.stdin.isatty():
        raise click.UsageError("Give a FILE, or - to type the text here.")


def _kinds(parameters: TranslateParameters) -> DocumentKinds:
    try:
        return DocumentKinds(
            FormatRequests(
                columns=parameters.columns,
                fields=parameters.fields,
                replace_targets=parameters.replace_targets,
            ),
            name=parameters.format_name,
            text_as_units=bool(parameters.reviews or parameters.memory),
        )
    except UnknownFormat as error:
        raise click.BadParameter(str(error), param_hint="--format") from error


def _settings(parameters: TranslateParameters, kinds: DocumentKinds, opened: ExitStack) -> Settings:
    memory = None
    if parameters.memory is not None:
        memory = opened.enter_context(MemoryThread(parameters.memory))
    return Settings(
        options=TranslationOptions(
            model=parameters.model,
            beam_size=parameters.beam_size,
            alternative_count=parameters.alternatives,
            alignment=parameters.alignment,
            do_not_translate=read_phrases(parameters.do_not_translate),
            line_handling=LineHandling.LINES if parameters.lines else LineHandling.PARAGRAPHS,
        ),
        kinds=kinds,
        terminology=Terminology(parameters.glossary),
        codec=parameters.codec,
        json_lines=parameters.json_lines,
        force=parameters.force,
        resume=parameters.resume,
        jobs=parameters.jobs,
        reviews=parameters.reviews,
        memory=memory,
    )


def _found(
    names: Sequence[str],
    parameters: TranslateParameters,
    kinds: DocumentKinds,
    terminal: Terminal,
) -> list[Source]:
    """Finds the documents, and tells of files that are none."""
    output = parameters.output
    selection = Selection(
        include=parameters.include,
        exclude=parameters.exclude,
        left_out=() if output is None or not Path(output).is_dir() else (Path(output),),
    )
    found = find_sources(names or [str(STANDARD_STREAM)], kinds, selection)
    for path in found.unsupported:
        terminal.notice(f"{terminal.name(display_name(path))}: passed over: no known format")
    return found.sources


def _planned(
    sources: Sequence[Source], parameters: TranslateParameters, kinds: DocumentKinds
) -> list[Job]:
    several = len(sources) > 1 or any(source.root is not None for source in sources)
    placement = Placement(
        output=None if parameters.output is None else Path(parameters.output),
        into_folder=_is_folder(parameters.output, several=several),
        json_lines=parameters.json_lines,
        has_units=kinds.has_units,
    )
    try:
        return plan_jobs(sources, placement)
    except MisplacedOutput as error:
        raise click.UsageError(str(error)) from error


def _is_folder(output: str | None, *, several: bool) -> bool:
    """Whether `-o` names a folder: one that exists, or that has yet to be made."""
    if output is None or output == str(STANDARD_STREAM):
        return False
    path = Path(output)
    return path.is_dir() or output.endswith(("/", os.sep)) or (several and not path.exists())


def _watch(folder: Path, parameters: TranslateParameters, workplace: Workplace) -> NoReturn:
    """Translates what appears in a folder, until Ctrl-C or a signal."""
    terminal, kinds = workplace.terminal, workplace.settings.kinds
    silent = Terminal(quiet=True)

    def find() -> list[Source]:
        return _found([str(folder)], parameters, kinds, silent)

    terminal.notice(f"watching {terminal.name(display_name(folder))}; Ctrl-C ends it")
    for sources, appeared in Watch(find, lambda: time.sleep(POLL_S)).batches():
        try:
            planned = _planned(sources, parameters, kinds)
        except click.UsageError as error:
            terminal.failure(error.message)
            continue
        jobs = [job for job in planned if job.source in appeared]
        if jobs:
            TranslationRun(workplace).translate_all(jobs)
    raise AssertionError("a watch has no end")
