"""The command `tarjama config`."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from tarjama.cli.configuration import (
    FILE_NAME,
    SETTINGS,
    Configuration,
    settings_files,
    user_settings_folder,
    working_folder,
)

# Where standard output is no terminal, no cell is cut or wrapped.
_UNLIMITED_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class _Fact:
    """A setting in force: its value and what says so."""

    key: str
    value: object
    origin: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object per setting.")
@click.pass_obj
def config(configuration: Configuration, /, *, as_json: bool) -> int:
    """Show the settings in force, and what each comes from.

    An option on the command line comes first, then the environment, then the
    project's tarjama.toml (in this folder or the nearest above it), then the
    user's, then the default. Paths in a file are relative to it.

    \b
    server = "translate.example:50051"
    ca = "ca.pem"
    glossary = "terms.csv"
    memory = "memory.db"
    do_not_translate = ["Tarjama", "names.txt"]
    [translate]
    jobs = 8
    exclude = ["drafts"]
    """  # noqa: D301 - click wants the backspace, not its spelling
    facts = list(_facts(configuration, os.environ))
    if as_json:
        for fact in facts:
            fields = {"key": fact.key, "value": fact.value, "origin": fact.origin}
            click.echo(json.dumps(fields, ensure_ascii=False))
        return 0
    _print(facts)
    files = settings_files(working_folder(), user_settings_folder())
    if not files:
        click.echo(f"No {FILE_NAME} here or above, nor in {user_settings_folder()}.", err=True)
    return 0


def _facts(configuration: Configuration, environment: Mapping[str, str]) -> Iterator[_Fact]:
    for setting in SETTINGS:
        if setting.variable is not None and environment.get(setting.variable):
            value = environment[setting.variable]
            yield _Fact(setting.key, value, f"environment: {setting.variable}")
        elif setting.key in configuration.given:
            given = configuration.given[setting.key]
            yield _Fact(setting.key, given.value, str(given.file))
        else:
            yield _Fact(setting.key, setting.default or None, "default")
    if environment.get("TARJAMA_TOKEN"):
        yield _Fact("token", "(set, not shown)", "environment: TARJAMA_TOKEN")


def _print(facts: list[_Fact]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SETTING", "VALUE", "FROM"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "SETTING")
    for fact in facts:
        table.add_row(fact.key, _shown(fact.value), fact.origin)
    width = None if sys.stdout.isatty() else _UNLIMITED_WIDTH
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    console.print(table)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
