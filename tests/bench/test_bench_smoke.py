import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench import __main__ as bench
from tests.bench.findings import DOCUMENTS, ONE_BY_ONE, SENTENCES_8, SENTENCES_64
from tests.bench.rounds import CURVE_CALLERS


def test_the_bench_measures_every_load_and_writes_it_down(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        bench.main,
        ["--quick", "--limit", "30", "--workers", "1", "--no-plots", "--out", str(tmp_path)],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout == (tmp_path / "report.md").read_text(encoding="utf-8")
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert found["setting"]["sentence_count"] == 30
    assert found["setting"]["cores"] == 1
    names = [scenario["name"] for scenario in found["scenarios"]]
    assert names == [SENTENCES_64, DOCUMENTS, SENTENCES_8, ONE_BY_ONE]
    assert all(f"| {name} |" in result.stdout for name in names)
    for scenario in found["scenarios"]:
        assert scenario["rate"]["low"] == scenario["rate"]["median"] > 0
        assert 0 < scenario["generator_share"]["median"] < 1
    assert [point["caller_count"] for point in found["curve"]] == list(CURVE_CALLERS)
    assert found["lone"]["sentence_count"] == found["short_calls"]["call_count"] == 20
    assert found["stream"]["document_bytes"] >= 16 << 10
    assert found["stream"]["memory"][-1][0] == 1.0
    assert len(found["targets"]) == 6
    assert found["peers"] is None
    # Nothing but repairs tells the server's answers from those of the engine alone.
    agreement = found["agreement"]
    assert agreement["other_count"] == 0
    assert agreement["equal_count"] + agreement["repaired_count"] == 30


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["--quick", "--data", "."], 2, "leave --data out"),
        (["--release", __file__], 2, "--peers"),
        (["--data", str(Path(__file__).parent)], 1, "cannot read flores200_dev.ar"),
    ],
)
def test_what_cannot_be_measured_is_told_on_standard_error(
    arguments: list[str], exit_code: int, message: str
) -> None:
    result = CliRunner().invoke(bench.main, arguments)
    assert result.exit_code == exit_code
    assert message in result.stderr
    assert not result.stdout
