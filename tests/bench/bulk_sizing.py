"""Simulates a bulk job on many workers: how long it takes, and how many core-hours are paid.

    python -m tests.bench.bulk_sizing --report OUT/_tarjama/report.json
    python -m tests.bench.bulk_sizing --words-per-core-hour 3000000 --words 1e9 --workers 256

Workers take shards from one queue, as in Ray Data. Shards differ in length, some workers are slower
than others, and workers are lost and replaced; a shard in hand is then begun again.
"""

from __future__ import annotations

import heapq
import json
import random
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

_SEEDS = 5
_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Workers of one core each.

    Attributes:
        workers: how many.
        words_per_s: of a worker that is not slow.
        start_s: until a worker is warm.
        slow_share: of workers that are slow, 0 to 1.
        slowness: times as long as others these take.
        losses_per_hour: how often a worker is lost.
    """

    workers: int
    words_per_s: float
    start_s: float = 20.0
    slow_share: float = 0.05
    slowness: float = 2.0
    losses_per_hour: float = 0.02


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is translated.

    Attributes:
        words: in all.
        shard_words: of a shard in the mean.
        spread: by which the logarithms of shards' lengths vary.
    """

    words: float
    shard_words: float
    spread: float = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job took.

    Attributes:
        wall_s: from the first worker's start to the last shard's end.
        paid_s: core-seconds: all workers, all the time.
        redone_s: core-seconds of shards that were begun and lost.
        tail_s: from when the first worker had nothing more to do to the end.
    """

    wall_s: float
    paid_s: float
    redone_s: float
    tail_s: float


def simulate(fleet: Fleet, corpus: Corpus, seed: int) -> Outcome:
    """Run one job."""
    chance = random.Random(seed)
    waiting = deque(_shards(corpus, chance))
    slow_count = round(fleet.slow_share * fleet.workers)
    free = [
        (fleet.start_s, worker, fleet.slowness if worker < slow_count else 1.0)
        for worker in range(fleet.workers)
    ]
    heapq.heapify(free)
    redone_s = wall_s = 0.0
    idle_s: float | None = None
    returned: list[tuple[float, float]] = []
    while waiting or returned:
        now, worker, slowness = heapq.heappop(free)
        while returned and returned[0][0] <= now:
            waiting.appendleft(heapq.heappop(returned)[1])
        if not waiting:
            # Nothing to do until a shard comes back from a worker that is lost.
            idle_s = now if idle_s is None else idle_s
            if returned:
                heapq.heappush(free, (returned[0][0], worker, slowness))
            continue
        words = waiting.popleft()
        duration_s = words * slowness / fleet.words_per_s
        life_s = _life_s(fleet, chance)
        if life_s < duration_s:
            redone_s += life_s
            heapq.heappush(returned, (now + life_s, words))
            heapq.heappush(free, (now + life_s + fleet.start_s, worker, slowness))
            continue
        wall_s = max(wall_s, now + duration_s)
        heapq.heappush(free, (now + duration_s, worker, slowness))
    first_idle_s = min(free)[0] if idle_s is None else idle_s
    return Outcome(wall_s, wall_s * fleet.workers, redone_s, max(0.0, wall_s - first_idle_s))


def _shards(corpus: Corpus, chance: random.Random) -> list[float]:
    """Lengths that come to the corpus' words."""
    count = max(1, round(corpus.words / corpus.shard_words))
    lengths = [chance.lognormvariate(0.0, corpus.spread) for _ in range(count)]
    mean_words = corpus.words / sum(lengths)
    return [length * mean_words for length in lengths]


def _life_s(fleet: Fleet, chance: random.Random) -> float:
    if not fleet.losses_per_hour:
        return float("inf")
    return chance.expovariate(fleet.losses_per_hour / _SECONDS_PER_HOUR)


def table(
    corpus_words: float,
    words_per_core_hour: float,
    worker_counts: Sequence[int],
    shard_sizes: Sequence[float],
) -> list[str]:
    """Lay out the medians of some runs for each number of workers and size of shards."""
    lines = [
        "| workers | words a shard | shards | hours | core-hours paid | of the ideal | done twice "
        "| idle at the end |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ideal_s = corpus_words / words_per_core_hour * _SECONDS_PER_HOUR
    for workers in worker_counts:
        for shard_words in shard_sizes:
            fleet = Fleet(workers, words_per_core_hour / _SECONDS_PER_HOUR)
            corpus = Corpus(corpus_words, shard_words)
            runs = [simulate(fleet, corpus, seed) for seed in range(_SEEDS)]
            wall_s, paid_s, redone_s, tail_s = (
                statistics.median(getattr(run, name) for run in runs)
                for name in ("wall_s", "paid_s", "redone_s", "tail_s")
            )
            lines.append(
                f"| {workers:,} | {shard_words:,.0f} | {corpus_words / shard_words:,.0f} "
                f"| {wall_s / _SECONDS_PER_HOUR:,.2f} | {paid_s / _SECONDS_PER_HOUR:,.0f} "
                f"| {paid_s / ideal_s:.3f} | {redone_s / paid_s:.2%} | {tail_s:,.0f} s |"
            )
    return lines


@click.command(help=__doc__)
@click.option("--report", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--words-per-core-hour", type=click.FloatRange(1))
@click.option("--words", type=click.FloatRange(1), default=1e9, show_default=True)
@click.option("--workers", type=click.IntRange(1), multiple=True, default=(2, 64, 256, 1024))
@click.option(
    "--shard-words", type=click.FloatRange(1), multiple=True, default=(2e4, 1e5, 5e5, 2e6)
)
def main(
    report: Path | None,
    words_per_core_hour: float | None,
    words: float,
    workers: tuple[int, ...],
    shard_words: tuple[float, ...],
) -> None:
    """Simulate and print a table."""
    if report is not None and words_per_core_hour is None:
        rate: float = json.loads(report.read_bytes())["words_per_core_hour"]
    elif report is None and words_per_core_hour is not None:
        rate = words_per_core_hour
    else:
        raise click.UsageError("pass either --report or --words-per-core-hour")
    click.echo(
        f"{words:,.0f} words at {rate:,.0f} words per core-hour: "
        f"{words / rate:,.0f} core-hours if nothing were ever idle or lost.\n"
    )
    click.echo("\n".join(table(words, rate, workers, shard_words)))


if __name__ == "__main__":
    main()
