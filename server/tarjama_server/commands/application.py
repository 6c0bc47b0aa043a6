"""The `tarjama-server` command: its subcommands."""

from __future__ import annotations

import click

from tarjama_server.commands.bulk import bulk
from tarjama_server.commands.health import health
from tarjama_server.commands.models import models
from tarjama_server.commands.serve import serve
from tarjama_server.commands.tokens import tokens
from tarjama_server.commands.tune import tune


@click.group(commands=[serve, health, bulk, models, tokens, tune])
@click.version_option(package_name="tarjama", prog_name="tarjama-server")
def tarjama_server() -> None:
    """Serve Arabic-to-English translation, or translate corpora; manage models and settings."""
