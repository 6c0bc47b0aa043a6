from pathlib import Path

from tests.faults.overload import Demands, overload

# The machine that runs the tests may be doing several other things.
ON_A_BUSY_MACHINE = Demands(goodput=0.5, refusal_p99_s=None, recovery_s=5.0)


def test_ten_times_too_many_calls_cost_the_server_little_of_what_it_can_do(tmp_path: Path) -> None:
    assert overload(tmp_path, wave_s=2.0, demands=ON_A_BUSY_MACHINE).broken == []
