"""What folders and patterns stand for."""

import os
from pathlib import Path

import pytest

from tarjama.cli.document_kinds import DocumentKinds
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import Placement, Source, plan_jobs
from tarjama.cli.sources import FoundSources, Selection, find_sources

FILES = (
    "docs/a.txt",
    "docs/b.md",
    "docs/sub/c.html",
    "docs/sub/deep/d.srt",
    "docs/.hidden.txt",
    "docs/.git/e.txt",
    "docs/picture.png",
    "docs/out/f.txt",
)


@pytest.fixture(autouse=True)
def tree() -> None:
    for name in FILES:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(b"\x89PNG\0" if name.endswith("png") else "نعم".encode())


def found(*names: str, **selection: tuple[object, ...]) -> FoundSources:
    chosen = Selection(**selection)  # type: ignore[arg-type]
    return find_sources(names, DocumentKinds(), chosen)


def names_of(result: FoundSources) -> list[str]:
    return [source.path.as_posix() for source in result.sources]


def test_a_folder_stands_for_its_documents_to_any_depth_but_not_for_hidden_ones() -> None:
    result = found("docs")
    assert names_of(result) == [
        "docs/a.txt",
        "docs/b.md",
        "docs/out/f.txt",
        "docs/sub/c.html",
        "docs/sub/deep/d.srt",
    ]
    assert [path.as_posix() for path in result.unsupported] == ["docs/picture.png"]


def test_the_folder_for_translations_is_not_searched() -> None:
    assert "docs/out/f.txt" not in names_of(found("docs", left_out=(Path("docs/out"),)))


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        (("*.md",), (), ["docs/b.md"]),
        (("sub/*",), (), ["docs/sub/c.html", "docs/sub/deep/d.srt"]),
        (("*.txt", "*.md"), ("out",), ["docs/a.txt", "docs/b.md"]),
        ((), ("*.txt", "sub/*"), ["docs/b.md"]),
        (("*.png",), (), ["docs/picture.png"]),
    ],
)
def test_patterns_choose_among_the_files_of_a_folder(
    include: tuple[str, ...], exclude: tuple[str, ...], expected: list[str]
) -> None:
    assert names_of(found("docs", include=include, exclude=exclude)) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("docs/*.md", ["docs/b.md"]),
        ("docs/**/*.[hs]*", ["docs/sub/c.html", "docs/sub/deep/d.srt"]),
        ("docs/s*", ["docs/sub/c.html", "docs/sub/deep/d.srt"]),
        ("docs/*.txt", ["docs/a.txt"]),
    ],
)
def test_a_pattern_stands_for_what_it_matches(pattern: str, expected: list[str]) -> None:
    assert names_of(found(pattern)) == expected


@pytest.mark.parametrize("pattern", ["docs/*", "docs/**", "docs/*.p*", "docs/*.png"])
def test_binary_files_that_a_pattern_matches_are_passed_over(pattern: str) -> None:
    result = found(pattern)
    assert result.unsupported == [Path("docs/picture.png")]


def test_text_of_an_unknown_extension_is_a_document_if_the_pattern_names_it() -> None:
    Path("docs/a.log").write_text("نعم")
    assert names_of(found("docs/*.log")) == ["docs/a.log"]
    assert Path("docs/a.log") in found("docs/*").unsupported


def test_a_pattern_without_a_match_is_a_failure() -> None:
    with pytest.raises(CommandFailed, match="No file matches"):
        found("docs/*.docx")


def test_a_file_may_have_a_name_like_a_pattern() -> None:
    Path("report[1].txt").write_text("x")
    assert names_of(found("report[1].txt")) == ["report[1].txt"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_a_link_to_a_folder_above_is_not_followed() -> None:
    Path("docs/sub/up").symlink_to(Path("docs").absolute())
    assert len(names_of(found("docs"))) == 5


def test_translations_keep_their_place_in_the_tree() -> None:
    placement = Placement(output=Path("english"), into_folder=True)
    jobs = plan_jobs(found("docs/sub").sources, placement)
    assert [job.target.as_posix() for job in jobs] == [
        "english/c.en.html",
        "english/deep/d.en.srt",
    ]


def test_translations_and_reviews_that_are_found_are_no_documents() -> None:
    for name in ("a.en.txt", "a.en.review.html", "b.en.md"):
        Path("docs", name).write_text("x")
    jobs = plan_jobs(found("docs").sources, Placement())
    assert "docs/a.txt" in {job.source.as_posix() for job in jobs}
    assert not any(".en" in job.source.name for job in jobs)


def test_a_translation_that_is_named_itself_is_translated() -> None:
    Path("docs/a.en.txt").write_text("x")
    jobs = plan_jobs([Source(Path("docs/a.en.txt"))], Placement())
    assert len(jobs) == 1
