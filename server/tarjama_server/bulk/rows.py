"""A row of the input, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, Protocol

from tarjama_server.bulk.job import Job, Outcome


class FaultKind(StrEnum):
    """Why a row is not translated."""

    INVALID_UTF8 = "invalid_utf8"
    INVALID_JSON = "invalid_json"
    NOT_AN_OBJECT = "not_an_object"
    MISSING_COLUMN = "missing_column"
    NOT_A_STRING = "not_a_string"
    LONE_SURROGATE = "lone_surrogate"
    TOO_LONG = "too_long"
    COLUMN_TAKEN = "column_taken"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row. `detail` holds no text of it."""

    kind: FaultKind
    detail: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read.

    Attributes:
        cells: what is to be translated, a text for each of the job's columns; None where the row
            has no value. Empty if there is a `fault`.
        id: what the job's `id_column` holds; None without one.
        fault: why the row cannot be translated.
    """

    cells: tuple[str | None, ...]
    id: Any = None
    fault: Fault | None = None

    @classmethod
    def bad(cls, kind: FaultKind, detail: str, id: Any = None) -> Row:  # noqa: ANN401
        """A row that cannot be translated."""
        return cls((), id, Fault(kind, detail))


class ShardRows(Protocol):
    """The rows of a shard, with all that the output keeps of them."""

    @property
    def rows(self) -> Sequence[Row]:
        """In the order of the input."""
        ...

    def write(self, file: IO[bytes], outcomes: Sequence[Outcome]) -> None:
        """Write a part with as many rows as were read, in their order.

        Args:
            file: where to.
            outcomes: one for each row.
        """
        ...


def check_cells(cells: Sequence[Any], job: Job, id: Any = None) -> Row:  # noqa: ANN401
    """Make a row of values that may be texts or not."""
    for column, cell in zip(job.columns, cells, strict=True):
        fault = _fault(column, cell, job.max_row_characters)
        if fault is not None:
            return Row((), id, fault)
    return Row(tuple(cells), id)


def _fault(column: str, cell: object, max_characters: int) -> Fault | None:
    if cell is None:
        return None
    if not isinstance(cell, str):
        return Fault(
            FaultKind.NOT_A_STRING, f"column {column!r} holds {type(cell).__name__}, not a string"
        )
    if len(cell) > max_characters:
        return Fault(
            FaultKind.TOO_LONG,
            f"column {column!r} has {len(cell)} characters; the limit is {max_characters}. Split "
            "the row, or raise --max-row-characters",
        )
    try:
        cell.encode()
    except UnicodeEncodeError as error:
        return Fault(
            FaultKind.LONE_SURROGATE,
            f"column {column!r} has a lone surrogate at character {error.start}",
        )
    return None
