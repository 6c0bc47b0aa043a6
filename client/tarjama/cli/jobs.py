"""Plans which document goes where, before anything is done."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from tarjama.formats.kinds import converted_extension, is_converted_first

STANDARD_STREAM = Path("-")
"""Stands for standard input among the sources and standard output as a target."""

_STDIN, _STDOUT = 0, 1
# Of the values of `ReviewForm`, which is not loaded here.
_REVIEW_EXTENSIONS = (".html", ".docx", ".xlf", ".tmx")


class MisplacedOutput(ValueError):
    """The outputs asked for clash with each other or with a source."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document to translate.

    Attributes:
        path: The document, or `STANDARD_STREAM`.
        root: The folder it was found in, to any depth; None if it was named itself.
    """

    path: Path
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One document to translate.

    Attributes:
        source: The document, or `STANDARD_STREAM`.
        target: Where its translation goes, or `STANDARD_STREAM`.
        has_units: Whether a format reads it, rather than that it is plain text.
        was_found: Whether it was found in a folder or by a pattern, not named itself.
        in_folder: Whether the target is in a folder that `-o` names, which is made if need be.
    """

    source: Path
    target: Path
    has_units: bool = False
    was_found: bool = False
    in_folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What the options say about where translations go.

    Attributes:
        output: What `-o` names, if it was given.
        into_folder: Whether `output` is a folder, which may not exist yet.
        json_lines: Whether segments are written as JSON; without `output` all go to standard
            output then.
        has_units: Tells whether a format reads a document; its translation never goes to
            standard output by itself.
    """

    output: Path | None = None
    into_folder: bool = False
    json_lines: bool = False
    has_units: Callable[[Path], bool] = lambda path: False


def plan_jobs(sources: Sequence[Source], placement: Placement) -> list[Job]:
    """Gives each source its target.

    A document that was found and is where another one's translation or review goes is no document:
    it is that translation or review. It is left out.

    Raises:
        MisplacedOutput: several documents and standard input or one output file, two
            documents with one output, or an output that is a source.
    """
    several = len(sources) > 1 or any(source.root is not None for source in sources)
    jobs = [_job(source, placement, several) for source in sources]
    products = {_key(path) for job in jobs for path in _products(job)}
    jobs = [job for job in jobs if not (job.was_found and _key(job.source) in products)]
    _refuse_clashes(jobs)
    return jobs


def translated_name(source: Path, *, json_lines: bool = False) -> str:
    """Gives the file name of a translation: `01.ar.txt` becomes `01.en.txt`.

    Files of old kinds are written as what they are converted to: `a.doc` becomes `a.en.docx`.
    """
    stem, suffix = source.stem, source.suffix
    if is_converted_first(source):
        suffix = converted_extension(source)
    if suffix.casefold() == ".ar":
        suffix = ""
    elif stem.casefold().endswith(".ar") and len(stem) > len(".ar"):
        stem = stem[: -len(".ar")]
    return f"{stem}.en{'.jsonl' if json_lines else suffix}"


def display_name(path: Path) -> str:
    """Gives a file's name as it can be shown: undecodable bytes and control characters replaced."""
    shown = "standard input" if path == STANDARD_STREAM else click.format_filename(path)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def review_path(job: Job, extension: str) -> Path:
    """Names a review file: beside `report.en.docx` stands `report.en.review.html`."""
    base = job.target
    if base == STANDARD_STREAM:
        base = job.source.with_name(translated_name(job.source))
    return base.with_name(f"{base.stem}.review{extension}")


def _products(job: Job) -> Iterator[Path]:
    """The files that may come of a job."""
    if job.target != STANDARD_STREAM:
        yield job.target
        yield from (review_path(job, extension) for extension in _REVIEW_EXTENSIONS)


def _job(source: Source, placement: Placement, several: bool) -> Job:
    is_file = source.path != STANDARD_STREAM
    has_units = is_file and placement.has_units(source.path)
    return Job(
        source=source.path,
        target=_target(source, placement, several, has_units),
        has_units=has_units,
        was_found=source.root is not None,
        in_folder=placement.into_folder,
    )


def _target(source: Source, placement: Placement, several: bool, has_units: bool) -> Path:
    output, json_lines = placement.output, placement.json_lines
    if output is None:
        if json_lines or not (several or has_units):
            return STANDARD_STREAM
        if source.path == STANDARD_STREAM:
            raise MisplacedOutput("Standard input has no name to store its translation under.")
        return source.path.parent / translated_name(source.path)
    if placement.into_folder:
        if source.path == STANDARD_STREAM:
            raise MisplacedOutput(
                f"{display_name(output)} is a folder; name a file for standard input."
            )
        name = translated_name(source.path, json_lines=json_lines)
        return output / _place_below(source) / name
    if several and output != STANDARD_STREAM:
        raise MisplacedOutput(
            f"Several documents need a folder, and {display_name(output)} is none."
        )
    if several and not json_lines:
        raise MisplacedOutput("Several documents need a folder, not standard output.")
    return output


def _place_below(source: Source) -> Path:
    """The folder that a document is in, seen from where it was searched."""
    if source.root is None:
        return Path()
    return source.path.parent.relative_to(source.root)


def _refuse_clashes(jobs: Sequence[Job]) -> None:
    sources = {_file_id(job.source, _STDIN): job.source for job in jobs}
    taken: dict[str, Path] = {}
    for job in jobs:
        target_id = _file_id(job.target, _STDOUT)
        if target_id is not None and target_id in sources:
            is_stdout = job.target == STANDARD_STREAM
            output = "Standard output" if is_stdout else f"The output {display_name(job.target)}"
            source = display_name(sources[target_id])
            raise MisplacedOutput(f"{output} is the source {source}. Name another with -o.")
        if job.target == STANDARD_STREAM:
            continue
        earlier = taken.setdefault(_key(job.target), job.source)
        if earlier is not job.source:
            raise MisplacedOutput(
                f"{display_name(earlier)} and {display_name(job.source)} would both be written "
                f"to {display_name(job.target)}."
            )


def _file_id(path: Path, descriptor: int) -> tuple[int, int] | None:
    """Tells regular files apart, whatever their names. None for anything else."""
    try:
        status = os.fstat(descriptor) if path == STANDARD_STREAM else path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _key(path: Path) -> str:
    """Gives one string for all ways to name a file that may not exist yet."""
    real = os.path.normcase(os.path.realpath(path))
    # File systems of macOS do not distinguish case, and normcase does nothing there.
    return real.casefold() if sys.platform == "darwin" else real
