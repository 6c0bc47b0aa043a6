"""Line-aligned test text: `NAME.ar` and `NAME.en` in one folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

SAMPLE_DATA: Final = Path(__file__).parent / "data"
"""The sample that comes with the repository."""

DEV: Final = "flores200_dev"
"""The corpus that settings are chosen on."""

DEVTEST: Final = "flores200_devtest"
"""The corpus that is only reported."""

# Title and licence.
_KNOWN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        DEV: ("FLORES-200 dev", "CC BY-SA 4.0"),
        DEVTEST: ("FLORES-200 devtest", "CC BY-SA 4.0"),
        "tatoeba_v2021": ("Tatoeba test of 2021-08-07", "CC BY 2.0 FR"),
        "tatoeba_sample": ("Tatoeba, the sample in the repository", "CC BY 2.0 FR"),
    }
)


class CorpusError(Exception):
    """A folder holds no corpora, or a broken one. The message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Arabic lines and their English translations.

    Attributes:
        name: as its files are named.
        sources: the Arabic, one or more sentences a line.
        references: the English of each line.
        is_part: whether a limit left lines out.
    """

    name: str
    sources: tuple[str, ...]
    references: tuple[str, ...]
    is_part: bool

    @property
    def title(self) -> str:
        """What to call it in a report."""
        return _KNOWN.get(self.name, (self.name, ""))[0]

    @property
    def licence(self) -> str:
        """Whose leave is needed to pass it on."""
        return _KNOWN.get(self.name, ("", "not known"))[1]

    @property
    def extent(self) -> str:
        """How much of it was used."""
        return f"{len(self.sources):,}{', spread evenly' if self.is_part else ''}"


def load_corpora(folder: Path, *, limit: int | None = None) -> dict[str, Corpus]:
    """Load all corpora of a folder, by name.

    Args:
        folder: holds `NAME.ar` and `NAME.en`, UTF-8, a line of one for each line of the other.
        limit: lines to take of each, spread evenly: Tatoeba's file is sorted. None for all.

    Raises:
        CorpusError: there is no corpus, or the two files of one do not fit.
    """
    corpora = {path.stem: _load(path, limit) for path in sorted(folder.glob("*.ar"))}
    if not corpora:
        raise CorpusError(f"there is no NAME.ar in {folder}; give a folder of NAME.ar and NAME.en")
    return corpora


def _load(path: Path, limit: int | None) -> Corpus:
    try:
        sources = _lines(path)
        references = _lines(path.with_suffix(".en"))
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"cannot read {path} and its .en: {error}") from error
    if len(sources) != len(references):
        raise CorpusError(
            f"{path} has {len(sources)} lines and its .en {len(references)}; they must be aligned"
        )
    count = min(limit or len(sources), len(sources))
    chosen = [number * len(sources) // count for number in range(count)]
    return Corpus(
        path.stem,
        tuple(sources[number] for number in chosen),
        tuple(references[number] for number in chosen),
        is_part=count < len(sources),
    )


def _lines(path: Path) -> list[str]:
    # Not splitlines: U+2028 and its like are part of a line here.
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
