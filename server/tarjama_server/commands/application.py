"""The `tarjama-server` command: its subcommands."""

from __future__ import annotations

from importlib import import_module

import click

# Each in a module of its name.
_NAMES = ("serve", "health", "bulk", "models", "tokens", "tune")


class _Subcommands(click.Group):
    """Imports a subcommand when it is asked for.

    Probes call `health` every few seconds, and all of them together take a second to import.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _NAMES:
            return None
        module = import_module(f"tarjama_server.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_Subcommands)
@click.version_option(package_name="tarjama", prog_name="tarjama-server")
def tarjama_server() -> None:
    """Serve Arabic-to-English translation, or translate corpora; manage models and settings."""
