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
        from tarjama_server.commands.application import tarjama_server
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == "tarjama_server":
            raise
        print(f"tarjama-server needs {error.name}: pip install 'tarjama[server]'", file=sys.stderr)
        sys.exit(1)

    tarjama_server(prog_name="tarjama-server")


if __name__ == "__main__":
    main()
