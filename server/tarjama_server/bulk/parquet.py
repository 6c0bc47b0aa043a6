"""Rows of Parquet files. The only module that imports pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tarjama_server.bulk.errors import InputFault
from tarjama_server.bulk.job import TEXT_COLUMN, Job, Outcome, flags_column, score_column
from tarjama_server.bulk.rows import FaultKind, Row, ShardRows, check_cells


def row_ranges(path: Path, job: Job, *, max_bytes: int) -> Iterator[tuple[int, int, int]]:
    """Divide a file by its rows, as many in a range as are `max_bytes` at their mean size.

    Yields:
        The first row, how many, and 0.

    Raises:
        InputFault: it is no Parquet file, has not the job's columns as strings, or has those that
            the output adds.
    """
    file = _open(path)
    _check_columns(path, file.schema_arrow, job)
    metadata = file.metadata
    byte_count = sum(
        metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)
    )
    total: int = metadata.num_rows
    step = max(1, min(job.shard_rows, max_bytes * total // max(byte_count, 1)))
    for first_row in range(0, total, step):
        yield first_row, min(step, total - first_row), 0


def read_parquet(path: Path, first_row: int, row_count: int, job: Job) -> ShardRows:
    """Read a shard: of its row groups no more than these rows at once.

    Raises:
        InputFault: the file cannot be read.
    """
    file = _open(path)
    groups, skipped = _groups(file.metadata, first_row, row_count)
    batches: list[pa.RecordBatch] = []
    wanted = row_count
    try:
        for batch in file.iter_batches(batch_size=row_count, row_groups=groups):
            part = batch.slice(min(skipped, batch.num_rows), wanted)
            skipped = max(0, skipped - batch.num_rows)
            wanted -= part.num_rows
            if part.num_rows:
                batches.append(part)
            if not wanted:
                break
    except (pa.ArrowException, OSError) as error:
        raise InputFault(f"{path} cannot be read: {error}") from error
    return _ParquetRows(job, pa.Table.from_batches(batches, schema=file.schema_arrow))


def write_texts(
    file: IO[bytes],
    texts: Sequence[str | None],
    outcomes: Sequence[Outcome],
    job: Job,
) -> None:
    """Write rows that were lines of text."""
    _write(file, pa.table({TEXT_COLUMN: pa.array(texts, pa.string())}), outcomes, job)


class _ParquetRows:
    """Rows of a table, of which the output keeps all columns."""

    def __init__(self, job: Job, table: pa.Table) -> None:
        self._job = job
        self._table = table

    @property
    def rows(self) -> Sequence[Row]:
        columns = [_encoded(self._table[column]) for column in self._job.columns]
        ids = (
            self._table[self._job.id_column].to_pylist()
            if self._job.id_column
            else [None] * self._table.num_rows
        )
        return [
            _row(cells, id, self._job)
            for id, cells in zip(ids, zip(*columns, strict=True), strict=True)
        ]

    def write(self, file: IO[bytes], outcomes: Sequence[Outcome]) -> None:
        _write(file, self._table, outcomes, self._job)


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise InputFault(f"{path} is no Parquet file: {error}") from error
    except OSError as error:
        raise InputFault(f"{path} cannot be read: {error.strerror or error}") from error


def _check_columns(path: Path, schema: pa.Schema, job: Job) -> None:
    for column in (*job.columns, *([job.id_column] if job.id_column else [])):
        if column not in schema.names:
            raise InputFault(
                f"{path} has no column {column!r}; it has {', '.join(map(repr, schema.names))}"
            )
    for column in job.columns:
        type = schema.field(column).type
        if not _is_text(type.value_type if pa.types.is_dictionary(type) else type):
            raise InputFault(f"column {column!r} of {path} holds {type}, not strings")
    for column in job.added_columns:
        if column in schema.names:
            raise InputFault(
                f"{path} has a column {column!r} already: pass another --output-column"
            )


def _is_text(type: pa.DataType) -> bool:
    return any(
        is_kind(type)
        for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _groups(metadata: pq.FileMetaData, first_row: int, row_count: int) -> tuple[list[int], int]:
    """The row groups that hold these rows, and how many rows of the first come before them."""
    groups: list[int] = []
    skipped = begin = 0
    for index in range(metadata.num_row_groups):
        end = begin + metadata.row_group(index).num_rows
        if begin < first_row + row_count and first_row < end:
            if not groups:
                skipped = first_row - begin
            groups.append(index)
        begin = end
    return groups, skipped


def _encoded(column: pa.ChunkedArray) -> list[bytes | None]:
    """Texts as they are kept: Arrow does not look whether its strings are UTF-8."""
    if pa.types.is_dictionary(column.type):
        column = pa.chunked_array(
            [chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type
        )
    values: list[bytes | None] = column.cast(pa.large_binary()).to_pylist()
    return values


def _row(cells: Sequence[bytes | None], id: Any, job: Job) -> Row:  # noqa: ANN401
    try:
        texts = [None if cell is None else cell.decode() for cell in cells]
    except UnicodeDecodeError as error:
        return Row.bad(FaultKind.INVALID_UTF8, f"the text is no UTF-8 at byte {error.start}", id)
    return check_cells(texts, job, id)


def _write(
    file: IO[bytes],
    table: pa.Table,
    outcomes: Sequence[Outcome],
    job: Job,
) -> None:
    cells = [job.added_cells(outcome) for outcome in outcomes]
    for column, type in _types(job).items():
        table = table.append_column(column, pa.array([row[column] for row in cells], type))
    pq.write_table(table, file)


def _types(job: Job) -> dict[str, pa.DataType]:
    scores = {score_column(column): pa.float64() for column in job.output_columns}
    flags = {flags_column(column): pa.list_(pa.string()) for column in job.output_columns}
    types = dict.fromkeys(job.output_columns, pa.string()) | scores | flags
    return {column: types[column] for column in job.added_columns}
