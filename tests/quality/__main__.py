"""`python -m tests.quality`: measure the quality of the service's translations."""

from __future__ import annotations

from pathlib import Path

import click

from tarjama import TarjamaError
from tests.quality.bench import measure
from tests.quality.command import target_options
from tests.quality.corpora import SAMPLE_DATA, CorpusError, load_corpora
from tests.quality.page import to_html
from tests.quality.report import to_json, to_markdown
from tests.quality.service import ServerEnded, Target, open_service


@click.command()
@target_options
@click.option(
    "--limit",
    type=click.IntRange(1),
    help="Lines to take of each corpus, spread evenly.  [default: all]",
)
@click.option("--quick", is_flag=True, help="Only the sample in the repository: under a minute.")
@click.option("--report-devtest", is_flag=True, help="Make run-on text of FLORES devtest as well.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write report.md, report.json and report.html to.",
)
def main(
    *,
    data: Path | None,
    limit: int | None,
    model: str,
    models_dir: Path | None,
    server: str | None,
    quick: bool,
    report_devtest: bool,
    out: Path | None,
) -> None:
    """Measure the quality of translations through the whole service.

    Prints Markdown. Settings of the service are chosen on FLORES dev; devtest is only reported.
    """
    if quick and data:
        raise click.UsageError("--quick measures the sample in the repository; leave --data out.")
    target = Target(model, models_dir, server)
    try:
        corpora = load_corpora(data or SAMPLE_DATA, limit=limit)
        with open_service(target) as service:
            measured = measure(service, target, corpora, report_devtest=report_devtest)
    except (CorpusError, ServerEnded, TarjamaError) as error:
        raise click.ClickException(str(error)) from error
    markdown = to_markdown(measured.findings)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "report.md").write_text(markdown, encoding="utf-8")
        (out / "report.json").write_text(to_json(measured.findings), encoding="utf-8")
        (out / "report.html").write_text(to_html(measured), encoding="utf-8")
    click.echo(markdown, nl=False)


if __name__ == "__main__":
    main()
