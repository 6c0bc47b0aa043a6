from pathlib import Path

from tests.faults.killed_clients import kill_clients


def test_killed_clients_leave_no_work_behind(tmp_path: Path) -> None:
    assert kill_clients(tmp_path).broken == []
