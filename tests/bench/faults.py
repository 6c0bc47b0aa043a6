"""Breaks servers, clients, disks and good manners, and prints what came of it.

    python -m tests.bench.faults [NAME...] [--seconds 30]

Prints a Markdown table for each scenario of `tests/faults`, with the promises that were broken, if
any; the exit code is 1 then. Figures of overload mean something only on a machine that does
nothing else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.faults.findings import Findings
from tests.faults.full_disk import fill_disks, refuse_unreadable_models
from tests.faults.fuzzing import fuzz
from tests.faults.killed_clients import kill_clients
from tests.faults.killed_server import kill_server
from tests.faults.overload import SHOWN_ONLY, Demands, overload
from tests.faults.rolling_restart import restart_in_turn
from tests.faults.shutdown import stop_under_load
from tests.faults.slow_reader import read_slowly

_WAVES: Final = 4
# What one repetition takes on two cores, in seconds, or how many calls a second makes.
_KILL_S: Final = 5.0
_ROUND_S: Final = 5.0
_RESTARTS_S: Final = 8.0
_FUZZ_RATE: Final = 100

Scenario = Callable[[Path, float], Findings]


def _overload(sentence_count: int, demands: Demands | None = None) -> Scenario:
    return lambda folder, seconds: overload(
        folder,
        wave_count=_WAVES,
        wave_s=seconds / (_WAVES + 1),
        sentence_count=sentence_count,
        demands=demands,
    )


SCENARIOS: Final[dict[str, Scenario]] = {
    # Three kinds of clients share the time.
    "killed-server": lambda folder, seconds: kill_server(
        folder, kill_count=_repetitions(seconds / 3, _KILL_S)
    ),
    "killed-clients": lambda folder, seconds: kill_clients(
        folder, client_count=8, round_count=_repetitions(seconds, _ROUND_S)
    ),
    "overload": _overload(50),
    "overload-by-small-calls": _overload(8, SHOWN_ONLY),
    "overload-by-sentences": _overload(1, SHOWN_ONLY),
    "slow-reader": lambda folder, seconds: read_slowly(folder, stall_s=seconds, size_mib=16.0),
    "shutdown": lambda folder, _: stop_under_load(folder, caller_count=64, stream_count=12),
    "rolling-restart": lambda folder, seconds: restart_in_turn(
        folder, round_count=_repetitions(seconds, _RESTARTS_S)
    ),
    "full-disk": lambda folder, _: fill_disks(folder),
    "unreadable-model": lambda folder, _: refuse_unreadable_models(folder),
    "fuzzing": lambda folder, seconds: fuzz(folder, count=int(seconds * _FUZZ_RATE))[0],
}
"""What there is, by name: from a folder for its files and about how many seconds it may take."""


def _repetitions(seconds: float, each_s: float) -> int:
    return max(1, int(seconds / each_s))


def main() -> int:
    """Run scenarios and print their findings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--seconds", type=float, default=30.0, help="about how long each may take")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in SCENARIOS]
    if unknown:
        parser.error(f"no scenario is named {unknown[0]}; there are: {', '.join(SCENARIOS)}")
    is_broken = False
    for name in arguments.names or SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            findings = SCENARIOS[name](Path(folder) / "scenario", arguments.seconds)
        print(findings.to_markdown(name), end="\n\n", flush=True)
        is_broken = is_broken or bool(findings.broken)
    return 1 if is_broken else 0


if __name__ == "__main__":
    sys.exit(main())
