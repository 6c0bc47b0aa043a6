"""`tarjama-server tokens`: who may call."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, get_args

import click

from tarjama_server.auth.tokens_file import (
    MaxPriority,
    TokenRecord,
    TokensFile,
    TokensFileError,
)


@click.group()
def tokens() -> None:
    """Add, list and revoke the tokens that callers must carry.

    A running server notices changes of its file within a second. Tokens are kept as hashes: who
    reads the file cannot call.
    """


def _with_file(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--tokens-file` as `file`, and its errors one line and exit code 1."""

    @click.option(
        "--tokens-file",
        required=True,
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="TARJAMA_SERVER_TOKENS_FILE",
        show_envvar=True,
        help="The file that the server's setting of this name says.",
    )
    @wraps(command)
    def run(*, tokens_file: Path, **arguments: Any) -> None:  # noqa: ANN401
        try:
            command(TokensFile(tokens_file), **arguments)
        except TokensFileError as error:
            raise click.ClickException(str(error)) from error

    return run


@tokens.command()
@click.argument("name")
@click.option(
    "--max-priority",
    type=click.Choice(get_args(MaxPriority)),
    default="interactive",
    show_default=True,
    help="The most urgent that its requests may be; what asks for more is served as this.",
)
@click.option(
    "--valid-days",
    type=click.IntRange(1, 36_500),
    help="Days from now after which it is refused.  [default: never]",
)
@click.option(
    "--max-calls",
    type=click.IntRange(1),
    help="Calls that it may have in progress at once.  [default: no limit of its own]",
)
@click.option(
    "--characters-per-minute",
    type=click.IntRange(1),
    help="Characters that it may have translated. Calls above it are refused, and streams are "
    "read no faster.  [default: no limit]",
)
@_with_file
def add(
    file: TokensFile,
    *,
    name: str,
    max_priority: MaxPriority,
    valid_days: int | None,
    max_calls: int | None,
    characters_per_minute: int | None,
) -> None:
    """Make a token for NAME and print it, this once.

    Callers are logged by NAME: say which service or person it is.
    """
    expires = None
    if valid_days is not None:
        expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=valid_days)
    token = file.add(
        name,
        expires=expires,
        max_priority=max_priority,
        max_calls=max_calls,
        characters_per_minute=characters_per_minute,
    )
    click.echo(token)
    click.echo("Keep it safe: it is stored nowhere else.", err=True)


@tokens.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@_with_file
def list_tokens(file: TokensFile, *, as_json: bool) -> None:
    """List the tokens, the oldest first, without their hashes."""
    now = datetime.now(UTC)
    rows = [_row(record, now) for record in file.read()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    table = [["NAME", "CREATED", "EXPIRES", "MAX PRIORITY", "MAX CALLS", "CHARACTERS/MIN"]]
    for row in rows:
        expires = f"{row['expires'] or 'never'}{' (over)' if row['expired'] else ''}"
        quota = [str(row[key] or "any") for key in ("max_calls", "characters_per_minute")]
        table.append(
            [str(row["name"]), str(row["created"]), expires, str(row["max_priority"]), *quota]
        )
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        click.echo("  ".join(map(str.ljust, line, widths)).rstrip())


def _row(record: TokenRecord, now: datetime) -> dict[str, str | int | None]:
    return {
        "name": record.name,
        "created": record.created.isoformat(),
        "expires": None if record.expires is None else record.expires.isoformat(),
        "expired": record.is_expired(now),
        "max_priority": record.max_priority,
        "max_calls": record.max_calls,
        "characters_per_minute": record.characters_per_minute,
    }


@tokens.command()
@click.argument("name")
@_with_file
def revoke(file: TokensFile, *, name: str) -> None:
    """Have the server refuse the token of NAME from now on."""
    file.revoke(name)
