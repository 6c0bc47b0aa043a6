import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.quality import __main__ as bench
from tests.quality import invariance
from tests.quality.corpora import SAMPLE_DATA
from tests.server.process.server_process import ServerProcess


@pytest.fixture
def few_lines(tmp_path: Path) -> Path:
    """The first 12 lines of the sample, as a corpus of its own; one begins with a space."""
    folder = tmp_path / "data"
    folder.mkdir()
    for language in ("ar", "en"):
        text = (SAMPLE_DATA / f"tatoeba_sample.{language}").read_text(encoding="utf-8")
        few = text.splitlines(keepends=True)[:12]
        few[3] = f" {few[3]}"
        (folder / f"few.{language}").write_text("".join(few), encoding="utf-8")
    return folder


def test_the_bench_writes_one_report_in_three_formats(
    server: ServerProcess, few_lines: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(
        bench.main,
        ["--data", str(few_lines), "--server", server.address, "--out", str(out)],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout == (out / "report.md").read_text(encoding="utf-8")
    assert "nrefs:1|case:mixed|eff:no|tok:13a" in result.stdout
    figures = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert [line["extent"] for line in figures["lines"]] == ["12"]
    [run_on] = figures["run_ons"]
    assert len(run_on["scores"]["ways"]) == 14
    page = (out / "report.html").read_text(encoding="utf-8")
    cells = re.findall(r"<td[^>]*>[^<]*[\u0620-\u064a]", page)
    assert cells
    assert all(cell.startswith('<td lang="ar" dir="rtl">') for cell in cells)


def test_lines_are_translated_alike_alone_under_load_and_streamed(
    server: ServerProcess, few_lines: Path
) -> None:
    result = CliRunner().invoke(
        invariance.main,
        ["--data", str(few_lines), "--server", server.address],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    assert "| few | 12 | 0 | 0 | 0 |" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["--quick", "--data", "."], 2, "leave --data out"),
        (["--limit", "0"], 2, "--limit"),
        (["--data", str(SAMPLE_DATA.parent)], 1, "there is no NAME.ar"),
    ],
)
def test_what_cannot_be_measured_is_told_on_standard_error(
    arguments: list[str], exit_code: int, message: str
) -> None:
    result = CliRunner().invoke(bench.main, arguments)
    assert result.exit_code == exit_code
    assert message in result.stderr
    assert not result.stdout
