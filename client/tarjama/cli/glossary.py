"""The command `tarjama glossary`."""

import json
from pathlib import Path

import click

from tarjama.cli.errors import CommandFailed


@click.group()
def glossary() -> None:
    """Look after glossaries: CSV, TSV or TBX files of Arabic terms and their English."""


@glossary.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write one line of JSON per problem.")
def check(file: Path, as_json: bool) -> int:
    """Report what is wrong with a glossary.

    Conflicts (one Arabic term, several English ones), duplicates, empty sides,
    terms that are too long, and terms that are not Arabic. Spellings that differ only in
    vowel marks, hamza, final ya or ta marbuta count as one.

    Exit codes: 0 nothing is wrong, 1 something is, 2 misuse.
    """
    # Not at the top: lxml takes longer to load than most commands run.
    from tarjama.formats.errors import BadFile
    from tarjama.glossary import find_problems, read_glossary

    try:
        entries = read_glossary(file)
    except BadFile as error:
        raise CommandFailed(f"{click.format_filename(file)}: {error}") from error
    problems = find_problems(entries)
    for problem in problems:
        if as_json:
            fields = {
                "kind": problem.kind,
                "places": [entry.place for entry in problem.entries],
                "source": problem.entries[0].source,
                "targets": [entry.target for entry in problem.entries],
                "message": problem.message,
            }
            click.echo(json.dumps(fields, ensure_ascii=False))
        else:
            click.echo(f"{problem.kind}: {problem.message}")
    usable = len(entries.terms())
    click.echo(f"usable terms: {usable:,}; problems: {len(problems):,}", err=True)
    return 1 if problems else 0
