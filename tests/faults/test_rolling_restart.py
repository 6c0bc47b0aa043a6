from pathlib import Path

from tests.faults.rolling_restart import restart_in_turn


def test_no_call_fails_while_servers_are_restarted_in_turn(tmp_path: Path) -> None:
    assert restart_in_turn(tmp_path).broken == []
