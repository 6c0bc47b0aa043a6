import bz2
import gzip
import json
import lzma
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjama_server.bulk.errors import InputFault
from tarjama_server.bulk.formats import Format, FoundFiles, find_files
from tarjama_server.bulk.job import Job
from tarjama_server.bulk.lines import line_ranges, read_lines
from tarjama_server.bulk.plan import plan_shards
from tests.server.bulk.conftest import MakeFile

TEXT = Job(Format.TEXT, Format.TEXT)
OBJECTS = Job(Format.JSON_LINES, Format.JSON_LINES)

lines = st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])))


# Files take a time of their own on a busy machine.
@settings(deadline=None)
@given(lines, st.sampled_from(["", "\n", "\r\n"]), st.integers(1, 5), st.integers(1, 40))
def test_shards_hold_every_line_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[str],
    last_end: str,
    max_rows: int,
    max_bytes: int,
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    path.write_bytes(("\r\n".join(lines) + last_end).encode())
    expected = path.read_bytes().decode().split("\n")
    if expected[-1] == "":
        expected.pop()

    ranges = list(line_ranges(path, max_rows=max_rows, max_bytes=max_bytes))
    cells = [
        row.cells[0]
        for _, row_count, start in ranges
        for row in read_lines(path, start, row_count, TEXT).rows
    ]

    assert [first for first, _, _ in ranges] == [
        sum(count for _, count, _ in ranges[:index]) for index in range(len(ranges))
    ]
    assert all(count <= max_rows for _, count, _ in ranges)
    mark = "\ufeff"
    assert cells == [
        line.removesuffix("\r").removeprefix(mark if index == 0 else "")
        for index, line in enumerate(expected)
    ]


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_packed_files_have_the_rows_of_plain_ones(
    write: MakeFile, suffix: str, pack: object
) -> None:
    assert callable(pack)
    content = "".join(f"سطر {number}\n" for number in range(50)).encode()
    plain, packed = write("a.txt", content), write(f"b.txt{suffix}", pack(content))
    ranges = [list(line_ranges(path, max_rows=7, max_bytes=10**6)) for path in (plain, packed)]
    rows = [
        [read_lines(path, start, count, TEXT).rows for _, count, start in ranges[0]]
        for path in (plain, packed)
    ]

    assert ranges[0] == ranges[1]
    assert rows[0] == rows[1]


def test_a_damaged_packed_file_is_told_by_name(write: MakeFile) -> None:
    path = write("a.txt.gz", gzip.compress(b"x" * 10_000)[:-20])
    with pytest.raises(InputFault, match=r"a\.txt\.gz cannot be unpacked"):
        list(line_ranges(path, max_rows=7, max_bytes=10**6))


def test_planning_keeps_little_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    line = "كلمة " * 20 + "\n"
    path.write_text(line * 100_000)
    tracemalloc.start()
    try:
        shards = plan_shards(FoundFiles(Format.TEXT, tmp_path, ("a.txt",)), TEXT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sum(shard.row_count for shard in shards) == 100_000
    assert path.stat().st_size > 15 << 20
    assert peak < 3 << 20


def test_a_line_is_too_long_before_it_is_in_memory(
    write: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tarjama_server.bulk.lines.MAX_LINE_BYTES", 100)
    path = write("a.txt", "قصير\n" + "x" * 5000 + "\nقصير\n")
    rows = read_lines(path, 0, 3, TEXT).rows

    assert [row.fault and row.fault.kind for row in rows] == [None, "too_long", None]


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        ({"body": "x"}, {}, "no column 'text'; it has 'body'. Pass --column"),
        ({"text": "x", "text_en": ""}, {}, "has a column 'text_en' already"),
        ({"text": "x", "text_en_score": 1}, {"has_scores": True}, "'text_en_score' already"),
    ],
)
def test_wrong_columns_are_told_before_work_begins(
    write: MakeFile, row: dict[str, object], options: dict[str, bool], message: str
) -> None:
    path = write("a.jsonl", json.dumps(row))
    job = Job(Format.JSON_LINES, Format.JSON_LINES, **options)  # type: ignore[arg-type]
    with pytest.raises(InputFault, match=message):
        plan_shards(FoundFiles(Format.JSON_LINES, path.parent, ("a.jsonl",)), job)


@pytest.mark.parametrize(
    ("source", "format", "names"),
    [
        ("in", None, ("a.txt", "deep/b.text.gz")),
        ("in/a.txt", None, ("a.txt",)),
        ("in/**/*.gz", None, ("b.text.gz",)),
        ("in/notes", Format.TEXT, ("notes",)),
        ("in", Format.TEXT, ("a.txt", "deep/b.text.gz", "notes")),
    ],
)
def test_input_is_a_file_a_folder_or_a_glob(
    tmp_path: Path, write: MakeFile, source: str, format: Format | None, names: tuple[str, ...]
) -> None:
    for name in ("a.txt", "deep/b.text.gz", "notes", ".hidden.txt", "_bad/c.txt"):
        write(name, "x\n")
    found = find_files(str(tmp_path / source), format)

    assert (found.format, found.names) == (Format.TEXT, names)


@pytest.mark.parametrize(
    ("names", "source", "message"),
    [
        (["a.txt"], "nowhere", "there is no input in"),
        (["notes"], "in", "there is no input in"),
        (["notes"], "in/notes", "does not tell its format: pass --format"),
        (["a.txt", "b.jsonl"], "in", "are of different formats"),
    ],
)
def test_input_that_is_not_clear_is_refused(
    tmp_path: Path, write: MakeFile, names: list[str], source: str, message: str
) -> None:
    for name in names:
        write(name, "x\n")
    with pytest.raises(InputFault, match=message):
        find_files(str(tmp_path / source), None)
