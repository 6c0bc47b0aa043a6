"""What a registry says, as tests like to ask it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    """A sample's value; 0 if it was never counted."""
    return registry.get_sample_value(f"tarjama_{name}", labels) or 0.0


def family(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    """All samples of a name by the values of their labels, in the order of the labels' names."""
    return {
        tuple(label for _, label in sorted(sample.labels.items())): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == f"tarjama_{name}"
    }
