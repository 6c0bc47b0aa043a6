import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.examples import example_findings
from tests.bench.findings import Peers, Spread, percentile
from tests.bench.report import to_json, to_markdown

FINDINGS = example_findings()


def test_targets_are_said_to_be_met_or_missed() -> None:
    slow = replace(FINDINGS, lone=replace(FINDINGS.lone, added_s=Spread(0.002, 0.001, 0.003)))
    assert "**missed**" not in to_markdown(FINDINGS)
    assert "| +2.00 ms | at most +1.5 ms | **missed** |" in to_markdown(slow)
    assert [target["is_met"] for target in json.loads(to_json(slow))["targets"]].count(False) == 1


def test_the_cost_is_that_of_all_cores() -> None:
    # 186 sentences of 18 words a second on 2 cores.
    costs = {row["name"]: row for row in json.loads(to_json(FINDINGS))["cost"]}
    hours = costs["64 callers, a sentence each"]["core_hours_per_million_words"]
    assert hours == pytest.approx(2 * 1e6 / (186 * 18) / 3600)
    assert f"| 64 callers, a sentence each | 3,348 | {hours:.2f} | {hours * 0.05:.4f} |" in (
        to_markdown(FINDINGS)
    )


def test_the_report_says_what_was_not_measured_and_why() -> None:
    without = replace(FINDINGS, peers=Peers([], [], None, ["LibreTranslate was not measured."]))
    assert "LibreTranslate was not measured." in to_markdown(without)
    assert "see `--peers`" in to_markdown(replace(FINDINGS, peers=None))


def test_plots_show_every_load(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from tests.bench.plots import write_plots

    paths = write_plots(FINDINGS, tmp_path)
    assert [path.stem for path in paths] == ["callers", "ceiling", "memory", "peers"]
    assert all(path.read_text(encoding="utf-8").count("<path") > 5 for path in paths)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([7.0], 0.5, 7.0), ([3, 1, 2], 0.5, 2), ([*range(1, 101)], 0.95, 95), ([1, 2], 1.0, 2)],
)
def test_a_percentile_is_one_of_the_values(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected
