"""`tarjama-server serve`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import click
from pydantic.fields import FieldInfo

from tarjama_server.app import Server, StartupError, Supervisor
from tarjama_server.config import (
    ENVIRONMENT_PREFIX,
    BadSettings,
    Settings,
    load_settings,
)
from tarjama_server.cores import available_cores
from tarjama_server.engine import EngineError, resolve_device
from tarjama_server.heaps import bound_heaps
from tarjama_server.model_store.errors import ModelStoreError
from tarjama_server.observability import configure_logging, logger
from tarjama_server.observability.instruments import CannotObserve

# Where systemd, and what speaks as it does, says that it wants to be told when the server is ready.
_SUPERVISOR_VARIABLE = "NOTIFY_SOCKET"


def _settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` a flag for each setting, named and described as the setting is."""
    for name, field in reversed(Settings.model_fields.items()):
        if name == "token":
            continue  # A secret on a command line is in every process list.
        command = click.option(
            "--" + name.replace("_", "-"),
            name,
            multiple=isinstance(field.default, tuple),
            is_flag=field.annotation is bool,
            default=None,
            metavar=None if field.annotation is bool else "VALUE",
            help=f"{field.description}{_default(field)}",
        )(command)
    return command


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return ""
    return f"  [default: {', '.join(map(str, value)) if isinstance(value, tuple) else value}]"


@click.command()
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    envvar=ENVIRONMENT_PREFIX + "CONFIG",
    help="A TOML file with settings.",
)
@click.option("--exit-on-stdin-eof", is_flag=True, help="Also stop when standard input closes.")
@_settings_options
def serve(config_file: Path | None, exit_on_stdin_eof: bool, **flags: object) -> None:
    """Serve translations over gRPC until SIGTERM or Ctrl-C.

    Prints `ready ADDRESS` for each address once calls are answered, and tells systemd, if that
    started it with Type=notify. Every option can also be given in the environment, as
    TARJAMA_SERVER_ and its name in capitals, or in the file that --config names; options come
    before the environment and that before the file. Options that may be repeated take a list with
    commas in the environment.

    A model that is installed anew, calibrated or otherwise changed in its folder is taken up within
    seconds, or at once at SIGHUP: it is verified, loaded beside the old one, which takes memory for
    both, and put in its place when it is warm. No call fails; those in progress end with the model
    they began with. If it is broken the old one serves on, and the log says why. Tokens and
    certificates are read again when they change. Settings are read at the start alone: none of
    them, nor the list of models, is read again.

    Exit codes: 0 after a drain, 1 when the server cannot start, 2 for misuse, and 70 when it hung
    and ended itself (--watchdog-factor), upon which it should be started again.
    """
    given = {name: value for name, value in flags.items() if value is not None and value != ()}
    try:
        settings = load_settings(config_file, given)
    except BadSettings as error:
        raise click.UsageError(str(error)) from error
    configure_logging(settings.log_format, settings.log_level)
    bound_heaps(settings.workers)
    _warn_of_too_many_threads(settings)
    try:
        asyncio.run(_serve(settings, exit_on_stdin_eof))
    except (StartupError, CannotObserve, ModelStoreError, EngineError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _warn_of_too_many_threads(settings: Settings) -> None:
    """Say in the log that more threads are to compute than there are cores for."""
    threads = settings.workers * settings.threads_per_worker
    cores = available_cores()
    if threads > cores and resolve_device(settings.device) == "cpu":
        logger().warning(
            "more threads than cores: they wait for each other",
            workers=settings.workers,
            threads_per_worker=settings.threads_per_worker,
            cores=cores,
        )


async def _serve(settings: Settings, exit_on_stdin_eof: bool) -> None:
    supervisor = Supervisor(os.environ.get(_SUPERVISOR_VARIABLE))
    await Server(settings, supervisor=supervisor).run(
        announce=lambda address: click.echo(f"ready {address}"),
        exit_on_stdin_eof=exit_on_stdin_eof,
    )
