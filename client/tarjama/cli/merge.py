"""The command `tarjama merge`."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import STANDARD_STREAM, display_name
from tarjama.cli.output import open_output
from tarjama.cli.terminal import Terminal

if TYPE_CHECKING:
    from tarjama.review.merging import Merge
    from tarjama.review.model import ReviewedDocument


@click.command()
@click.argument("reviewed", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="File to write to, in the format of the document; - for standard output.",
)
@click.option(
    "--source",
    metavar="ORIGINAL",
    type=click.Path(path_type=Path),
    help="The document that was translated, if it is not where REVIEWED says.",
)
@click.option(
    "--memory",
    metavar="FILE",
    envvar="TARJAMA_MEMORY",
    type=click.Path(path_type=Path),
    help="Translation memory (.db or .tmx) to add the reviewed segments to.",
)
@click.option("--approve-all", is_flag=True, help="Take every segment as reviewed.")
@click.option(
    "--author", default="", metavar="NAME", help="Who reviewed, for the translation memory."
)
@click.option("--force", is_flag=True, help="Replace an existing file. Never the document itself.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but failures.")
def merge(
    *,
    reviewed: Path,
    output: Path,
    source: Path | None,
    memory: Path | None,
    approve_all: bool,
    author: str,
    force: bool,
    quiet: bool,
) -> None:
    """Put a reviewed translation back into the document's own format.

    \b
    tarjama merge report.en.review.html -o report.en.docx

    REVIEWED is a page, a Word document or XLIFF that tarjama translate wrote for
    review and that somebody corrected, or JSON saved from the page. The document that was
    translated must be as it was; it is looked for where REVIEWED says and beside REVIEWED.

    Formatting marks must each be there once; a segment where they are not is named, and
    nothing is written. With --memory, segments that were changed or marked as reviewed
    are remembered.

    Exit codes: 0 done, 1 failed, 2 misuse.
    """  # noqa: D301 - click wants the backspace, not its spelling
    fitted, original = _fitted(reviewed, source, output, approve_all=approve_all)
    added = _write(fitted, output, memory, author=author, force=force)
    terminal = Terminal(quiet=quiet)
    for notice in fitted.original.notices:
        terminal.notice(f"{display_name(original)}: {notice}")
    if fitted.left_count:
        terminal.notice(
            f"{display_name(original)}: places that could be translated and are not in the review: "
            f"{fitted.left_count:,}; they stay as they are"
        )
    terminal.notice(_summary(fitted, added))


def _fitted(
    reviewed: Path, source: Path | None, output: Path, *, approve_all: bool
) -> tuple["Merge", Path]:
    """Reads the review and its document, and gives both, and where the document is."""
    # Not at the top: the libraries of all formats take longer to load than most commands run.
    from tarjama.formats.errors import BadFile
    from tarjama.review.errors import BadReview
    from tarjama.review.merging import find_source, read_source
    from tarjama.review.merging import merge as fit
    from tarjama.review.reading import read_review

    try:
        review = read_review(reviewed)
        original = find_source(review.source, reviewed, named=source)
        _refuse_to_replace((original, reviewed), output)
        try:
            document = read_source(original)
        except BadFile as error:
            raise CommandFailed(f"{display_name(original)}: {error}") from error
        return fit(_approved(review) if approve_all else review, document), original
    except BadReview as error:
        raise CommandFailed(f"{display_name(reviewed)}: {error}") from error


def _write(
    fitted: "Merge", output: Path, memory_path: Path | None, *, author: str, force: bool
) -> int | None:
    """Keeps what was reviewed and writes the document.

    A document that cannot be written after that, as on a full disk, does no harm to the memory:
    merging again adds the same.

    Returns:
        How many entries of the memory are new or changed; None without a memory.
    """
    from tarjama.formats.errors import BadFile
    from tarjama.memory import BadMemory, open_memory
    from tarjama.review.reuse import keep_reviewed

    whole = io.BytesIO()
    fitted.original.write(whole, fitted.translations)
    with open_output(output, force=force) as target:
        target.begin()
        added = None
        if memory_path is not None:
            try:
                with open_memory(memory_path) as memory:
                    now = datetime.now(UTC)
                    added = keep_reviewed(memory, fitted.document, author=author, changed_at=now)
            except (BadMemory, BadFile) as error:
                raise CommandFailed(f"{display_name(memory_path)}: {error}") from error
        target.write(whole.getvalue())
    return added


def _refuse_to_replace(inputs: tuple[Path, ...], output: Path) -> None:
    if output == STANDARD_STREAM or not output.exists():
        return
    for path in inputs:
        if output.samefile(path):
            raise CommandFailed(
                f"{display_name(output)} is what is read. Name another output with -o."
            )


def _approved(review: "ReviewedDocument") -> "ReviewedDocument":
    from tarjama.review.model import Origin

    return replace(
        review,
        units=tuple(
            replace(
                unit,
                segments=tuple(replace(segment, origin=Origin.PERSON) for segment in unit.segments),
            )
            for unit in review.units
        ),
    )


def _summary(fitted: "Merge", added: int | None) -> str:
    from tarjama.review.model import Origin

    segments = [segment for unit in fitted.document.units for segment in unit.segments]
    reviewed = sum(segment.origin is Origin.PERSON for segment in segments)
    told = f"segments: {len(segments):,}; reviewed: {reviewed:,}"
    return told if added is None else f"{told}; new or changed in the memory: {added:,}"
