from pathlib import Path

from tests.faults.shutdown import stop_under_load


def test_a_server_that_is_told_to_stop_loses_nothing_that_it_accepted(tmp_path: Path) -> None:
    assert stop_under_load(tmp_path).broken == []
