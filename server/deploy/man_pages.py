"""Write manual pages of `tarjama` and `tarjama-server`: `python server/deploy/man_pages.py FOLDER`.

There is a page for each command and sub-command, of section 1, made from what `--help` shows. Run
it with the Python of an environment that has `tarjama[all]`. With SOURCE_DATE_EPOCH set the pages
have that date, and are the same each time.

Not click-man: it lets roff take lines that begin with a full stop for requests, which drops them.
"""

from __future__ import annotations

import argparse
import inspect
import os
import re
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click

from tarjama.cli.application import tarjama
from tarjama_server.commands.application import tarjama_server

# What click is told to leave as it is begins with this line, and ends with the paragraph.
_AS_IT_IS = "\b"


def escaped(text: str) -> str:
    """Text as roff shows it: hyphens that can be copied, and no requests."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a help text; what click does not fill is not filled here either."""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text).partition("\f")[0]):
        if paragraph.startswith(_AS_IT_IS):
            yield f".nf\n{escaped(paragraph.removeprefix(_AS_IT_IS).strip(chr(10)))}\n.fi"
        elif paragraph.strip():
            yield escaped("\n".join(line.strip() for line in paragraph.strip().splitlines()))


def options(context: click.Context) -> Iterator[str]:
    """An entry for each option that `--help` shows."""
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        term, description = record
        if description:  # Arguments that need none stand in the synopsis.
            yield f".TP\n\\fB{escaped(term)}\\fR\n{escaped(description)}"


def subcommands(context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """The sub-commands that `--help` lists, in its order."""
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield name, command


def page(context: click.Context, *, software: str, date: str) -> str:
    """The page of one command."""
    name = context.command_path.replace(" ", "-")
    first = context.command.get_short_help_str(limit=200).rstrip(".")
    usage = escaped(" ".join(context.command.collect_usage_pieces(context)))
    lines = [
        f'.TH "{escaped(name.upper())}" 1 "{date}" "{escaped(software)}" "User Commands"',
        f".SH NAME\n{escaped(name)} \\- {escaped(first)}",
        f".SH SYNOPSIS\n\\fB{escaped(context.command_path)}\\fR {usage}",
        ".SH DESCRIPTION",
        "\n.PP\n".join(paragraphs(context.command.help or first)),
    ]
    if entries := list(options(context)):
        lines += [".SH OPTIONS", *entries]
    if commands := list(subcommands(context)):
        lines.append(".SH COMMANDS")
        for child, command in commands:
            text = escaped(command.get_short_help_str(limit=200))
            lines.append(f".TP\n\\fB{escaped(f'{name}-{child}')}\\fR(1)\n{text}")
    if context.parent is not None:
        above = escaped(context.parent.command_path.replace(" ", "-"))
        lines.append(f".SH SEE ALSO\n\\fB{above}\\fR(1)")
    return "\n".join(lines) + "\n"


def pages(
    command: click.Command,
    name: str,
    *,
    software: str,
    date: str,
    parent: click.Context | None = None,
) -> Iterator[tuple[str, str]]:
    """The file name and text of each page, a command's before those of its sub-commands."""
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield f"{context.command_path.replace(' ', '-')}.1", page(context, software=software, date=date)
    for child, subcommand in subcommands(context):
        yield from pages(subcommand, child, software=software, date=date, parent=context)


def main() -> None:
    """Write all pages into the folder that the command line names."""
    parser = argparse.ArgumentParser(description="Write the manual pages.")
    parser.add_argument("folder", type=Path, help="where to write them; made if it is not there")
    folder: Path = parser.parse_args().folder
    now_s = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    date = time.strftime("%Y-%m-%d", time.gmtime(now_s))
    software = f"Tarjama {version('tarjama')}"
    folder.mkdir(parents=True, exist_ok=True)
    for command, name in ((tarjama, "tarjama"), (tarjama_server, "tarjama-server")):
        for file_name, text in pages(command, name, software=software, date=date):
            (folder / file_name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
