"""Measures `tarjama-server bulk` beside the engine called directly, with 1 worker and with more.

    python -m tests.bench.bulk --data DIR    # DIR holds flores200_dev.ar and flores200_devtest.ar
    python -m tests.bench.bulk --quick       # the committed sample; its figures mean nothing

Needs the extra `ray`, and a machine that does nothing else. Every run stands between two of the
engine alone on as many threads, with the same sentences; nothing is taken from a cache. All workers
are in one process, as is the default for few of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from tarjama_server.cores import available_cores
from tarjama_server.model_store.store import InstalledModel, ModelStore
from tarjama_server.text.postedit import post_edit
from tests.bench.direct import BATCH_TOKENS, DirectEngine, DirectRun
from tests.bench.sentences import Sentence, SentencesError, load_sentences

_QUICK_SENTENCES = 60
# On so many the engine's best size of batches is found.
_SAMPLE_SENTENCES = 300
# Beginning and ending a shard takes some hundredths of a second: by default it has 5,000 rows.
_SHARD_ROWS = 1000


@dataclass(frozen=True, slots=True)
class ShardTimes:
    """When a shard was translated, by the clock of its files."""

    rows: int
    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class Round:
    """A run, and the engine alone before and after it.

    Attributes:
        workers: of the run, and threads of the engine.
        rows_per_s: from the first shard's beginning to the last one's end.
        direct_per_s: of the engine alone, the mean of both.
        share: the former over the latter.
        words_per_core_hour: as the run reported it.
        wall_s: of the whole command, Ray's start and the loading of models included.
        equal_share: rows translated as the engine alone translates them.
        other_count: rows that are not, and are not flagged as repaired.
    """

    workers: int
    rows_per_s: float
    direct_per_s: float
    share: float
    words_per_core_hour: float
    wall_s: float
    equal_share: float
    other_count: int


def steady_rate(shards: Sequence[ShardTimes]) -> float:
    """Rows a second from when the first shard is begun until the last one has ended.

    Before that the model is loaded, beside which a corpus takes hours.
    """
    start_s = min(shard.began_s for shard in shards)
    end_s = max(shard.ended_s for shard in shards)
    return sum(shard.rows for shard in shards) / (end_s - start_s)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured."""

    model: InstalledModel
    sentences: Sequence[Sentence]
    passes: int
    folder: Path

    def measure(self, worker_count: int, number: int) -> Round:
        """Run the engine, the command, and the engine again."""
        engine = DirectEngine(self.model, worker_count=worker_count, threads_per_worker=1)
        sample = self.sentences[:: max(1, len(self.sentences) // _SAMPLE_SENTENCES)]
        engine.run(sample[:_QUICK_SENTENCES], max_batch_tokens=BATCH_TOKENS[0])
        tried = {size: engine.run(sample, max_batch_tokens=size) for size in BATCH_TOKENS}
        best = max(tried, key=lambda size: tried[size].rate)
        before = engine.run(self.sentences, max_batch_tokens=best)
        out = self.folder / f"out-{worker_count}-{number}"
        report = self._run(out, worker_count)
        after = engine.run(self.sentences, max_batch_tokens=best)
        rate = steady_rate(_shard_times(out))
        direct = statistics.mean([before.rate, after.rate])
        equal, other = self._agreement(out, before)
        return Round(
            workers=worker_count,
            rows_per_s=rate,
            direct_per_s=direct,
            share=rate / direct,
            words_per_core_hour=report["words_per_core_hour"],
            wall_s=report["wall_s"],
            equal_share=equal / len(self.sentences),
            other_count=other,
        )

    def _run(self, out: Path, worker_count: int) -> dict[str, float]:
        source = self.folder / "in.txt"
        text = "".join(f"{sentence.text}\n" for sentence in self.sentences)
        source.write_text(text * self.passes, encoding="utf-8")
        rows = len(self.sentences) * self.passes
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tarjama_server", "bulk", str(source), str(out)),
                *("--processes", "1", "--workers", f"{worker_count}", "--line-handling", "lines"),
                *("--output-format", "jsonl", "--flags", "--json"),
                *("--shard-rows", f"{min(_SHARD_ROWS, max(1, rows // 4))}"),
            ],
            stdout=subprocess.PIPE,
            check=True,
            # Passes of the same sentences stand for other ones.
            env={**os.environ, "TARJAMA_SERVER_CACHE_BYTES": "0"},
        )
        report: dict[str, float] = json.loads(done.stdout)
        return report

    def _agreement(self, out: Path, direct: DirectRun) -> tuple[int, int]:
        """Rows of the first pass as the engine's, and others that are not flagged as repaired."""
        rows = [
            json.loads(line)
            for part in sorted(out.glob("part-*"))
            for line in part.read_text(encoding="utf-8").splitlines()
        ]
        equal = other = 0
        for sentence, output, row in zip(self.sentences, direct.outputs, rows, strict=False):
            if row["text_en"] == post_edit(output, source=sentence.text):
                equal += 1
            elif not {"REPAIRED", "DEGENERATE"} & set(row["text_en_flags"]):
                other += 1
        return equal, other


def _shard_times(out: Path) -> list[ShardTimes]:
    times = []
    for path in (out / "_tarjama" / "done").glob("*.json"):
        record = json.loads(path.read_bytes())
        ended_s = path.stat().st_mtime
        times.append(ShardTimes(record["counts"]["rows"], ended_s - record["busy_s"], ended_s))
    return times


def table(rounds: Sequence[Round]) -> list[str]:
    """Lay out the rounds as Markdown, and how many workers compare with one."""
    lines = [
        "| workers | rows/s | engine alone | share | words per core-hour | whole run | equal "
        "| other |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.workers} | {each.rows_per_s:.1f} | {each.direct_per_s:.1f} | {each.share:.3f} "
        f"| {each.words_per_core_hour:,.0f} | {each.wall_s:.0f} s | {each.equal_share:.1%} "
        f"| {each.other_count} |"
        for each in rounds
    ]
    for workers in sorted({each.workers for each in rounds} - {1}):
        bulk = _median(rounds, workers, _bulk_rate) / _median(rounds, 1, _bulk_rate)
        direct = _median(rounds, workers, _direct_rate) / _median(rounds, 1, _direct_rate)
        lines += [
            "",
            f"{workers} workers translate {bulk:.2f} times the rows of 1; the engine alone, "
            f"{direct:.2f} times.",
        ]
    return lines


def _bulk_rate(each: Round) -> float:
    return each.rows_per_s


def _direct_rate(each: Round) -> float:
    return each.direct_per_s


def _median(rounds: Sequence[Round], workers: int, rate: Callable[[Round], float]) -> float:
    return statistics.median(rate(each) for each in rounds if each.workers == workers)


@click.command(help=__doc__)
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--quick", is_flag=True, help="A trial run on one worker.")
@click.option("--rounds", "round_count", type=click.IntRange(1), default=3, show_default=True)
@click.option("--passes", type=click.IntRange(1), default=3, show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Sentences, spread evenly.  [default: all]")
@click.option("--workers", type=click.IntRange(2), help="[default: as many as cores, up to 4]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="JSON to write.")
def main(
    data: Path | None,
    quick: bool,
    round_count: int,
    passes: int,
    limit: int | None,
    workers: int | None,
    out: Path | None,
) -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = ModelStore(folder / "models").verify("ar-en-small")
        try:
            found = load_sentences(data, model, limit=_QUICK_SENTENCES if quick else limit)
        except SentencesError as error:
            raise click.ClickException(str(error)) from error
        subject = Subject(model, found.sentences, 1 if quick else passes, folder)
        counts = [1] if quick else [1, workers or max(2, min(4, available_cores()))]
        rounds = [
            subject.measure(count, number)
            for number in range(1 if quick else round_count)
            for count in counts
        ]
    click.echo(f"{found.source}: {len(found.sentences):,} sentences, passes: {subject.passes}\n")
    click.echo("\n".join(table(rounds)))
    if out is not None:
        out.write_text(json.dumps([asdict(each) for each in rounds], indent=2))


if __name__ == "__main__":
    main()
