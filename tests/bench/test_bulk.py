import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench import bulk, bulk_sizing
from tests.bench.bulk import Round, ShardTimes, steady_rate, table
from tests.bench.bulk_sizing import Corpus, Fleet, simulate

FLEET = Fleet(10, 100.0, start_s=0.0, slow_share=0.0, losses_per_hour=0.0)
EVEN = Corpus(1_000_000, 10_000, spread=0.0)


def test_a_rate_is_taken_from_the_first_shard_to_the_end_of_the_last() -> None:
    shards = [ShardTimes(100, 15.0, 25.0), ShardTimes(200, 5.0, 15.0)]
    assert steady_rate(shards) == pytest.approx(15.0)


def test_the_table_compares_workers() -> None:
    one = Round(1, 90.0, 100.0, 0.9, 3e6, 60.0, 1.0, 0)
    lines = table([one, replace(one, workers=2, rows_per_s=171.0, direct_per_s=190.0)])

    assert lines[2].startswith("| 1 | 90.0 | 100.0 | 0.900 | 3,000,000 |")
    assert "2 workers translate 1.90 times the rows of 1" in lines[-1]


def test_without_mishaps_a_job_takes_its_words_over_its_workers() -> None:
    outcome = simulate(FLEET, EVEN, seed=0)
    assert outcome.wall_s == pytest.approx(1000.0)
    assert outcome.paid_s == pytest.approx(10_000.0)
    assert (outcome.redone_s, outcome.tail_s) == (0.0, 0.0)


@pytest.mark.parametrize(
    "fleet",
    [
        replace(FLEET, start_s=60.0),
        replace(FLEET, slow_share=0.2),
        replace(FLEET, losses_per_hour=6.0, start_s=1.0),
        replace(FLEET, workers=1, losses_per_hour=6.0),
    ],
)
def test_what_goes_wrong_costs_time(fleet: Fleet) -> None:
    expected = EVEN.words / FLEET.words_per_s
    outcome = simulate(fleet, EVEN, seed=0)
    assert outcome.paid_s > expected
    assert outcome.paid_s == pytest.approx(outcome.wall_s * fleet.workers)
    assert bool(outcome.redone_s) == bool(fleet.losses_per_hour)


def test_large_shards_leave_more_workers_idle_at_the_end() -> None:
    fleet = replace(FLEET, slow_share=0.1)
    small, large = (
        simulate(fleet, replace(EVEN, shard_words=words), seed=0) for words in (1e4, 1e5)
    )
    assert large.tail_s > small.tail_s
    assert large.wall_s > small.wall_s


def test_the_simulation_takes_its_rate_from_a_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"words_per_core_hour": 2_000_000}))
    result = CliRunner().invoke(
        bulk_sizing.main,
        ["--report", str(report), "--words", "1e7", "--workers", "4", "--shard-words", "1e5"],
        catch_exceptions=False,
    )
    assert "2,000,000 words per core-hour: 5 core-hours if nothing" in result.stdout
    assert "| 4 | 100,000 | 100 |" in result.stdout
    assert CliRunner().invoke(bulk_sizing.main, []).exit_code == 2


@pytest.mark.ray
def test_the_bench_measures_a_run_beside_the_engine(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    out = tmp_path / "report.json"
    result = CliRunner().invoke(bulk.main, ["--quick", "--out", str(out)], catch_exceptions=False)
    [found] = json.loads(out.read_text())

    assert "| 1 |" in result.stdout
    assert found["workers"] == 1
    assert found["share"] == pytest.approx(found["rows_per_s"] / found["direct_per_s"])
    assert found["words_per_core_hour"] > 0
    # Nothing but repairs tells the rows from what the engine alone makes of them.
    assert found["other_count"] == 0
    assert found["equal_share"] > 0.9
