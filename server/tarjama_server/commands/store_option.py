"""The option by which commands are told where models are."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tarjama_server.model_store import ModelStore, ModelStoreError, default_user_dir


def with_store(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--models-dir` as `store`, and its errors one line and exit code 1."""

    @click.option(
        "--models-dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="TARJAMA_SERVER_MODELS_DIR",
        show_envvar=True,
        help="Folder of your models.  [default: the user-data folder of this platform]",
    )
    @functools.wraps(command)
    def run(*, models_dir: Path | None, **arguments: Any) -> None:  # noqa: ANN401
        try:
            command(ModelStore(models_dir or default_user_dir()), **arguments)
        except ModelStoreError as error:
            raise click.ClickException(str(error)) from error

    return run
