"""The command `tarjama memory`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from tarjama.cli.configuration import Configuration
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import display_name
from tarjama.cli.output import open_output
from tarjama.cli.terminal import Terminal
from tarjama.formats.wording import counted

if TYPE_CHECKING:
    from tarjama.memory import TranslationMemory

_Command = Callable[..., Any]


def _given(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path:
    configuration = context.find_object(Configuration)
    if path is None and configuration is not None and "memory" in configuration.given:
        return Path(str(configuration.given["memory"].value))
    if path is None:
        raise click.MissingParameter(ctx=context, param=parameter)
    return path


def _memory_option(command: _Command) -> _Command:
    return click.option(
        "--memory",
        "memory_path",
        metavar="FILE",
        envvar="TARJAMA_MEMORY",
        callback=_given,
        type=click.Path(path_type=Path),
        help="The translation memory: a .db or .tmx file. By default, that of tarjama.toml.",
    )(command)


@click.group()
def memory() -> None:
    """Look after translation memories: what people translated or approved.

    A memory is an SQLite database (.db), which several commands may use at once, or a
    TMX file (.tmx), which is added to at its end.
    """


@memory.command("import")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@_memory_option
def import_(*, files: tuple[Path, ...], memory_path: Path) -> int:
    """Add what TMX files hold.

    Of several translations of one text, the latest by the files' own dates counts. A FILE
    that is broken adds nothing and does not stop the others.

    Exit codes: 0 done, 1 a FILE failed, 2 misuse.
    """
    from tarjama.formats.errors import BadFile
    from tarjama.memory.tmx import read_tmx

    terminal = Terminal()
    failed = False
    with _opened(memory_path) as opened:
        for file in files:
            try:
                count = opened.add(read_tmx(file))
            except BadFile as error:
                terminal.failure(f"{display_name(file)}: {error}")
                failed = True
            else:
                terminal.notice(
                    f"{display_name(file)}: {counted(count, 'translation')} new or changed"
                )
    return int(failed)


@memory.command()
@_memory_option
@click.option("-o", "--output", required=True, metavar="OUT", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace an existing file.")
def export(*, memory_path: Path, output: Path, force: bool) -> None:
    """Write all that people translated or approved as TMX 1.4b.

    The model's drafts, which a database keeps so that nothing is translated twice, are
    left out. With -o - it goes to standard output.
    """
    from tarjama.memory.tmx import TmxUnit, write_tmx

    _must_exist(memory_path)
    with _opened(memory_path) as opened, open_output(output, force=force) as target:
        target.begin()
        units = map(TmxUnit, opened.entries())
        write_tmx(cast(BinaryIO, target), units, written_at=datetime.now(UTC))


@memory.command()
@_memory_option
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON.")
def stats(*, memory_path: Path, as_json: bool) -> None:
    """Count what a memory holds.

    Entries are what people translated or approved; drafts are the model's.
    """
    _must_exist(memory_path)
    with _opened(memory_path) as opened:
        entries, drafts = opened.counts()
        words = sum(len(entry.source.split()) for entry in opened.entries())
    if as_json:
        click.echo(json.dumps({"entries": entries, "source_words": words, "drafts": drafts}))
    else:
        click.echo(f"entries: {entries:,} ({words:,} Arabic words)\ndrafts: {drafts:,}")


def _must_exist(path: Path) -> None:
    if not path.is_file():
        raise CommandFailed(f"{display_name(path)}: there is no such file.")


@contextmanager
def _opened(path: Path) -> Iterator["TranslationMemory"]:
    from tarjama.formats.errors import BadFile
    from tarjama.memory import BadMemory, open_memory

    try:
        with open_memory(path) as opened:
            yield opened
    except (BadMemory, BadFile) as error:
        raise CommandFailed(f"{display_name(path)}: {error}") from error
