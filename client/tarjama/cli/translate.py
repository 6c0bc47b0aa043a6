"""The command `tarjama translate`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tarjama import LineHandling, TranslationOptions
from tarjama.cli.connection import ConnectionSettings, connected, connection_options
from tarjama.cli.encoding import resolve_name
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import STANDARD_STREAM, Job, MisplacedOutput, plan_jobs
from tarjama.cli.terminal import Terminal
from tarjama.cli.translation_run import Settings, TranslationRun


def _resolved_encoding(
    context: click.Context, parameter: click.Parameter, name: str | None
) -> str | None:
    if name is None:
        return None
    try:
        return resolve_name(name)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE...|-]")
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="File to write to; for several FILEs, a folder, made if need be.",
)
@click.option("--force", is_flag=True, help="Replace existing files. Never replaces a FILE.")
@click.option(
    "--json",
    "json_lines",
    is_flag=True,
    help="Write one line of JSON per segment: source, place, translation, score, flags.",
)
@click.option("--model", default="", metavar="NAME", help="See tarjama models.")
@click.option(
    "--beam-size",
    metavar="N",
    type=click.IntRange(min=1),
    help="1 is fastest, more may be better. By default, the model's own.",
)
@click.option(
    "--alternatives",
    metavar="N",
    type=click.IntRange(min=0),
    default=0,
    help="Give up to N further translations of each segment. Needs --json.",
)
@click.option(
    "--alignment",
    is_flag=True,
    help="Tell which words of the translation render which of the source. Needs --json.",
)
@click.option("--lines", is_flag=True, help="Take every line end for a sentence end.")
@click.option(
    "--encoding",
    "codec",
    metavar="NAME",
    callback=_resolved_encoding,
    help="Encoding of the FILEs, instead of recognising it.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but failures; no progress bar.")
@connection_options
def translate(
    *,
    files: tuple[str, ...],
    output: str | None,
    force: bool,
    json_lines: bool,
    model: str,
    beam_size: int | None,
    alternatives: int,
    alignment: bool,
    lines: bool,
    codec: str | None,
    quiet: bool,
    connection: ConnectionSettings,
) -> int:
    """Translate Arabic text documents into English.

    \b
    tarjama translate news.ar.txt              to standard output
    tarjama translate news.ar.txt -o news.txt  to a file
    tarjama translate *.ar.txt                 each to NAME.en.txt beside it
    tarjama translate *.ar.txt -o english/     each to NAME.en.txt in a folder
    command | tarjama translate                standard input to output

    Standard output gets each segment as soon as it is done; with --json, also those of
    several FILEs. A file appears when it is whole. Existing files are kept, unless
    --force is given. A FILE that fails does not stop the others.

    UTF-8, UTF-16 and Windows-1256 are recognised. The translation of a UTF-8 or
    UTF-16 document keeps its encoding and byte order mark; any other translation, and JSON, is
    in UTF-8. Line ends stay as they are. Offsets in JSON count characters, a
    byte order mark not included; those into a translation begin at its segment.

    Exit codes: 0 done, 1 failed, 2 misuse, 130 ended by Ctrl-C.
    """  # noqa: D301 - click wants the backspace, not its spelling
    if alternatives and not json_lines:
        raise click.UsageError("--alternatives needs --json: plain text has no place for them.")
    if alignment and not json_lines:
        raise click.UsageError("--alignment needs --json: plain text has no place for it.")
    jobs = _planned(files, output, json_lines)
    options = TranslationOptions(
        model=model,
        beam_size=beam_size,
        alternative_count=alternatives,
        alignment=alignment,
        line_handling=LineHandling.LINES if lines else LineHandling.PARAGRAPHS,
    )
    settings = Settings(options=options, codec=codec, json_lines=json_lines, force=force)
    with connected(connection, model=model) as connected_server:
        return TranslationRun(connected_server, settings, Terminal(quiet=quiet)).translate_all(jobs)


def _planned(files: Sequence[str], output: str | None, json_lines: bool) -> list[Job]:
    if not files and sys.stdin is not None and sys.stdin.isatty():
        raise click.UsageError("Give a FILE, or - to type the text here.")
    sources = [Path(file) for file in files] or [STANDARD_STREAM]
    target = None if output is None else Path(output)
    into_folder = _is_folder(output, several=len(sources) > 1)
    try:
        jobs = plan_jobs(sources, target, into_folder=into_folder, json_lines=json_lines)
        if target is not None and into_folder:
            target.mkdir(parents=True, exist_ok=True)
    except MisplacedOutput as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise CommandFailed(f"The folder {output} cannot be made: {error.strerror}.") from error
    return jobs


def _is_folder(output: str | None, *, several: bool) -> bool:
    """Whether `-o` names a folder: one that exists, or that has yet to be made."""
    if output is None or output == str(STANDARD_STREAM):
        return False
    path = Path(output)
    return path.is_dir() or output.endswith(("/", os.sep)) or (several and not path.exists())
