"""Parquet in and out. Needs pyarrow, which the extra `ray` brings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjama_server.bulk.errors import InputFault
from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.job import Job
from tests.server.bulk.corpus import ARABIC, Corpus, echo_engine

pytestmark = pytest.mark.ray

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

PARQUET = Job(Format.PARQUET, Format.PARQUET, id_column="id", shard_rows=3)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "in").mkdir()
    return Corpus(tmp_path, echo_engine, PARQUET)


def _table(**columns: Any) -> Any:  # noqa: ANN401
    return pa.table({"id": pa.array(range(len(next(iter(columns.values()))))), **columns})


def _output(corpus: Corpus) -> Any:  # noqa: ANN401
    return pa.concat_tables([pq.read_table(path) for path in sorted(corpus.out.glob("part-*"))])


@pytest.mark.parametrize(
    "type", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str
)
def test_all_other_columns_and_the_order_stay(corpus: Corpus, type: Any) -> None:  # noqa: ANN401
    table = _table(
        text=pa.array([*ARABIC, None, ARABIC[0], ""], type),
        day=pa.array([date(2024, 1, day) for day in range(1, 9)]),
        nested=pa.array([[{"a": n}] for n in range(8)]),
    )
    pq.write_table(table, corpus.folder / "in" / "a.parquet")
    report = corpus.run(has_scores=True, has_flags=True)
    output = _output(corpus)

    assert output.select(table.schema.names).equals(table)
    assert output.schema.names == [
        *table.schema.names, "text_en", "text_en_score", "text_en_flags"
    ]  # fmt: skip
    assert output["text_en"].to_pylist()[5:] == [None, output["text_en"][0].as_py(), ""]
    assert output["text_en_flags"].to_pylist()[0] == []
    assert (report.counts.rows, report.counts.empty_cells, report.shards) == (8, 1, 3)


# Files take a time of their own on a busy machine.
@settings(deadline=None)
@given(
    groups=st.lists(st.integers(0, 7), max_size=6),
    shard_rows=st.integers(1, 10),
)
def test_shards_hold_every_row_once_whatever_the_row_groups(
    tmp_path_factory: pytest.TempPathFactory, groups: list[int], shard_rows: int
) -> None:
    from tarjama_server.bulk.parquet import read_parquet, row_ranges

    path = tmp_path_factory.mktemp("groups") / "a.parquet"
    texts = [str(number) for number in range(sum(groups))]
    with pq.ParquetWriter(path, pa.schema({"text": pa.string()})) as writer:
        for index, count in enumerate(groups):
            begin = sum(groups[:index])
            writer.write_table(pa.table({"text": pa.array(texts[begin : begin + count], "str")}))
    job = Job(Format.PARQUET, Format.PARQUET, shard_rows=shard_rows)
    ranges = list(row_ranges(path, job, max_bytes=1 << 20))

    assert all(count <= shard_rows for _, count, _ in ranges)
    assert [
        row.cells[0]
        for first, count, _ in ranges
        for row in read_parquet(path, first, count, job).rows
    ] == texts


def test_large_rows_make_small_shards(corpus: Corpus) -> None:
    from tarjama_server.bulk.parquet import row_ranges

    path = corpus.folder / "in" / "a.parquet"
    pq.write_table(_table(text=[f"{n:06}" * 1000 for n in range(100)]), path)
    job = Job(Format.PARQUET, Format.PARQUET, shard_rows=100)
    ranges = list(row_ranges(path, job, max_bytes=60_000))

    assert sum(count for _, count, _ in ranges) == 100
    assert max(count for _, count, _ in ranges) <= 10


def test_a_text_that_is_no_utf8_is_a_bad_row(corpus: Corpus) -> None:
    raw = pa.array([ARABIC[0].encode(), b"\xff\xfe", ARABIC[1].encode()], pa.binary())
    table = _table(text=raw.view(pa.string()))
    pq.write_table(table, corpus.folder / "in" / "a.parquet")
    corpus.run()

    assert [value is None for value in _output(corpus)["text_en"].to_pylist()] == [
        False, True, False
    ]  # fmt: skip
    assert corpus.bad_rows() == [
        {
            "file": "a.parquet",
            "row": 2,
            "id": 1,
            "reason": "invalid_utf8",
            "detail": "the text is no UTF-8 at byte 0",
        }
    ]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"body": ["x"]}, "has no column 'text'; it has 'id', 'body'"),
        ({"text": [5]}, "column 'text' of .* holds int64, not strings"),
        ({"text": ["x"], "text_en": ["y"]}, "has a column 'text_en' already"),
    ],
)
def test_wrong_columns_are_told_before_work_begins(
    corpus: Corpus, columns: dict[str, list[Any]], message: str
) -> None:
    pq.write_table(_table(**columns), corpus.folder / "in" / "a.parquet")
    with pytest.raises(InputFault, match=message):
        corpus.run()


def test_what_is_no_parquet_is_told_by_name(corpus: Corpus) -> None:
    (corpus.folder / "in" / "a.parquet").write_bytes(b"PAR1 or not")
    with pytest.raises(InputFault, match=r"a\.parquet is no Parquet file"):
        corpus.run()


def test_lines_of_text_become_a_column(corpus: Corpus) -> None:
    (corpus.folder / "in" / "a.txt").write_bytes(f"{ARABIC[0]}\n".encode() + b"\xff\nBBC")
    corpus.job = Job(Format.TEXT, Format.PARQUET, shard_rows=2)
    corpus.run()
    output = _output(corpus)

    assert output["text"].to_pylist() == [ARABIC[0], None, "BBC"]
    assert output["text_en"].to_pylist()[1:] == [None, "BBC"]
