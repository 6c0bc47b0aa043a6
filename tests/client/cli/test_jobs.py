"""Which document goes where, and which places are refused."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tarjama.cli.jobs import (
    STANDARD_STREAM,
    Job,
    MisplacedOutput,
    Placement,
    Source,
    plan_jobs,
    translated_name,
)


def planned(
    *sources: str, output: str | None = None, into_folder: bool = False, json_lines: bool = False
) -> list[Job]:
    placement = Placement(
        output=None if output is None else Path(output),
        into_folder=into_folder,
        json_lines=json_lines,
    )
    return plan_jobs([Source(Path(source)) for source in sources], placement)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("01-iraq.ar.txt", "01-iraq.en.txt"),
        ("01-iraq.AR.txt", "01-iraq.en.txt"),
        ("01-iraq.txt", "01-iraq.en.txt"),
        ("01-iraq", "01-iraq.en"),
        ("01-iraq.ar", "01-iraq.en"),
        ("bazar.txt", "bazar.en.txt"),
        (".ar.txt", ".ar.en.txt"),
        (".hidden", ".hidden.en"),
        ("a.b.ar.md", "a.b.en.md"),
        ("بغداد.ar.txt", "بغداد.en.txt"),
    ],
)
def test_a_translation_is_named_after_its_source(source: str, name: str) -> None:
    assert translated_name(Path(source)) == name


def test_json_lines_have_a_suffix_of_their_own() -> None:
    assert translated_name(Path("01.ar.txt"), json_lines=True) == "01.en.jsonl"


@pytest.mark.parametrize("source", ["a.txt", "-"])
def test_one_document_goes_to_standard_output(source: str) -> None:
    assert planned(source) == [Job(Path(source), STANDARD_STREAM)]


def test_several_documents_go_beside_their_sources() -> None:
    jobs = planned("x/a.ar.txt", "y/b.txt")
    assert [job.target for job in jobs] == [Path("x/a.en.txt"), Path("y/b.en.txt")]


def test_several_documents_go_into_the_folder_named() -> None:
    jobs = planned("x/a.ar.txt", "y/b.txt", output="out", into_folder=True)
    assert [job.target for job in jobs] == [Path("out/a.en.txt"), Path("out/b.en.txt")]


def test_json_lines_of_several_documents_go_to_standard_output() -> None:
    assert [job.target for job in planned("a", "b", "-", json_lines=True)] == [STANDARD_STREAM] * 3


@pytest.mark.parametrize(
    ("sources", "output", "into_folder"),
    [
        (("a", "b"), "file.txt", False),
        (("a", "b"), "-", False),
        (("a", "-"), None, False),
        (("-",), "folder", True),
        (("a.txt", "./a.txt"), None, False),
        (("x/a.txt", "y/a.txt"), "out", True),
        (("a.txt", "a.ar.txt"), None, False),
    ],
)
def test_documents_without_a_place_of_their_own_are_refused(
    sources: tuple[str, ...], output: str | None, into_folder: bool
) -> None:
    with pytest.raises(MisplacedOutput):
        planned(*sources, output=output, into_folder=into_folder)


@pytest.mark.parametrize("make_alias", [os.link, os.symlink])
def test_a_source_is_never_the_output_under_any_name(
    make_alias: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    source, alias = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_text("x")
    make_alias(source, alias)
    with pytest.raises(MisplacedOutput, match="is the source"):
        planned(str(source), output=str(alias))


def test_a_translation_does_not_replace_another_source(tmp_path: Path) -> None:
    sources = [tmp_path / "a.txt", tmp_path / "a.en.txt"]
    for source in sources:
        source.write_text("x")
    with pytest.raises(MisplacedOutput, match="is the source"):
        planned(*map(str, sources))
