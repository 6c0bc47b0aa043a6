"""The commands that ask a server about itself: `tarjama models` and `tarjama health`."""

import dataclasses
import json
import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from tarjama import Health, Model
from tarjama.cli.connection import ConnectionSettings, connected, connection_options

# Where standard output is no terminal, no cell is cut or wrapped.
_UNLIMITED_WIDTH = 1000

# Neither question makes the server compute anything. Without --timeout, wait no longer.
_ANSWER_TIMEOUT_S = 10.0


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Write one JSON object with all facts a line."
)
@connection_options
def models(*, as_json: bool, connection: ConnectionSettings) -> int:
    """List the models that the server translates with.

    The default one comes first.
    """
    timeout_s = _timeout_s(connection)
    with connected(connection) as connected_server:
        listed = connected_server.ask(lambda client: client.models(timeout_s=timeout_s))
    if as_json:
        for model in listed:
            click.echo(json.dumps(dataclasses.asdict(model), ensure_ascii=False))
    else:
        _print_table(listed)
    return 0


@click.command()
@connection_options
def health(*, connection: ConnectionSettings) -> int:
    """Ask the server whether it serves.

    Prints SERVING and exits with 0, or prints NOT_SERVING or UNKNOWN and exits with 1.
    A server that cannot be reached is an error, with 1 too.
    """
    timeout_s = _timeout_s(connection)
    with connected(connection) as connected_server:
        answer = connected_server.ask(lambda client: client.health(timeout_s=timeout_s))
    click.echo(answer.name)
    return 0 if answer is Health.SERVING else 1


def _timeout_s(connection: ConnectionSettings) -> float:
    return _ANSWER_TIMEOUT_S if connection.timeout_s is None else connection.timeout_s


def _print_table(listed: Sequence[Model]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("NAME", "VERSION", "LANGUAGES", "BEAM", "ALIGNMENT", "LICENSE"):
        table.add_column(heading, no_wrap=heading == "NAME")
    for model in listed:
        languages = f"{','.join(model.source_languages)}-{','.join(model.target_languages)}"
        name = f"{model.name} (default)" if model.is_default else model.name
        beam_size = str(model.decoding_defaults.beam_size)
        table.add_row(name, model.version, languages, beam_size, model.alignment, model.license)
    width = None if sys.stdout.isatty() else _UNLIMITED_WIDTH
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    console.print(table)
