from pathlib import Path

from tests.faults.slow_reader import read_slowly


def test_a_caller_that_does_not_read_is_not_read_from(tmp_path: Path) -> None:
    assert read_slowly(tmp_path, stall_s=1.0, size_mib=6.0).broken == []
