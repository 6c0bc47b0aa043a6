from pathlib import Path

from tests.faults.killed_server import kill_server


def test_a_killed_servers_documents_are_resumed_as_if_nothing_had_happened(tmp_path: Path) -> None:
    assert kill_server(tmp_path).broken == []
