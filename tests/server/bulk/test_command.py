"""What the command says and how it ends, without Ray."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tarjama_server.bulk.report import Counts, Report
from tarjama_server.commands import bulk as command
from tarjama_server.commands.application import tarjama_server
from tarjama_server.commands.bulk_progress import Pace, report_lines
from tests.server.bulk.conftest import MakeFile
from tests.server.bulk.corpus import ARABIC, here


def _bulk(*args: str) -> Result:
    return CliRunner().invoke(tarjama_server, ["bulk", *args])


@pytest.fixture
def without_ray(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Shards are translated in this process."""
    monkeypatch.setattr(command, "find_spec", lambda name: object())
    monkeypatch.setattr(command, "RayExecutor", lambda cluster: here)
    monkeypatch.setenv("TARJAMA_SERVER_MODELS_DIR", str(tmp_path / "models"))
    yield


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--column", "body"], "text has no columns: leave out --column"),
        (["--scores"], "pass --output-format jsonl or parquet"),
        (["--format", "jsonl", "--output-format", "text"], "jsonl is written as jsonl alone"),
        (["--format", "jsonl", "--output-column", "text"], "two columns would be called 'text'"),
        (
            ["--format", "jsonl", "--column", "a", "--column", "b", "--output-column", "c"],
            "--column is given 2 times and --output-column 1 times",
        ),
        (["--do-not-translate", "..."], "holds no letter or digit"),
        (["--shard-rows", "0"], "--shard-rows"),
    ],
)
def test_misuse_is_told_and_gives_2(write: MakeFile, args: list[str], message: str) -> None:
    path = write("a.txt", "x\n")
    result = _bulk(str(path), str(path.parent / "out"), *args)

    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert not (path.parent / "out").exists()


def test_no_input_gives_2(tmp_path: Path) -> None:
    result = _bulk(str(tmp_path / "nowhere"), str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "there is no input in" in result.stderr


def test_without_the_extra_it_says_what_to_install(
    write: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("a.txt", "x\n")
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    result = _bulk(str(path), str(path.parent / "out"))

    assert result.exit_code == 1
    assert "bulk needs ray: pip install 'tarjama[server,ray]'" in result.stderr


@pytest.mark.usefixtures("without_ray")
@pytest.mark.parametrize(("args", "exit_code"), [([], 0), (["--strict"], 1)])
def test_bad_rows_fail_only_a_strict_run(
    write: MakeFile, tmp_path: Path, args: list[str], exit_code: int
) -> None:
    path = write("a.jsonl", f'{{"text": "{ARABIC[0]}"}}\n{{"text": 5}}\n')
    result = _bulk(str(path), str(tmp_path / "out"), *args)

    assert result.exit_code == exit_code
    assert "bad rows                        1 (not_a_string 1)" in result.stdout
    assert "2 of 2 rows" in result.stderr
    assert len((tmp_path / "out" / "part-00000.jsonl").read_text().splitlines()) == 2
    assert (tmp_path / "out" / "_bad" / "part-00000.jsonl").exists()


@pytest.mark.usefixtures("without_ray")
def test_a_job_that_was_begun_otherwise_gives_1(write: MakeFile, tmp_path: Path) -> None:
    path = write("a.txt", f"{ARABIC[0]}\n")
    assert _bulk(str(path), str(tmp_path / "out"), "--json").exit_code == 0
    result = _bulk(str(path), str(tmp_path / "out"), "--beam-size", "1")

    assert result.exit_code == 1
    assert "another option beam_size" in result.stderr
    assert result.stdout == ""


def test_pace_tells_rows_rate_and_time_left() -> None:
    clock = iter([0.0, 0.0, 20.0])
    pace = Pace(10_000, 1_000, lambda: next(clock))
    assert str(pace) == "1,000 of 10,000 rows"
    pace.add(500)
    assert str(pace) == "1,500 of 10,000 rows, 25.0 rows/s, 0:05:40 left"


def test_a_report_of_nothing_has_no_rates() -> None:
    report = Report(Counts(), 0, 0, 0.1, 0.0, 0.0, 0.0)
    assert not any("hour" in line and "per" in line for line in report_lines(report, Path("out")))
    busy = replace(report, counts=Counts(words=90), core_hours=0.5, gpu_hours=0.25)
    assert {"180", "360"} <= {line.split()[-1] for line in report_lines(busy, Path("out"))}
