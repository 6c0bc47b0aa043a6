"""Options that the bench's commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from tests.quality.service import BUNDLED_MODEL


def target_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give `command` the options that say what to measure."""
    for option in (
        click.option("--server", metavar="ADDRESS", help="A running server; else one is started."),
        click.option(
            "--models-dir",
            type=click.Path(path_type=Path, file_okay=False),
            help="Where fetched models live, for the server that is started.",
        ),
        click.option("--model", default=BUNDLED_MODEL, show_default=True, help="What translates."),
        click.option(
            "--data",
            type=click.Path(path_type=Path, file_okay=False, exists=True),
            help="Folder of NAME.ar and NAME.en.  [default: the sample in the repository]",
        ),
    ):
        command = option(command)
    return command
