"""Plans which document goes where, before anything is done."""

import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

STANDARD_STREAM = Path("-")
"""Stands for standard input among the sources and standard output as a target."""

_STDIN, _STDOUT = 0, 1


class MisplacedOutput(ValueError):
    """The outputs asked for clash with each other or with a source."""


@dataclass(frozen=True, slots=True)
class Job:
    """One document to translate.

    Attributes:
        source: The document, or `STANDARD_STREAM`.
        target: Where its translation goes, or `STANDARD_STREAM`.
    """

    source: Path
    target: Path


def plan_jobs(
    sources: Sequence[Path], output: Path | None, *, into_folder: bool, json_lines: bool
) -> list[Job]:
    """Gives each source its target.

    Args:
        sources: At least one document.
        output: What `-o` names, if it was given.
        into_folder: Whether `output` is a folder, which may not exist yet.
        json_lines: Whether segments are written as JSON; without `output` all go to standard
            output then.

    Raises:
        MisplacedOutput: several documents and standard input or one output file, two
            documents with one output, or an output that is a source.
    """
    several = len(sources) > 1
    jobs = [
        Job(source, _target(source, output, several, into_folder, json_lines)) for source in sources
    ]
    _refuse_clashes(jobs)
    return jobs


def translated_name(source: Path, *, json_lines: bool = False) -> str:
    """Gives the file name of a translation: `01.ar.txt` becomes `01.en.txt`."""
    stem, suffix = source.stem, source.suffix
    if suffix.casefold() == ".ar":
        suffix = ""
    elif stem.casefold().endswith(".ar") and len(stem) > len(".ar"):
        stem = stem[: -len(".ar")]
    return f"{stem}.en{'.jsonl' if json_lines else suffix}"


def display_name(path: Path) -> str:
    """Gives a file's name as it can be shown: undecodable bytes and control characters replaced."""
    shown = "standard input" if path == STANDARD_STREAM else click.format_filename(path)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown)


def _target(
    source: Path, output: Path | None, several: bool, into_folder: bool, json_lines: bool
) -> Path:
    if output is None:
        if not several or json_lines:
            return STANDARD_STREAM
        if source == STANDARD_STREAM:
            raise MisplacedOutput("Standard input has no name to store its translation under.")
        return source.parent / translated_name(source)
    if into_folder:
        if source == STANDARD_STREAM:
            raise MisplacedOutput(
                f"{display_name(output)} is a folder; name a file for standard input."
            )
        return output / translated_name(source, json_lines=json_lines)
    if several and output != STANDARD_STREAM:
        raise MisplacedOutput(
            f"Several documents need a folder, and {display_name(output)} is none."
        )
    if several and not json_lines:
        raise MisplacedOutput("Several documents need a folder, not standard output.")
    return output


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
