"""`tarjama-server models calibrate`."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from tarjama_server.app import load_model
from tarjama_server.calibration import (
    CalibrationError,
    Measurement,
    Pair,
    Progress,
    check_writable,
    measure,
    read_pairs,
    save,
)
from tarjama_server.commands.store_option import with_store
from tarjama_server.config import BadSettings, Settings, load_settings
from tarjama_server.engine import EngineError
from tarjama_server.guard.degeneration import DEFAULT_RATIO_HIGH, DEFAULT_RATIO_LOW
from tarjama_server.model_store import Calibration, InstalledModel, ModelStore
from tarjama_server.model_store.manifest import SCORE_PERCENTILES
from tarjama_server.pipeline.model import Flag

_FLAGS = (Flag.REPAIRED, Flag.DEGENERATE, Flag.LOW_CONFIDENCE)


@click.command()
@click.argument("name")
@click.option(
    "--pairs",
    "pairs_dir",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of NAME.ar and NAME.en: text and its translation by people, line by line.",
)
@with_store
def calibrate(store: ModelStore, name: str, *, pairs_dir: Path) -> None:
    """Measure the model NAME on clean text, and keep the result in its manifest.

    The pairs should be of the kind of text that the model will translate, and never those that it
    is scored on. Their lengths set the limits outside of which an output is repaired; the model's
    scores set the one below which a segment is marked as doubtful. Prints both, before and after.
    Device, compute type and workers are those that TARJAMA_SERVER_* set for `serve`. Running
    servers take the result up when they next load the model.
    """
    try:
        settings = load_settings(None, {})
    except BadSettings as error:
        raise click.UsageError(str(error)) from error
    model = store.find(name)
    check_writable(model)
    try:
        pairs = read_pairs(pairs_dir)
        with _progress_bar(name) as progress:
            measurement = asyncio.run(_measure(model, settings, pairs, progress))
    except (CalibrationError, EngineError, OSError) as error:
        raise click.ClickException(str(error)) from error
    save(store, model, measurement.calibration)
    click.echo(f"{name}: {len(pairs):,} pairs, {len(measurement.after.scores):,} segments")
    for line in _table(model.manifest.calibration, measurement):
        click.echo(line)


async def _measure(
    installed: InstalledModel, settings: Settings, pairs: Sequence[Pair], progress: Progress
) -> Measurement:
    model = await asyncio.to_thread(load_model, installed, settings)
    model.batcher.start()
    try:
        return await measure(model, installed.path, pairs, progress)
    finally:
        await model.batcher.stop()


def _table(before: Calibration | None, measurement: Measurement) -> list[str]:
    """Lay out what held before and what holds now, in columns."""
    after = measurement.calibration
    low, high = (
        (before.length_ratio_low, before.length_ratio_high)
        if before
        else (DEFAULT_RATIO_LOW, DEFAULT_RATIO_HIGH)
    )
    rows = [
        ("", "BEFORE", "AFTER"),
        ("length ratio, low", f"{low:.2f}", f"{after.length_ratio_low:.2f}"),
        ("length ratio, high", f"{high:.2f}", f"{after.length_ratio_high:.2f}"),
    ]
    for percentile in SCORE_PERCENTILES:
        score = before.score_percentiles.get(percentile) if before else None
        old = "-" if score is None else f"{score:.2f}"
        new = f"{after.score_percentiles[percentile]:.2f}"
        rows.append((f"score, percentile {percentile}", old, new))
    for flag in _FLAGS:
        old, new = (f"{each.share(flag):.1%}" for each in (measurement.before, measurement.after))
        rows.append((f"segments {flag.name}", old, new))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]


@contextmanager
def _progress_bar(name: str) -> Iterator[Progress]:
    """Show how far the measuring is, on stderr if that is a terminal."""
    console = Console(stderr=True)
    with ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(name, total=1.0)
        yield lambda share: bar.update(task, completed=share)
