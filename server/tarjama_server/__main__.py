"""The `tarjama-server` command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; say what to install when the server's needs are absent."""
    # grpc's core reads it when it is imported. Its lines on stderr are not in the format that the
    # log has, and say again what ours do.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        import click

        from tarjama_server.commands.models import models
        from tarjama_server.commands.serve import serve
        from tarjama_server.commands.tokens import tokens
        from tarjama_server.commands.tune import tune
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "tarjama_server":
            raise
        print(f"tarjama-server needs {error.name}: pip install 'tarjama[server]'", file=sys.stderr)
        sys.exit(1)

    @click.group()
    @click.version_option(package_name="tarjama")
    def cli() -> None:
        """Serve Arabic-to-English translation, and manage its models, tokens and settings."""

    cli.add_command(serve)
    cli.add_command(models)
    cli.add_command(tokens)
    cli.add_command(tune)
    cli(prog_name="tarjama-server")


if __name__ == "__main__":
    main()
