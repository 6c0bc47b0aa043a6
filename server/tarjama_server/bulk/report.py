"""What came of shards, and of the whole job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

_SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one shard or several.

    Attributes:
        rows: all, bad ones included.
        empty_cells: cells without a value, which stay so.
        bad_rows: by reason.
        words: between white space, in the texts that were translated.
        segments: sentences, or pieces of them where one was cut.
        repeated: times the engine was spared, as the same had been translated before. What it was
            spared while two shards were in hand is counted for one of them.
        flagged_segments: those with a flag or more.
        flags: segments by flag.
    """

    rows: int = 0
    empty_cells: int = 0
    bad_rows: Mapping[str, int] = field(default_factory=dict)
    words: int = 0
    segments: int = 0
    repeated: int = 0
    flagged_segments: int = 0
    flags: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def total(cls, some: Iterable[Counts]) -> Counts:
        """Add up."""
        numbers: Counter[str] = Counter()
        bad_rows: Counter[str] = Counter()
        flags: Counter[str] = Counter()
        for counts in some:
            values = asdict(counts)
            bad_rows.update(values.pop("bad_rows"))
            flags.update(values.pop("flags"))
            numbers.update(values)
        return cls(bad_rows=dict(sorted(bad_rows.items())), flags=dict(flags), **numbers)

    @property
    def bad_row_count(self) -> int:
        """Bad rows, whatever the reason."""
        return sum(self.bad_rows.values())


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """That a shard is finished.

    Attributes:
        shard: its number.
        counts: of its rows.
        part_bytes: the size of its part.
        busy_s: from reading it to having written it, or from when the process had written another,
            if that was later.
        threads: that computed, on a CPU.
        gpus: that computed; 0 on a CPU.
    """

    shard: int
    counts: Counts
    part_bytes: int
    busy_s: float
    threads: int
    gpus: float

    def as_json(self) -> dict[str, Any]:
        """As `from_json` takes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ShardRecord:
        """Read what `as_json` gave."""
        return cls(**{**value, "counts": Counts(**value["counts"])})


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a job.

    Attributes:
        counts: of all shards.
        shards: how many there are.
        shards_done_before: those that an earlier run had finished.
        wall_s: of this run, from its beginning.
        worker_hours: that processes were busy, in all runs.
        core_hours: the same times threads; 0 on a GPU.
        gpu_hours: the same times GPUs; 0 on a CPU.
    """

    counts: Counts
    shards: int
    shards_done_before: int
    wall_s: float
    worker_hours: float
    core_hours: float
    gpu_hours: float

    @classmethod
    def of(cls, records: Iterable[ShardRecord], *, done_before: int, wall_s: float) -> Report:
        """Sum up the records of all shards."""
        records = list(records)
        return cls(
            Counts.total(record.counts for record in records),
            len(records),
            done_before,
            wall_s,
            sum(record.busy_s for record in records) / _SECONDS_PER_HOUR,
            sum(record.busy_s * record.threads for record in records if not record.gpus)
            / _SECONDS_PER_HOUR,
            sum(record.busy_s * record.gpus for record in records) / _SECONDS_PER_HOUR,
        )

    @property
    def words_per_core_hour(self) -> float | None:
        """Words over `core_hours`; None where nothing was computed on a CPU."""
        return self.counts.words / self.core_hours if self.core_hours else None

    @property
    def words_per_gpu_hour(self) -> float | None:
        """Words over `gpu_hours`; None where nothing was computed on a GPU."""
        return self.counts.words / self.gpu_hours if self.gpu_hours else None

    def as_json(self) -> dict[str, Any]:
        """All figures, for other programs."""
        values = asdict(self)
        counts: dict[str, Any] = values.pop("counts")
        return {
            **counts,
            "bad_row_count": self.counts.bad_row_count,
            **values,
            "words_per_core_hour": self.words_per_core_hour,
            "words_per_gpu_hour": self.words_per_gpu_hour,
        }
