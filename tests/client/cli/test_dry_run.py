"""What `--dry-run` counts."""

import json
from pathlib import Path

from tests.client.cli.conftest import Run


def counted(tarjama: Run, *arguments: str) -> list[dict[str, object]]:
    outcome = tarjama("translate", "--dry-run", "--json", *arguments)
    return [json.loads(line) for line in outcome.text.splitlines()]


def test_words_and_repetitions_are_counted_without_a_server(tarjama: Run) -> None:
    Path("a.html").write_text("<p>نعم <b>نعم</b></p><p>لا</p><p>لا</p>")
    Path("b.txt").write_text("لا\n\nقال  نعم\nقال نعم\n")
    first, second, total = counted(tarjama, "a.html", "b.txt")
    assert first == {
        "file": "a.html",
        "units": 3,
        "words": 4,
        "characters": 11,
        "repeated_units": 1,
        "repeated_words": 1,
        "shared_units": 0,
        "shared_words": 0,
    }
    assert second == {
        "file": "b.txt",
        "units": 3,
        "words": 5,
        "characters": 17,
        "repeated_units": 1,
        "repeated_words": 2,
        "shared_units": 1,
        "shared_words": 1,
    }
    assert total == {
        "documents": 2,
        **{name: first[name] + second[name] for name in first if name != "file"},  # type: ignore[operator]
    }


def test_the_table_has_a_line_for_each_document_and_one_for_all(tarjama: Run) -> None:
    Path("docs").mkdir()
    for name in ("a.txt", "b.txt"):
        Path("docs", name).write_text("نعم نعم\n")
    lines = tarjama("translate", "--dry-run", "docs").text.splitlines()
    assert [line.split()[0].replace("\\", "/") for line in lines[:4]] == [
        "DOCUMENT",
        "docs/a.txt",
        "docs/b.txt",
        "2",
    ]
    assert lines[3].split()[3:5] == ["2", "4"]


def test_a_document_that_cannot_be_read_is_told_and_the_others_are_counted(tarjama: Run) -> None:
    Path("a.txt").write_text("نعم\n")
    Path("b.json").write_text("{")
    outcome = tarjama("translate", "--dry-run", "a.txt", "b.json", "absent.txt")
    assert outcome.code == 1
    assert "b.json: The file is not valid JSON" in outcome.err
    assert "absent.txt: Cannot be opened" in outcome.err
    assert "a.txt" in outcome.text


def test_nothing_is_written(tarjama: Run) -> None:
    Path("a.html").write_text("<p>نعم</p>")
    tarjama("translate", "--dry-run", "a.html", "-o", "out/")
    assert {path.name for path in Path().iterdir()} == {"a.html"}


def test_standard_input_is_counted(tarjama: Run) -> None:
    outcome = tarjama("translate", "--dry-run", "--json", stdin="نعم نعم\n".encode())
    assert json.loads(outcome.text.splitlines()[0])["words"] == 2
