"""`tarjama-server tune`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from tarjama_server.commands.progress import progress_bar
from tarjama_server.config import BadSettings, Settings, load_settings
from tarjama_server.cores import available_cores
from tarjama_server.engine import Decoding, EngineError, resolve_device
from tarjama_server.model_store import (
    InstalledModel,
    ModelStore,
    ModelStoreError,
    default_user_dir,
)
from tarjama_server.tuning import (
    THROUGHPUT_TOLERANCE,
    Candidates,
    Configuration,
    Findings,
    Plan,
    Result,
    Sample,
    SettingsFile,
    Trial,
    TuningError,
    memory_per_worker,
    read_sample,
    search,
)

_LIMIT_S = 120.0


_ROUND_COUNT = 3
_DURATION_S = 3.0
_QUICK_DURATION_S = 0.3


@click.command()
@click.argument("model", required=False)
@click.option(
    "--text",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Measure on this Arabic text, in UTF-8, instead of a built-in one.",
)
@click.option(
    "--latency",
    is_flag=True,
    help="Choose what translates a lone sentence soonest, not what translates the most.",
)
@click.option(
    "--write",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the settings into this file of `serve --config`; all else in it stays. What it "
    "says of model, device and compute type holds here, too.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 100),
    help="How often to measure each configuration: more often where the machine does other things "
    f"too.  [default: {_ROUND_COUNT}, or 1 with --quick]",
)
@click.option("--quick", is_flag=True, help="Measure little and briefly: a trial run, no more.")
@click.option(
    "--device", type=click.Choice(["cpu", "cuda", "auto"]), help="As of `serve`.  [default: cpu]"
)
@click.option(
    "--models-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="As of `serve`.  [default: the user-data folder of this platform]",
)
def tune(
    *,
    model: str | None,
    text: Path | None,
    latency: bool,
    file: Path | None,
    rounds: int | None,
    quick: bool,
    device: str | None,
    models_dir: Path | None,
) -> None:
    """Measure which settings suit MODEL on this machine: workers, threads and size of batches.

    MODEL is by default the first that `serve` would serve. Every way to divide the cores among
    workers and threads is tried, then sizes of batches from 256 to 4,096 tokens (on a GPU 1, 2 and
    4 workers, and 1,024 to 16,384 tokens), in rounds of at least 3 seconds each. Three rounds take
    three minutes for the bundled model on two cores, longer with more cores or a larger model; a
    configuration of which one round takes over two minutes is given up. Let the machine do nothing
    else meanwhile.

    Each configuration counts by its best round: what else the machine does slows the others. Chosen
    is the smallest that translates at most 3 % less a second than the best; with --latency, of
    those that need at most 5 % longer for a lone sentence. Prints what was measured, and the
    settings as lines for a file of `serve --config`. Memory is the most that the process with the
    model had; that of a GPU is not seen. Other compute types are measured on a GPU and told, not
    chosen: they change translations.
    """
    try:
        settings = _settings(file, {"device": device, "models_dir": models_dir})
    except BadSettings as error:
        raise click.UsageError(str(error)) from error
    try:
        target = None if file is None else SettingsFile(file)
        if target is not None:
            target.check_writable()
        store = ModelStore(settings.models_dir or default_user_dir())
        installed = store.verify(model or settings.models[0])
        sample = read_sample(installed, text)
        plan = _plan(
            installed,
            settings,
            sample,
            round_count=rounds or (1 if quick else _ROUND_COUNT),
            duration_s=_QUICK_DURATION_S if quick else _DURATION_S,
        )
        with progress_bar() as progress:
            findings = search(
                _candidates(plan, is_quick=quick), plan, by_latency=latency, progress=progress
            )
        _report(installed, plan, findings)
        chosen = _as_settings(findings.best.configuration)
        click.echo("\n".join(f"{name} = {value}" for name, value in chosen.items()))
        if target is not None:
            target.update(chosen)
            click.echo(f"Written to {file}.", err=True)
    except (EngineError, ModelStoreError, TuningError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _settings(file: Path | None, flags: dict[str, Any]) -> Settings:
    given = {name: value for name, value in flags.items() if value is not None}
    # Nothing is served here: who could reach the addresses does not matter.
    given["allow_insecure"] = True
    return load_settings(file if file is not None and file.exists() else None, given)


def _plan(
    model: InstalledModel,
    settings: Settings,
    sample: Sample,
    *,
    round_count: int,
    duration_s: float,
) -> Plan:
    defaults = model.manifest.decoding
    return Plan(
        round_count=round_count,
        limit_s=_LIMIT_S,
        trial=Trial(
            model_dir=model.path,
            device=resolve_device(settings.device),
            device_indexes=settings.device_indexes,
            configuration=Configuration(1, 1, settings.max_batch_tokens, settings.compute_type),
            decoding=Decoding(
                beam_size=defaults.beam_size,
                length_penalty=defaults.length_penalty,
                max_target_tokens=model.manifest.limits.max_target_tokens,
            ),
            sample=sample,
            duration_s=duration_s,
        ),
    )


def _candidates(plan: Plan, *, is_quick: bool) -> Candidates:
    if plan.trial.device == "cuda":
        return Candidates.on_gpu(is_quick=is_quick)
    return Candidates.on_cpu(available_cores(), is_quick=is_quick)


def _as_settings(chosen: Configuration) -> dict[str, int]:
    return {
        "workers": chosen.workers,
        "threads_per_worker": chosen.threads_per_worker,
        "max_batch_tokens": chosen.max_batch_tokens,
    }


def _report(model: InstalledModel, plan: Plan, findings: Findings) -> None:
    """Print what was measured, and how far it can be trusted."""
    sample, best = plan.trial.sample, findings.best
    click.echo(
        f"{model.manifest.name} on {plan.trial.device} in {best.readings[0].compute_type}, "
        f"cores: {available_cores()}, {len(sample.sentences)} sentences of "
        f"{sample.mean_tokens:.0f} tokens on average, rounds: {plan.round_count}\n"
    )
    console = Console(highlight=False)
    for results in (findings.divisions, findings.sizes):
        console.print(_table(results))
        console.print()
    if findings.compute_types:
        console.print(_table(findings.compute_types, shows_types=True))
        console.print("Other compute types translate otherwise: compare before you set one.\n")
    if plan.round_count == 1:
        click.echo("One round shows no noise, and proves little: choose by a longer run.")
    else:
        click.echo(
            f"The worst round is {findings.spread:.1%} behind the best of its configuration."
        )
    if findings.spread > THROUGHPUT_TOLERANCE:
        click.echo(
            f"That is more than the {THROUGHPUT_TOLERANCE:.0%} within which settings count as "
            "equal: on a quieter machine, or in more --rounds, the choice may be another."
        )
    per_worker = memory_per_worker(findings.divisions)
    if per_worker is not None:
        click.echo(f"Memory for each further worker: {per_worker / 2**20:.0f} MiB.")
    click.echo()


def _table(results: Sequence[Result], *, shows_types: bool = False) -> Table:
    """Lay out results, a configuration a row."""
    headings = ["WORKERS", "THREADS", "BATCH TOKENS", "TOKENS/S", "SPREAD", "LONE", "MEMORY"]
    if shows_types:
        headings.insert(0, "COMPUTE TYPE")
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        settings = result.configuration
        type_cells = [settings.compute_type] if shows_types else []
        table.add_row(
            *type_cells,
            f"{settings.workers}",
            f"{settings.threads_per_worker}",
            f"{settings.max_batch_tokens:,}",
            *_measured(result),
        )
    return table


def _measured(result: Result) -> tuple[str, ...]:
    if not result.readings:
        return (f"over {_LIMIT_S:.0f} s",)
    return (
        f"{result.tokens_per_s:,.0f}",
        f"{result.spread:.1%}" if len(result.readings) > 1 else "-",
        f"{result.lone_s * 1e3:.1f} ms",
        f"{result.peak_bytes / 2**20:,.0f} MiB",
    )
