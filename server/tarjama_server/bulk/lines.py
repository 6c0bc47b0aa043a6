"""Rows that are lines: text and JSON Lines."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tarjama_server.bulk.errors import InputFault
from tarjama_server.bulk.formats import Format, open_bytes
from tarjama_server.bulk.job import TEXT_COLUMN, Job, Outcome
from tarjama_server.bulk.rows import FaultKind, Row, ShardRows, check_cells

MAX_LINE_BYTES = 16 << 20
"""A longer line is bad whatever it holds, and is never in memory as a whole."""

_PIECE_BYTES = 1 << 20
_LINE_ENDS = (b"\r\n", b"\n")


def line_ranges(path: Path, *, max_rows: int, max_bytes: int) -> Iterator[tuple[int, int, int]]:
    r"""Divide a file of lines, which end in `\n` alone or with `\r` before it.

    Yields:
        The first row, how many, and the place of the first in bytes. A range ends with the row that
        reaches either limit.

    Raises:
        InputFault: the file cannot be read.
    """
    first_row = row_count = start = size = 0
    is_inside = False
    with open_bytes(path) as file:
        while piece := file.readline(_PIECE_BYTES):
            size += len(piece)
            row_count += not is_inside
            is_inside = not piece.endswith(b"\n")
            if not is_inside and (row_count == max_rows or size >= max_bytes):
                yield first_row, row_count, start
                first_row, start = first_row + row_count, start + size
                row_count = size = 0
    if row_count:
        yield first_row, row_count, start


def check_first_object(path: Path, job: Job) -> None:
    """Look at the first line, so that a wrong name of a column ends a job before it begins.

    Raises:
        InputFault: it has not the columns that are to be translated, or has those that are added.
            A line that cannot be read has neither, and is left to be told of as a bad row.
    """
    with open_bytes(path) as file:
        line = next(_lines(file), None)
    try:
        value = json.loads(_without_mark(line or b""))
    except (ValueError, RecursionError):
        return
    if not isinstance(value, dict):
        return
    missing = [column for column in job.columns if column not in value]
    if missing:
        raise InputFault(
            f"the first row of {path} has no column {missing[0]!r}; it has "
            f"{', '.join(map(repr, value)) or 'none'}. Pass --column"
        )
    taken = [column for column in job.added_columns if column in value]
    if taken:
        raise InputFault(
            f"the first row of {path} has a column {taken[0]!r} already: pass another "
            "--output-column"
        )


def read_lines(path: Path, start: int, row_count: int, job: Job) -> ShardRows:
    """Read a shard of text or JSON Lines.

    Args:
        path: the file.
        start: as `line_ranges` gave it.
        row_count: likewise.
        job: which columns to read, and which format it is.

    Raises:
        InputFault: the file cannot be read.
    """
    with open_bytes(path) as file:
        file.seek(start)
        lines = []
        for line in _lines(file):
            lines.append(line)
            if len(lines) == row_count:
                break
    if lines and start == 0 and lines[0] is not None:
        lines[0] = _without_mark(lines[0])
    if job.input_format is Format.TEXT:
        return _TextRows(job, [_text_line(line, job) for line in lines])
    return _JsonRows(job, [_json_line(line, job) for line in lines])


def _lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """Yield lines with their ends; None for one over `MAX_LINE_BYTES`."""
    while line := file.readline(MAX_LINE_BYTES):
        if line.endswith(b"\n") or len(line) < MAX_LINE_BYTES:
            yield line
            continue
        while (rest := file.readline(_PIECE_BYTES)) and not rest.endswith(b"\n"):
            pass
        yield None


def _without_mark(line: bytes) -> bytes:
    return line.removeprefix(codecs.BOM_UTF8)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row, the bytes of its line that the output keeps, and how the line ended."""

    row: Row
    kept: bytes
    end: bytes


def _text_line(line: bytes | None, job: Job) -> _Line:
    if line is None:
        return _Line(_overlong(), b"", b"\n")
    body, end = _parted(line)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return _Line(_undecodable(error), b"", end)
    return _Line(check_cells([text], job), body, end)


def _json_line(line: bytes | None, job: Job) -> _Line:
    if line is None:
        return _Line(_overlong(), b"", b"\n")
    body, end = _parted(line)
    try:
        value = json.loads(body.decode())
    except UnicodeDecodeError as error:
        return _Line(_undecodable(error), b"", end)
    except json.JSONDecodeError as error:
        # Its own message is of the grammar, without any of the text.
        detail = f"{error.msg} at character {error.pos}"
        return _Line(Row.bad(FaultKind.INVALID_JSON, detail), b"", end)
    except (ValueError, RecursionError):
        detail = "a number is too long, or arrays or objects lie too deep in each other"
        return _Line(Row.bad(FaultKind.INVALID_JSON, detail), b"", end)
    if not isinstance(value, dict):
        detail = f"the line holds {type(value).__name__}, not an object"
        return _Line(Row.bad(FaultKind.NOT_AN_OBJECT, detail), b"", end)
    row = _object_row(value, job)
    return _Line(row, body.strip(b" \t\r"), end)


def _object_row(value: dict[str, Any], job: Job) -> Row:
    id = value.get(job.id_column) if job.id_column else None
    for column in job.columns:
        if column not in value:
            return Row.bad(FaultKind.MISSING_COLUMN, f"there is no column {column!r}", id)
    for column in job.added_columns:
        if column in value:
            return Row.bad(
                FaultKind.COLUMN_TAKEN, f"there is a column {column!r} already; it is kept", id
            )
    return check_cells([value[column] for column in job.columns], job, id)


def _overlong() -> Row:
    return Row.bad(FaultKind.TOO_LONG, f"the line has over {MAX_LINE_BYTES} bytes")


def _undecodable(error: UnicodeDecodeError) -> Row:
    return Row.bad(FaultKind.INVALID_UTF8, f"the line is no UTF-8 at byte {error.start}")


def _parted(line: bytes) -> tuple[bytes, bytes]:
    for end in _LINE_ENDS:
        if line.endswith(end):
            return line[: -len(end)], end
    return line, b""


class _LineRows:
    """What text and JSON Lines have in common."""

    def __init__(self, job: Job, lines: Sequence[_Line]) -> None:
        self._job = job
        self._lines = lines

    @property
    def rows(self) -> Sequence[Row]:
        return [line.row for line in self._lines]


class _TextRows(_LineRows):
    """Lines of text, to be written in any of the formats."""

    def write(self, file: IO[bytes], outcomes: Sequence[Outcome]) -> None:
        if self._job.output_format is Format.PARQUET:
            from tarjama_server.bulk.parquet import write_texts

            write_texts(file, [_text(line) for line in self._lines], outcomes, self._job)
            return
        for line, outcome in zip(self._lines, outcomes, strict=True):
            if self._job.output_format is Format.TEXT:
                [translated] = outcome or [None]
                file.write((translated.text if translated else "").encode() + line.end)
            else:
                row = {TEXT_COLUMN: _text(line)} | self._job.added_cells(outcome)
                file.write(_dumped(row) + b"\n")


class _JsonRows(_LineRows):
    """Objects. What was in a line stays as it was written; the new columns come behind."""

    def write(self, file: IO[bytes], outcomes: Sequence[Outcome]) -> None:
        for line, outcome in zip(self._lines, outcomes, strict=True):
            fault = line.row.fault
            if fault is not None and fault.kind is FaultKind.COLUMN_TAKEN:
                file.write(line.kept + line.end)
                continue
            cells = _dumped(self._job.added_cells(outcome))
            opened = line.kept[:-1].rstrip()
            # Nothing is kept of a line that is no object, and an object may be empty.
            joint = b", " if len(opened) > 1 else b""
            file.write((opened or b"{") + joint + cells[1:] + line.end)


def _text(line: _Line) -> str | None:
    """A line that could be read, even if it is too long to be translated."""
    return None if line.row.fault is not None and not line.kept else line.kept.decode()


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
