"""Finds the documents that files, folders and patterns on the command line stand for."""

import fnmatch
import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tarjama.cli.document_kinds import DocumentKinds
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import STANDARD_STREAM, Source, display_name

_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which of the files in folders are documents to translate.

    A pattern without `/` is compared with each name in a file's path below the folder, one with
    `/` with the whole of that path; `*` also stands for `/`.

    Attributes:
        include: Only files that match one of these; all if there are none.
        exclude: No file that matches one of these.
        left_out: Folders not to look into, such as the one for the translations.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    left_out: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundSources:
    """What was found.

    Attributes:
        sources: The documents, in the order named and, within a folder, of their names.
        unsupported: Files in folders that no format is known for.
    """

    sources: list[Source] = field(default_factory=list)
    unsupported: list[Path] = field(default_factory=list)


def find_sources(names: Sequence[str], kinds: DocumentKinds, selection: Selection) -> FoundSources:
    """Finds documents. Hidden files and folders are found only by their own names.

    Args:
        names: Files, `-`, folders (searched to their depths), or patterns of the shell's kind with
            `**` for folders in folders.
        kinds: What is known of formats.
        selection: Which files of folders and patterns count.

    Raises:
        CommandFailed: a pattern matches nothing, or a folder cannot be read.
    """
    found = FoundSources()
    for name in names:
        path = Path(name)
        if name == str(STANDARD_STREAM) or path.is_file():
            found.sources.append(Source(path))
        elif path.is_dir():
            _add_folder(path, path, kinds, selection, found)
        elif _MAGIC.search(name):
            _add_pattern(name, kinds, selection, found)
        else:
            # That it is not there is said when it cannot be opened.
            found.sources.append(Source(path))
    return found


def _add_pattern(
    pattern: str, kinds: DocumentKinds, selection: Selection, found: FoundSources
) -> None:
    root = _fixed_part(pattern)
    # Not `Path.glob`, which gives hidden files too.
    matches = sorted(map(Path, glob.glob(pattern, recursive=True)))  # noqa: PTH207
    if not matches:
        raise CommandFailed(f"No file matches {display_name(Path(pattern))}.")
    # `*.log` asks for files of whatever is in them, `*` for documents.
    suffix = Path(pattern).suffix
    names_extension = bool(suffix) and not _MAGIC.search(suffix)
    for match in matches:
        if match.is_dir():
            # `**` gives folders and what is in them: each file once.
            if "**" not in pattern:
                _add_folder(match, root, kinds, selection, found)
        elif _is_selected(match, root, selection):
            is_asked = names_extension and kinds.looks_like_text(match)
            _add(match, root, kinds.is_known(match) or is_asked, found)


def _add_folder(
    folder: Path, root: Path, kinds: DocumentKinds, selection: Selection, found: FoundSources
) -> None:
    for path in _files_below(folder, selection):
        if _is_selected(path, root, selection):
            known = kinds.is_known(path)
            _add(path, root, known or bool(selection.include), found)


def _add(path: Path, root: Path, is_document: bool, found: FoundSources) -> None:
    if is_document:
        found.sources.append(Source(path, root))
    else:
        found.unsupported.append(path)


def _files_below(folder: Path, selection: Selection) -> Iterator[Path]:
    """The files of a folder and of those in it, without hidden ones. Links lead to no folder."""
    left_out = {os.path.realpath(path) for path in selection.left_out}
    for here, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(Path(here, name)) not in left_out
        )
        yield from (Path(here, name) for name in sorted(files) if not name.startswith("."))


def _refuse(error: OSError) -> None:
    raise CommandFailed(
        f"The folder {display_name(Path(error.filename))} cannot be read: {error.strerror}."
    ) from error


def _is_selected(path: Path, root: Path, selection: Selection) -> bool:
    relative = path.relative_to(root) if path.is_relative_to(root) else path
    if selection.include and not any(_matches(relative, each) for each in selection.include):
        return False
    return not any(_matches(relative, each) for each in selection.exclude)


def _matches(relative: Path, pattern: str) -> bool:
    if "/" in pattern:
        return fnmatch.fnmatch(relative.as_posix(), pattern)
    return any(fnmatch.fnmatch(part, pattern) for part in relative.parts)


def _fixed_part(pattern: str) -> Path:
    """The folder that all matches of a pattern are below."""
    parts = Path(pattern).parts
    first = next(at for at, part in enumerate(parts) if _MAGIC.search(part))
    return Path(*parts[:first])
