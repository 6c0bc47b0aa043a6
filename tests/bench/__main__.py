"""`python -m tests.bench`: measure the speed of the server beside the engine alone and others."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import click

from tarjama_server.config import BadSettings, load_settings
from tests.bench.bench import Request, measure
from tests.bench.findings import Findings
from tests.bench.load import LoadError
from tests.bench.plan import FULL, QUICK
from tests.bench.report import to_json, to_markdown
from tests.bench.sentences import SentencesError

_QUICK_SENTENCES = 120


@click.command()
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of flores200_dev.ar and flores200_devtest.ar.  [default: the sample in the "
    "repository]",
)
@click.option(
    "--peers",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Python of an environment made by tests/bench/peers/install.py.  [default: none measured]",
)
@click.option(
    "--release",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Zip that the bundled model was made from: its float weights are for transformers.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write report.md, report.json and plots to.",
)
@click.option("--plots/--no-plots", default=True, help="Whether --out gets plots.")
@click.option(
    "--quick", is_flag=True, help="Few sentences of the sample, once: to see that it runs."
)
@click.option("--limit", type=click.IntRange(1), help="Sentences to take, spread evenly.")
@click.option("--rounds", type=click.IntRange(1), help="Times that every load is measured.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Settings of the server, such as `tarjama-server tune` writes.",
)
@click.option("--workers", type=click.IntRange(1), help="Batches in flight.  [default: the cores]")
@click.option("--threads-per-worker", type=click.IntRange(1), help="Threads inside a batch.")
@click.option(
    "--core-hour-usd",
    type=click.FloatRange(0, min_open=True),
    default=0.04,
    show_default=True,
    help="Price of a core for an hour: an assumption, about that of cloud machines on demand.",
)
def main(
    *,
    data: Path | None,
    peers: Path | None,
    release: Path | None,
    out: Path | None,
    plots: bool,
    quick: bool,
    limit: int | None,
    rounds: int | None,
    config: Path | None,
    workers: int | None,
    threads_per_worker: int | None,
    core_hour_usd: float,
) -> None:
    """Measure speed: the engine alone, the server, and other systems, side by side in one run.

    Prints Markdown. Figures mean something only on a machine that does nothing else.
    """
    if quick and data:
        raise click.UsageError("--quick measures the sample in the repository; leave --data out.")
    if release and not peers:
        raise click.UsageError("--release is for transformers, which --peers brings.")
    if out and plots and importlib.util.find_spec("matplotlib") is None:
        raise click.UsageError("plots need matplotlib: install the group `bench`, or --no-plots.")
    plan = QUICK if quick else FULL
    flags = {"workers": workers, "threads_per_worker": threads_per_worker}
    try:
        settings = load_settings(
            config, {name: value for name, value in flags.items() if value is not None}
        )
        request = Request(
            data=data,
            limit=limit or (_QUICK_SENTENCES if quick else None),
            plan=replace(plan, round_count=rounds or plan.round_count),
            config=config,
            workers=settings.workers,
            threads_per_worker=settings.threads_per_worker,
            core_hour_usd=core_hour_usd,
            peers=peers,
            release=release,
        )
        findings = measure(request, lambda message: click.echo(message, err=True))
    except (BadSettings, SentencesError, LoadError) as error:
        raise click.ClickException(str(error)) from error
    if out:
        _write(findings, out, plots=plots)
    click.echo(to_markdown(findings), nl=False)


def _write(findings: Findings, folder: Path, *, plots: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(to_markdown(findings), encoding="utf-8")
    (folder / "report.json").write_text(to_json(findings), encoding="utf-8")
    if plots:
        # matplotlib is installed with the group `bench` alone.
        from tests.bench.plots import write_plots

        write_plots(findings, folder)


if __name__ == "__main__":
    main()
