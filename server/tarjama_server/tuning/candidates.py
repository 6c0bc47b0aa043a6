"""The configurations that are tried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

_MIDDLE_BATCH_TOKENS = 1024
_CPU_BATCH_TOKENS = (256, 512, 1024, 2048, 4096)
# A GPU is busy only with far larger batches, and has one queue of work however many feed it.
_GPU_BATCH_TOKENS = (1024, 2048, 4096, 8192, 16384)
_GPU_WORKERS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings on which speed and memory depend. Only the last changes translations."""

    workers: int
    """On each device."""
    threads_per_worker: int
    max_batch_tokens: int
    compute_type: str = "default"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which configurations to try: first how work is divided, then the size of batches.

    How work is best divided hardly depends on the size of batches, so not every pair is tried: that
    would take about five times as long.
    """

    divisions: tuple[tuple[int, int], ...]
    """Workers and threads of each."""
    batch_tokens: tuple[int, ...]

    @staticmethod
    def on_cpu(cores: int, *, is_quick: bool = False) -> Candidates:
        """All divisions of `cores` in which both factors divide it, those that leave some idle too.

        A quick search tries the extremes alone, and two sizes.
        """
        if is_quick:
            return Candidates(tuple(sorted({(1, 1), (1, cores), (cores, 1)})), (512, 1024))
        factors = [number for number in range(1, cores + 1) if cores % number == 0]
        divisions = [
            (workers, threads)
            for workers in factors
            for threads in factors
            if workers * threads <= cores
        ]
        return Candidates(tuple(divisions), _CPU_BATCH_TOKENS)

    @staticmethod
    def on_gpu(*, is_quick: bool = False) -> Candidates:
        """1, 2 and 4 workers on each GPU; threads play no part there."""
        if is_quick:
            return Candidates(((1, 1), (2, 1)), (1024, 4096))
        return Candidates(tuple((workers, 1) for workers in _GPU_WORKERS), _GPU_BATCH_TOKENS)

    def first(self, compute_type: str) -> list[Configuration]:
        """Every division, with batches of a size in the middle."""
        return [
            Configuration(workers, threads, _MIDDLE_BATCH_TOKENS, compute_type)
            for workers, threads in self.divisions
        ]

    def second(self, best: Configuration) -> list[Configuration]:
        """The best division with every size of batches."""
        return [replace(best, max_batch_tokens=tokens) for tokens in self.batch_tokens]


def with_compute_types(best: Configuration, supported: Collection[str]) -> list[Configuration]:
    """The best configuration with the types that may suit a GPU better, if it supports them."""
    others = [each for each in ("int8_float16", "float16") if each in supported]
    return [best] + [
        replace(best, compute_type=each) for each in others if each != best.compute_type
    ]
