"""Finds the best configuration of a machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tarjama_server.engine import supported_compute_types
from tarjama_server.tuning.candidates import Candidates, with_compute_types
from tarjama_server.tuning.choice import Result, choose
from tarjama_server.tuning.errors import TuningError
from tarjama_server.tuning.measuring import Plan, compare


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured, in the order it was, and what follows."""

    divisions: tuple[Result, ...]
    """Workers and threads, all with the same batches."""
    sizes: tuple[Result, ...]
    """Sizes of batches, all with the best division."""
    best: Result
    """One of `sizes`."""
    compute_types: tuple[Result, ...]
    """The best with other compute types, to be told and not chosen: they change translations. Empty
    on a CPU."""

    @property
    def spread(self) -> float:
        """The largest of any result."""
        results = (*self.divisions, *self.sizes, *self.compute_types)
        return max(each.spread for each in results if each.readings)


def search(
    candidates: Candidates,
    plan: Plan,
    *,
    by_latency: bool = False,
    progress: Callable[[str, float], None],
) -> Findings:
    """Measure `candidates` and choose the best.

    Args:
        candidates: what to try.
        plan: how; the compute type of its trial is that of all but `Findings.compute_types`.
        by_latency: whether to divide work such that a lone sentence is soonest done.
        progress: called with what is being measured, and the share of that which is done.

    Raises:
        EngineError: the model cannot be loaded or run.
        TuningError: a process was ended from outside, or all took too long.
    """
    compute_type = plan.trial.configuration.compute_type
    divisions = compare(
        candidates.first(compute_type), plan, lambda share: progress("workers and threads", share)
    )
    division = _choose(divisions, plan, by_latency=by_latency)
    # Sentences that come alone make no batches, whatever the size of these could be.
    sizes = compare(
        candidates.second(division.configuration), plan, lambda share: progress("batches", share)
    )
    best = _choose(sizes, plan)
    compute_types: list[Result] = []
    if plan.trial.device == "cuda":
        compute_types = compare(
            with_compute_types(best.configuration, supported_compute_types("cuda")),
            plan,
            lambda share: progress("compute types", share),
        )
    return Findings(tuple(divisions), tuple(sizes), best, tuple(compute_types))


def _choose(results: list[Result], plan: Plan, *, by_latency: bool = False) -> Result:
    chosen = choose(results, by_latency=by_latency)
    if chosen is None:
        raise TuningError(
            f"no configuration was measured in {plan.limit_s:.0f} s: this model needs a faster "
            "machine, or one with less else to do"
        )
    return chosen
