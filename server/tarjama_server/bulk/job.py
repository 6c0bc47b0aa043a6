"""What is to be done to each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from tarjama_server.batching import Priority
from tarjama_server.bulk.formats import Format
from tarjama_server.glossary.matching import TermFinder
from tarjama_server.glossary.terms import Term
from tarjama_server.pipeline.model import Options
from tarjama_server.segmenter.layout import LineHandling

TEXT_COLUMN = "text"
"""What the one column of a text file is called."""

MAX_ROW_CHARACTERS = 200_000
"""Code points of one text, by default: as many as the service takes in a call."""

SHARD_ROWS = 5_000
"""Rows of a shard, by default. On one core that is about a minute's work of the bundled model: what
a worker that is killed does again, and at the end others wait for at most."""


@dataclass(frozen=True, slots=True)
class Job:
    """Everything in the options that the output depends on, workers and batches left out.

    Attributes:
        input_format: of all input files.
        output_format: of all parts.
        columns: what is translated, 1 or more.
        output_columns: where translations go, one for each of `columns`.
        id_column: what names a row in the list of bad ones; "" for its number alone.
        has_scores: whether a column tells each text's lowest score.
        has_flags: whether a column tells what happened to each text.
        beam_size: None for the model's own.
        line_handling: as in the contract.
        is_tagged: whether texts have tags and placeholders in them.
        terms: glossary and phrases that are not to be translated.
        max_row_characters: code points of one text; longer ones are bad.
        shard_rows: the most rows of a shard.
    """

    input_format: Format
    output_format: Format
    columns: tuple[str, ...] = (TEXT_COLUMN,)
    output_columns: tuple[str, ...] = (f"{TEXT_COLUMN}_en",)
    id_column: str = ""
    has_scores: bool = False
    has_flags: bool = False
    beam_size: int | None = None
    line_handling: LineHandling = LineHandling.PARAGRAPHS
    is_tagged: bool = False
    terms: tuple[Term, ...] = ()
    max_row_characters: int = MAX_ROW_CHARACTERS
    shard_rows: int = SHARD_ROWS

    @property
    def added_columns(self) -> list[str]:
        """The columns that the output has and the input has not, in their order."""
        return [name for column in self.output_columns for name in self._columns_of(column)]

    def added_cells(self, outcome: Outcome) -> dict[str, Any]:
        """What stands in `added_columns` for a row, by column: None in all for a bad one."""
        cells: dict[str, Any] = {}
        translations = outcome if outcome is not None else [None] * len(self.columns)
        for column, translated in zip(self.output_columns, translations, strict=True):
            values = (
                (translated.text, translated.score, list(translated.flags))
                if translated is not None
                else (None, None, None)
            )
            text, score, flags = values
            cells[column] = text
            if self.has_scores:
                cells[score_column(column)] = score
            if self.has_flags:
                cells[flags_column(column)] = flags
        return cells

    def options(self) -> Options:
        """What the pipeline is told."""
        return Options(
            beam_size=self.beam_size,
            priority=Priority.BULK,
            line_handling=self.line_handling,
            is_tagged=self.is_tagged,
            terms=TermFinder(list(self.terms)) if self.terms else None,
        )

    def as_json(self) -> dict[str, Any]:
        """All of it in types that JSON has, to be kept and compared."""
        values = asdict(self) | {"line_handling": self.line_handling.name.lower()}
        # As JSON gives it back: its arrays are lists.
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }

    def _columns_of(self, output_column: str) -> list[str]:
        return [
            output_column,
            *([score_column(output_column)] if self.has_scores else []),
            *([flags_column(output_column)] if self.has_flags else []),
        ]


@dataclass(frozen=True, slots=True)
class Translated:
    """A text's translation.

    Attributes:
        text: the translation.
        score: the lowest of its segments; None if the model saw none of them.
        flags: what happened to any of its segments, in the contract's order.
    """

    text: str
    score: float | None
    flags: tuple[str, ...]


Outcome: TypeAlias = Sequence[Translated | None] | None
"""What came of a row: for each of its cells a translation, None where there was no text. None for
the whole of a bad row."""


def score_column(output_column: str) -> str:
    """The column with the scores of `output_column`."""
    return f"{output_column}_score"


def flags_column(output_column: str) -> str:
    """The column with the flags of `output_column`."""
    return f"{output_column}_flags"
