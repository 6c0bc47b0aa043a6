"""`tarjama-server models`: the models on this machine."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as ProgressBar

from tarjama_server.commands.calibrate import calibrate
from tarjama_server.commands.store_option import with_store
from tarjama_server.model_store import ModelStore
from tarjama_server.model_store.convert import QUANTIZATIONS, Quantization
from tarjama_server.model_store.errors import ManifestInvalid, ModelDamaged
from tarjama_server.model_store.fetch import Downloader, Progress
from tarjama_server.model_store.install import convert_model, fetch_model
from tarjama_server.model_store.manifest import AlignmentSupport
from tarjama_server.model_store.registry import KnownModel


class _Sha256(click.ParamType[str]):
    """A SHA-256 in hexadecimal, in small or capital letters."""

    name = "hex"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
            self.fail("a SHA-256 has 64 hexadecimal digits", param, ctx)
        return value.lower()


@click.group()
def models() -> None:
    """List, fetch, convert, verify, calibrate and remove models."""


models.add_command(calibrate)


_quantization = click.option(
    "--quantization",
    type=click.Choice(QUANTIZATIONS),
    default="int8",
    show_default=True,
    help="Type of the weights; int8 suits a CPU.",
)


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@with_store
def list_models(store: ModelStore, *, as_json: bool) -> None:
    """List the installed models and those that can be fetched."""
    rows = [_row(store, name, known) for name, known in store.known().items()]
    rows += [_row(store, name, None) for name in store.names() if name not in store.known()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = [["NAME", "STATE", "LICENCE", "ALIGNMENT", "BLEU / CHRF2", "RELEASE"]]
    for row in rows:
        scores = [
            f"{score['bleu']} / {score['chrf']} {score['test_set']}" for score in row["scores"][:1]
        ]
        cells = ["name", "state", "license", "alignment", None, "version"]
        table.append([row[cell] or "-" if cell else "".join(scores) or "-" for cell in cells])
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        click.echo("  ".join(map(str.ljust, line, widths)).rstrip())


def _row(store: ModelStore, name: str, known: KnownModel | None) -> dict[str, Any]:
    """Describe one model: as its manifest says if it is installed, else as the registry says."""
    row: dict[str, Any] = {
        "name": name,
        "state": "available",
        "version": known and known.version,
        "license": known and known.license,
        "source_languages": known and known.source_languages,
        "target_languages": known and known.target_languages,
        "alignment": known and known.alignment,
        "scores": [asdict(score) for score in known.scores] if known else [],
        "summary": known and known.summary,
        "url": known and known.url,
        "path": None,
        "checksum": None,
    }
    if name not in store.names():
        return row
    try:
        model = store.find(name)
    except (ManifestInvalid, ModelDamaged) as error:
        return row | {"state": "damaged", "summary": str(error)}
    manifest = model.manifest
    return row | {
        "state": "bundled" if model.bundled else "installed",
        "version": manifest.version,
        "license": manifest.license,
        "source_languages": manifest.source_languages,
        "target_languages": manifest.target_languages,
        "alignment": manifest.alignment,
        "path": str(model.path),
        "checksum": manifest.checksum,
    }


@models.command()
@click.argument("name")
@click.option("--url", help="Fetch from here, such as a mirror; needed for a name not in the list.")
@click.option("--sha256", type=_Sha256(), help="What the archive must have; else it is refused.")
@_quantization
@with_store
def fetch(
    store: ModelStore, name: str, *, url: str | None, sha256: str | None, quantization: Quantization
) -> None:
    """Download the OPUS-MT release NAME, convert it and install it.

    A download that broke off goes on where it stopped. Prints the folder of the model.
    """
    with _progress_bar(name) as progress:
        model = fetch_model(
            store,
            name,
            downloader=Downloader(),
            progress=progress,
            url=url,
            sha256=sha256,
            quantization=quantization,
        )
    click.echo(model.path)


@models.command()
@click.argument("release", type=click.Path(exists=True, path_type=Path))
@click.option("--name", required=True, help="What requests will call the model.")
@click.option("--license", "license_name", help="SPDX identifier of the weights' licence.")
@click.option(
    "--alignment",
    type=click.Choice(get_args(AlignmentSupport)),
    help="Whether the model was trained to align words.  [default: as the release says]",
)
@_quantization
@with_store
def convert(
    store: ModelStore,
    release: Path,
    *,
    name: str,
    license_name: str | None,
    alignment: AlignmentSupport | None,
    quantization: Quantization,
) -> None:
    """Convert RELEASE, the zip or folder of an OPUS-MT release, and install it.

    Prints the folder of the model.
    """
    model = convert_model(
        store,
        release,
        name,
        license_name=license_name,
        alignment=alignment,
        quantization=quantization,
    )
    click.echo(model.path)


@models.command()
@click.argument("name", required=False)
@with_store
def verify(store: ModelStore, *, name: str | None) -> None:
    """Check the files of the model NAME, or of all, against their hashes."""
    failed = False
    for each in [name] if name is not None else store.names():
        try:
            store.verify(each)
            click.echo(f"{each}: ok")
        except (ManifestInvalid, ModelDamaged) as error:
            click.echo(f"Error: {error}", err=True)
            failed = True
    if failed:
        raise click.exceptions.Exit(1)


@models.command()
@click.argument("name")
@with_store
def remove(store: ModelStore, *, name: str) -> None:
    """Delete the installed model NAME."""
    store.remove(name)


@contextmanager
def _progress_bar(name: str) -> Iterator[Progress]:
    """Show a download on stderr if that is a terminal."""
    console = Console(stderr=True)
    with ProgressBar(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done_bytes, total_bytes: bar.update(
            task, completed=done_bytes, total=total_bytes
        )
