"""`tarjama-server bulk`."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from tarjama_server.app import load_model
from tarjama_server.bulk import BulkError, BulkRequest, Execute, Format, InputFault, Job, run_bulk
from tarjama_server.bulk.formats import find_files
from tarjama_server.bulk.glossary_file import read_glossary, verbatim_terms
from tarjama_server.bulk.job import MAX_ROW_CHARACTERS, SHARD_ROWS, TEXT_COLUMN
from tarjama_server.bulk.ray_data import Cluster, RayExecutor
from tarjama_server.commands.bulk_progress import report_lines, show_progress
from tarjama_server.config import BadSettings, Settings, load_settings
from tarjama_server.cores import available_cores
from tarjama_server.model_store import ModelStore, ModelStoreError, default_user_dir
from tarjama_server.segmenter.layout import LineHandling

_EXTRA = ("ray", "pyarrow")


@click.command()
@click.argument("source", metavar="IN")
@click.argument("out", metavar="OUT", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    type=click.Choice([each.value for each in Format]),
    help="Of the input.  [default: by the files' names, .gz, .bz2 or .xz left out]",
)
@click.option(
    "--output-format",
    type=click.Choice([each.value for each in Format]),
    help="Of OUT.  [default: as the input]",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    help=f"Column to translate; may be repeated.  [default: {TEXT_COLUMN}]",
)
@click.option(
    "--output-column",
    "output_columns",
    multiple=True,
    help="Column for the translation, one for each --column.  [default: its name and _en]",
)
@click.option("--id-column", default="", help="Column that names a row in the list of bad ones.")
@click.option("--scores", is_flag=True, help="Add a column with the lowest score of each text.")
@click.option("--flags", is_flag=True, help="Add a column with what happened to each text.")
@click.option("--beam-size", type=click.IntRange(1, 8), help="[default: the model's]")
@click.option(
    "--line-handling",
    type=click.Choice([each.name.lower() for each in LineHandling]),
    default=LineHandling.PARAGRAPHS.name.lower(),
    show_default=True,
    help="What line ends inside a text mean, as in the contract.",
)
@click.option("--tagged", is_flag=True, help="Texts have tags and placeholders in them.")
@click.option(
    "--glossary",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A term and its translation in each line, a tab between them.",
)
@click.option("--do-not-translate", multiple=True, help="Phrase to leave alone; may be repeated.")
@click.option(
    "--max-row-characters",
    type=click.IntRange(1),
    default=MAX_ROW_CHARACTERS,
    show_default=True,
    help="Longer texts are bad.",
)
@click.option(
    "--shard-rows",
    type=click.IntRange(1),
    default=SHARD_ROWS,
    show_default=True,
    help="Rows of a shard, at most.",
)
@click.option("--strict", is_flag=True, help="Exit with 1, all done, if there was a bad row.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--ray-address", help="A Ray cluster, such as auto.  [default: processes on this machine]"
)
@click.option("--model", help="[default: as of `serve`]")
@click.option(
    "--models-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="As of `serve`; the same on all machines.",
)
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="With a model each.  [default: as many as cores or GPUs suffice for]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Batches at once in each process.  [default: the machine's cores, over 4 of them evenly "
    "in several processes; 1 on a GPU]",
)
@click.option("--threads-per-worker", type=click.IntRange(1, 256), help="[default: 1]")
@click.option(
    "--num-gpus",
    type=click.FloatRange(0, 8),
    default=0.0,
    help="GPUs of each process; may be a fraction.  [default: none]",
)
@click.option("--compute-type", help="As of `serve`.")
@click.option("--max-batch-tokens", type=click.IntRange(64, 65536), help="As of `serve`.")
def bulk(source: str, out: Path, **options: Any) -> None:  # noqa: ANN401
    """Translate the corpus IN into the folder OUT, on all cores or on a Ray cluster.

    IN is a file, a folder or a glob in quotes, of text (a line is a row), JSON Lines or Parquet,
    text and JSON Lines also packed. OUT gets as many rows in the same order, in parts of at most
    --shard-rows; all other columns stay. A translation is what the service gives for that text.

    A run that was ended, even by kill -9 or a power cut, goes on where it was when it is started
    again with the same input and options: finished shards are not done again. If the input, the
    model or an option has changed it says so and does nothing.

    A row that has no text in a column stays without translation. One whose text is no string, is
    too long or cannot be read is bad: its columns are left empty, its place and the reason are
    listed in OUT/_bad, and the report counts it. Bad rows give exit code 0, or 1 with --strict.

    Prints a report, which is in OUT/_tarjama/report.json too; how far it is goes to stderr. Exit
    codes: 0 when all is done, 1 when something failed (start it again to go on), 2 for misuse.
    """
    try:
        request = _request(source, out, options)
    except (BadSettings, InputFault) as error:
        raise click.UsageError(str(error)) from error
    except ModelStoreError as error:
        raise click.ClickException(str(error)) from error
    _check_installed()
    cluster = Cluster(
        options["ray_address"], options["processes"], options["workers"], available_cores()
    )
    _run(request, RayExecutor(cluster), as_json=options["as_json"], is_strict=options["strict"])


def _run(request: BulkRequest, execute: Execute, *, as_json: bool, is_strict: bool) -> None:
    try:
        with show_progress() as watcher:
            report = run_bulk(request, execute, watcher)
    except (BulkError, OSError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2))
    else:
        click.echo("\n".join(report_lines(report, request.out)))
    if is_strict and report.counts.bad_rows:
        raise click.ClickException(f"{report.counts.bad_row_count:,} rows are bad (--strict)")


def _check_installed() -> None:
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise click.ClickException(f"bulk needs {missing[0]}: pip install 'tarjama[server,ray]'")


def _request(source: str, out: Path, options: dict[str, Any]) -> BulkRequest:
    settings = _settings(options)
    format = options["format"]
    found = find_files(source, Format(format) if format else None)
    job = _job(found.format, options)
    store = ModelStore(settings.models_dir or default_user_dir())
    return BulkRequest(
        found,
        out,
        job,
        store.verify(settings.models[0]),
        settings,
        load_model,
        options["num_gpus"],
    )


def _settings(options: dict[str, Any]) -> Settings:
    names = ("models_dir", "threads_per_worker", "compute_type", "max_batch_tokens")
    given = {name: options[name] for name in names if options[name] is not None}
    if options["model"] is not None:
        given["models"] = (options["model"],)
    return load_settings(
        None,
        {
            **given,
            # On a GPU, that which Ray shows the process.
            "device": "cuda" if options["num_gpus"] else "cpu",
            "device_indexes": (0,),
            # Nothing is served here: who could reach the addresses does not matter.
            "allow_insecure": True,
        },
    )


def _job(input_format: Format, options: dict[str, Any]) -> Job:
    output_format = Format(options["output_format"] or input_format)
    columns = options["columns"] or (TEXT_COLUMN,)
    job = Job(
        input_format=input_format,
        output_format=output_format,
        columns=columns,
        output_columns=options["output_columns"] or tuple(f"{column}_en" for column in columns),
        id_column=options["id_column"],
        has_scores=options["scores"],
        has_flags=options["flags"],
        beam_size=options["beam_size"],
        line_handling=LineHandling[options["line_handling"].upper()],
        is_tagged=options["tagged"],
        terms=(
            *verbatim_terms(options["do_not_translate"]),
            *(read_glossary(options["glossary"]) if options["glossary"] else ()),
        ),
        max_row_characters=options["max_row_characters"],
        shard_rows=options["shard_rows"],
    )
    _check_job(job)
    return job


def _check_job(job: Job) -> None:
    """Refuse options that contradict each other."""
    if job.input_format is Format.TEXT and (job.columns != (TEXT_COLUMN,) or job.id_column):
        raise click.UsageError("text has no columns: leave out --column and --id-column")
    if job.output_format is not job.input_format and job.input_format is not Format.TEXT:
        raise click.UsageError(
            f"{job.input_format} is written as {job.input_format} alone: leave out --output-format"
        )
    if job.output_format is Format.TEXT and (job.has_scores or job.has_flags):
        raise click.UsageError(
            "text has no columns for --scores and --flags: pass --output-format jsonl or parquet"
        )
    if len(job.columns) != len(job.output_columns):
        raise click.UsageError(
            f"--column is given {len(job.columns)} times and --output-column "
            f"{len(job.output_columns)} times: name one for each"
        )
    names = [*job.columns, *job.added_columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise click.UsageError(f"two columns would be called {twice!r}: pass --output-column")
