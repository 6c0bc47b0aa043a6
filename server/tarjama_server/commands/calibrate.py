"""`tarjama-server models calibrate`."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from tarjama_server.app import load_model
from tarjama_server.calibration import (
    CalibrationError,
    LengthBucket,
    Measurement,
    Pair,
    Progress,
    check_writable,
    limits_of_release,
    measure,
    read_pairs,
    save,
)
from tarjama_server.commands.progress import progress_bar
from tarjama_server.commands.store_option import with_store
from tarjama_server.config import BadSettings, Settings, load_settings
from tarjama_server.engine import EngineError
from tarjama_server.guard.degeneration import DEFAULT_RATIO_HIGH, DEFAULT_RATIO_LOW
from tarjama_server.model_store import InstalledModel, Manifest, ModelStore
from tarjama_server.model_store.manifest import SCORE_PERCENTILES, TokenLimits
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
    servers take the result up within seconds.
    """
    try:
        settings = load_settings(None, {})
    except BadSettings as error:
        raise click.UsageError(str(error)) from error
    model = store.find(name)
    check_writable(model)
    release = limits_of_release(store, model.manifest)
    try:
        pairs = read_pairs(pairs_dir)
        with progress_bar(name) as show:
            progress = partial(show, name)
            measurement = asyncio.run(_measure(model, settings, pairs, progress, release))
    except (CalibrationError, EngineError, OSError) as error:
        raise click.ClickException(str(error)) from error
    save(store, model, measurement)
    click.echo(f"{name}: {len(pairs):,} pairs, {len(measurement.after.scores):,} segments")
    for line in [*_table(model.manifest, measurement), "", *_lengths(measurement.length_buckets)]:
        click.echo(line)


async def _measure(
    installed: InstalledModel,
    settings: Settings,
    pairs: Sequence[Pair],
    progress: Progress,
    release: TokenLimits,
) -> Measurement:
    model = await asyncio.to_thread(load_model, installed, settings)
    model.batcher.start()
    try:
        return await measure(model, installed.path, pairs, progress, release=release)
    finally:
        await model.batcher.stop()


def _table(manifest: Manifest, measurement: Measurement) -> list[str]:
    """Lay out what held before and what holds now, in columns."""
    before = manifest.calibration
    after = measurement.calibration
    low, high = (
        (before.length_ratio_low, before.length_ratio_high)
        if before
        else (DEFAULT_RATIO_LOW, DEFAULT_RATIO_HIGH)
    )
    rows = [
        ("", "BEFORE", "AFTER"),
        (
            "source tokens, at most",
            f"{manifest.limits.max_source_tokens}",
            f"{measurement.limits.max_source_tokens}",
        ),
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
    return _aligned(rows)


def _lengths(buckets: Sequence[LengthBucket]) -> list[str]:
    """Lay out what the model made of ever longer sentences, in columns."""
    rows = [("source tokens", "TEXTS", "DEGENERATE", "DROPPED")]
    rows += [
        (
            f"{bucket.first_tokens} to {bucket.last_tokens}",
            f"{bucket.chain_count}",
            f"{bucket.degenerate_share:.1%}",
            f"{bucket.dropped_share:.1%}",
        )
        for bucket in buckets
    ]
    return _aligned(rows)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Align the first column to the left and the others to the right."""
    first, *others = zip(*rows, strict=True)
    columns = [[cell.ljust(max(map(len, first))) for cell in first]]
    columns += [[cell.rjust(max(map(len, column))) for cell in column] for column in others]
    return ["  ".join(cells) for cells in zip(*columns, strict=True)]
