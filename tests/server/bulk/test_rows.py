"""What becomes of rows, good and bad, in text and JSON Lines."""

import json

import pytest

from tarjama_server.bulk.formats import Format
from tarjama_server.bulk.job import Job
from tests.server.bulk.conftest import MakeFile
from tests.server.bulk.corpus import ARABIC, Corpus

OBJECTS = Job(Format.JSON_LINES, Format.JSON_LINES, id_column="id", shard_rows=3)
DEEP = "[" * 100_000


def test_a_line_of_text_stays_a_line(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", f"{ARABIC[0]}\r\n\n{ARABIC[1]}\nBBC\n  {ARABIC[2]}")
    report = corpus.run()
    output = corpus.output().decode().split("\n")

    assert [line.endswith("\r") for line in output] == [True, False, False, False, False]
    assert output[1] == ""
    assert output[3] == "BBC"
    assert output[4].startswith("  ")
    assert report.counts.rows == 5


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": 7, "text": 3}', "not_a_string"),
        (b'{"id": 7, "text": ["a"]}', "not_a_string"),
        (b'{"id": 7, "body": "x"}', "missing_column"),
        (b'{"id": 7, "text": "\\ud800"}', "lone_surrogate"),
        (b'{"id": 7, "text": "x", "text_en": "y"}', "column_taken"),
        (json.dumps({"id": 7, "text": "ك" * 101}).encode(), "too_long"),
        (b'{"text": "\xff"}', "invalid_utf8"),
        (b'{"text": "x"', "invalid_json"),
        (b"", "invalid_json"),
        (DEEP.encode(), "invalid_json"),
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "invalid_json"),
        (b'["x"]', "not_an_object"),
    ],
)
def test_a_bad_row_is_listed_and_keeps_its_place(
    corpus: Corpus, write: MakeFile, line: bytes, reason: str
) -> None:
    good = json.dumps({"id": 1, "text": ARABIC[0]}, ensure_ascii=False).encode()
    write("deep/a.jsonl", b"\n".join([good, line, good]) + b"\n")
    corpus.job = OBJECTS
    report = corpus.run(max_row_characters=100)
    rows = corpus.objects()
    [bad] = corpus.bad_rows()

    assert len(rows) == 3
    assert rows[0] == rows[2]
    assert rows[0]["text_en"]
    assert rows[1].get("text_en") == ("y" if reason == "column_taken" else None)
    assert {**bad, "detail": ""} == {
        "file": "deep/a.jsonl",
        "row": 2,
        "id": 7 if b'"id": 7' in line else None,
        "reason": reason,
        "detail": "",
    }
    assert report.counts.bad_rows == {reason: 1}
    assert report.counts.rows == 3


def test_text_that_is_no_utf8_is_an_empty_line(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", f"{ARABIC[0]}\n".encode() + b"\xff\n" + f"{ARABIC[1]}\n".encode())
    corpus.run()
    first, second, third, rest = corpus.output().decode().split("\n")

    assert first and third
    assert second == rest == ""
    assert [row["detail"] for row in corpus.bad_rows()] == ["the line is no UTF-8 at byte 0"]


def test_a_line_that_is_too_long_is_kept_as_a_column(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", "ككككك\n\n".encode() + b"\xff\n")
    corpus.run(output_format=Format.JSON_LINES, max_row_characters=4)

    assert [(row["text"], row["text_en"]) for row in corpus.objects()] == [
        ("ككككك", None),
        ("", ""),
        (None, None),
    ]


def test_reasons_hold_no_text(corpus: Corpus, write: MakeFile) -> None:
    write(
        "a.jsonl",
        '{"text": 5, "secret": "سر"}\n{"سر": \n{"text": "سر',
    )
    corpus.job = OBJECTS
    corpus.run(shard_rows=1)

    assert len(corpus.bad_rows()) == 3
    assert "سر" not in json.dumps(corpus.bad_rows(), ensure_ascii=False)


def test_what_was_in_an_object_stays_as_it_was_written(corpus: Corpus, write: MakeFile) -> None:
    source = '{"n": 1.50e1,  "text": "\\u0645\\u0631\\u062d\\u0628\\u0627", "x": {"y": [null]} }'
    write("a.jsonl", f"{source}  \n")
    corpus.job = OBJECTS
    corpus.run()
    output = corpus.output().decode()

    assert output.startswith(source.removesuffix(" }") + ', "text_en": "')
    assert json.loads(output)["x"] == {"y": [None]}


def test_a_value_that_is_absent_stays_absent_and_is_counted(
    corpus: Corpus, write: MakeFile
) -> None:
    write("a.jsonl", '{"text": null}\n{"text": ""}\n')
    corpus.job = OBJECTS
    report = corpus.run(has_flags=True, has_scores=True)

    assert corpus.objects() == [
        {"text": None, "text_en": None, "text_en_score": None, "text_en_flags": None},
        {"text": "", "text_en": "", "text_en_score": None, "text_en_flags": []},
    ]
    assert (report.counts.empty_cells, report.counts.bad_rows) == (1, {})


def test_several_columns_are_translated(corpus: Corpus, write: MakeFile) -> None:
    write("a.jsonl", json.dumps({"title": ARABIC[0], "body": ARABIC[1], "lang": "ar"}))
    corpus.job = OBJECTS
    corpus.run(columns=("title", "body"), output_columns=("title_en", "english"), has_scores=True)
    [row] = corpus.objects()

    assert list(row) == [
        *("title", "body", "lang"),
        *("title_en", "title_en_score", "english", "english_score"),
    ]
    assert row["title_en"] != row["english"]
    assert row["english_score"] == -0.12


def test_flags_tell_what_happened(corpus: Corpus, write: MakeFile) -> None:
    write("a.txt", f"BBC\n{ARABIC[0]} 😀\n")
    report = corpus.run(output_format=Format.JSON_LINES, has_flags=True)
    flags = [row["text_en_flags"] for row in corpus.objects()]

    assert flags[0] == ["PASSED_THROUGH"]
    assert "UNKNOWN_CARRIED_OVER" in flags[1]
    assert report.counts.flags["PASSED_THROUGH"] == 1
    assert report.counts.flagged_segments == 2
