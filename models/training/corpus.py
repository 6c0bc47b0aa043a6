"""Pairs of sentences on disk: three line-aligned files, or tables that others made."""

from __future__ import annotations

import bz2
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from models.training.errors import RecipeError

_SIDES: Final = ("src", "ar", "en")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its translation.

    Attributes:
        origin: the name of where it comes from, which weights and filters go by; its beginning
            says the kind: `gen_` general, `doc_` documentation, `ui_` labels, `rel_` scripture,
            `lex_` dictionaries.
        arabic: one line.
        english: one line.
    """

    origin: str
    arabic: str
    english: str

    @property
    def is_lexical(self) -> bool:
        """Whether it is a term or a name rather than a sentence."""
        return self.origin.startswith("lex_")

    @property
    def is_prose(self) -> bool:
        """Whether it is neither a term nor a label, so that sentence marks mean something."""
        return not self.origin.startswith(("lex_", "ui_"))


def read_corpus(prefix: Path) -> Iterator[Pair]:
    """Read `PREFIX.ar.bz2`, `PREFIX.en.bz2` and `PREFIX.src.bz2`, line by line.

    Raises:
        RecipeError: one file has more lines than another, or one is no UTF-8.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(_open_side(prefix, side, "rt")) for side in _SIDES]
        try:
            for origin, arabic, english in zip(*files, strict=True):
                yield Pair(origin.rstrip("\n"), arabic.rstrip("\n"), english.rstrip("\n"))
        except ValueError as error:
            raise RecipeError(f"the files of {prefix} do not match: {error}") from error


def write_corpus(pairs: Iterable[Pair], prefix: Path) -> int:
    """Write the three files and return how many pairs there were."""
    count = 0
    with ExitStack() as stack:
        origins, arabics, englishes = (
            stack.enter_context(_open_side(prefix, side, "wt")) for side in _SIDES
        )
        for pair in pairs:
            origins.write(pair.origin + "\n")
            arabics.write(pair.arabic + "\n")
            englishes.write(pair.english + "\n")
            count += 1
    return count


def read_table(path: Path) -> Iterator[Pair]:
    """Read lines of origin, Arabic and English, parted by tabs.

    Raises:
        RecipeError: a line has another number of fields; the message has its number.
    """
    with path.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != len(_SIDES):
                raise RecipeError(
                    f"{path}, line {number}: {len(fields)} fields; a line has three: "
                    "origin, Arabic and English, parted by tabs"
                )
            yield Pair(*fields)


def read_parallel(prefix: Path) -> Iterator[tuple[str, str]]:
    """Read an evaluation set, `PREFIX.ar` and `PREFIX.en`.

    Raises:
        RecipeError: one file has more lines than the other.
    """
    arabic, english = (
        prefix.with_name(f"{prefix.name}.{side}").read_text(encoding="utf-8").splitlines()
        for side in ("ar", "en")
    )
    if len(arabic) != len(english):
        raise RecipeError(f"{prefix}: {len(arabic)} Arabic and {len(english)} English lines")
    return zip(arabic, english, strict=True)


def parallel_prefixes(folder: Path) -> list[Path]:
    """Find the evaluation sets of a folder, by name.

    Raises:
        RecipeError: there are none, so that nothing would be kept out of the training.
    """
    prefixes = sorted(
        path.with_suffix("")
        for path in folder.glob("*.ar")
        if path.with_suffix(".en").is_file()
    )  # fmt: skip
    if not prefixes:
        raise RecipeError(f"{folder} holds no evaluation set: NAME.ar with NAME.en beside it")
    return prefixes


def _open_side(prefix: Path, side: str, mode: str) -> TextIO:
    path = prefix.with_name(f"{prefix.name}.{side}.bz2")
    return bz2.open(path, mode, encoding="utf-8", newline="\n")  # type: ignore[return-value]
