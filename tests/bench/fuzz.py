"""Fuzzes every method of a server, for as long as one likes.

    python -m tests.bench.fuzz [--count 100000] [--seed 1] [--state FILE]

Prints calls by method and code, and what was found. With `--state`, what was counted is kept in a
file, from which the same command goes on. The same seed makes the same calls.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from tests.faults.fuzzing import fuzz_server
from tests.faults.observed import ObservedServer, observed_server

_ROUND_CALLS = 2000


@dataclass(slots=True)
class State:
    """What has been counted so far.

    Attributes:
        seed: of the first round; each round has its own.
        round_count: rounds done.
        codes: calls by method and code.
        rss_mib: the server's memory after each round.
        broken: what was found.
        seconds: how long the rounds took.
    """

    seed: int
    round_count: int = 0
    codes: dict[str, dict[str, int]] = field(default_factory=dict)
    rss_mib: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @classmethod
    def load(cls, path: Path | None, seed: int) -> Self:
        """Go on from a file, if there is one."""
        if path is None or not path.exists():
            return cls(seed)
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def save(self, path: Path) -> None:
        """Write the file."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @property
    def call_count(self) -> int:
        return sum(sum(codes.values()) for codes in self.codes.values())

    def run_round(self, server: ObservedServer) -> None:
        """Make one more round of calls."""
        began = time.monotonic()
        # A round takes two seeds.
        seed = self.seed + 2 * self.round_count
        findings, tally = fuzz_server(server, count=_ROUND_CALLS, seed=seed)
        for (method, code), count in tally.codes.items():
            codes = Counter(self.codes.setdefault(method, {}))
            codes[code] += count
            self.codes[method] = dict(codes)
        self.broken += findings.broken
        self.rss_mib.append(server.rss_mib)
        self.round_count += 1
        self.seconds += time.monotonic() - began

    def to_markdown(self) -> str:
        """The counts, the memory and the verdict."""
        rows = [
            f"| {method.rpartition('/')[2]} | {code} | {count:,} |"
            for method, codes in sorted(self.codes.items())
            for code, count in sorted(codes.items())
        ]
        memory = ", ".join(f"{mib:.0f}" for mib in self.rss_mib)
        verdict = [f"- broken: {found}" for found in self.broken] or ["All promises kept."]
        head = f"{self.call_count:,} calls in {self.seconds:.0f} s, seed {self.seed}."
        lines = ["## Fuzzing", "", head, "", "| method | code | calls |", "|---|---|---|", *rows]
        return "\n".join([*lines, "", f"Server MiB after each round: {memory}.", "", *verdict])


def main() -> int:
    """Fuzz, and print the outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000, help="calls to make in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="file to keep the counts in, and to go on from")
    arguments = parser.parse_args()
    state = State.load(arguments.state, arguments.seed)
    with tempfile.TemporaryDirectory() as folder, observed_server(Path(folder)) as server:
        while state.call_count < arguments.count:
            state.run_round(server)
            if arguments.state:
                state.save(arguments.state)
            print(f"{state.call_count:,} calls", file=sys.stderr, flush=True)
    print(state.to_markdown())
    return 1 if state.broken else 0


if __name__ == "__main__":
    sys.exit(main())
