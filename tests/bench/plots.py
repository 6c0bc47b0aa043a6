"""Draws the figures. Needs matplotlib."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from tests.bench.findings import DOCUMENTS, SENTENCES_64, Findings
from tests.bench.targets import LEAST_DOCUMENT_SHARE, LEAST_SHARE

_SIZE = (8.0, 4.0)
_OURS, _THEIRS, _MARK = "#2b6cb0", "#a0aec0", "#c05621"


def write_plots(findings: Findings, folder: Path) -> list[Path]:
    """Write all plots as SVG; give their paths."""
    figures = {
        "callers": _callers(findings),
        "ceiling": _ceiling(findings),
        "memory": _memory(findings),
    }
    if findings.peers is not None:
        figures["peers"] = _peers(findings)
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"{name}.svg")
        figure.savefig(paths[-1], bbox_inches="tight")
    return paths


def _callers(findings: Findings) -> Figure:
    figure = Figure(figsize=_SIZE, layout="constrained")
    throughput, latency = figure.subplots(1, 2)
    callers = [point.caller_count for point in findings.curve]
    throughput.plot(callers, [point.rate for point in findings.curve], "o-", color=_OURS)
    throughput.axhline(findings.ceiling.rate.median, color=_MARK, linestyle="--")
    throughput.annotate(
        "the engine alone",
        (callers[0], findings.ceiling.rate.median),
        xytext=(0, -12),
        textcoords="offset points",
        color=_MARK,
    )
    throughput.set(ylim=(0, None), title="Sentences a second")
    for name, values in (
        ("p50", [point.p50_s for point in findings.curve]),
        ("p95", [point.p95_s for point in findings.curve]),
    ):
        latency.plot(callers, [value * 1e3 for value in values], "o-", label=name)
    latency.set(yscale="log", title="Latency, ms")
    latency.legend()
    for axes in (throughput, latency):
        axes.set_xscale("log", base=2)
        axes.set_xticks(callers, [str(count) for count in callers])
        axes.set_xlabel("callers of a sentence each")
        axes.grid(alpha=0.3)
    return figure


def _ceiling(findings: Findings) -> Figure:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    rows = [(each.name, each.share.median, each.share) for each in findings.scenarios]
    names = [name for name, _, _ in rows] + ["one streamed document"]
    shares = [share for _, share, _ in rows] + [findings.stream.share]
    errors = [
        [share - spread.low for _, share, spread in rows] + [0.0],
        [spread.high - share for _, share, spread in rows] + [0.0],
    ]
    bars = axes.barh(names, shares, xerr=errors, color=_OURS, capsize=3)
    axes.bar_label(bars, fmt="%.3f", label_type="center", color="white")
    wanted = {
        SENTENCES_64: LEAST_SHARE,
        DOCUMENTS: LEAST_DOCUMENT_SHARE,
        "one streamed document": LEAST_DOCUMENT_SHARE,
    }
    for row, name in enumerate(names):
        if name in wanted:
            axes.vlines(wanted[name], row - 0.4, row + 0.4, color=_MARK)
    axes.set(title="Share of the rate of the engine alone (lines: targets)")
    axes.invert_yaxis()
    return figure


def _memory(findings: Findings) -> Figure:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    megabytes = findings.stream.document_bytes / 1e6
    axes.plot(
        [share * megabytes for share, _ in findings.stream.memory],
        [mib for _, mib in findings.stream.memory],
        "o-",
        color=_OURS,
    )
    axes.set(
        ylim=(0, None), xlabel="MB of the document answered", title="Memory of the server, MiB"
    )
    axes.grid(alpha=0.3)
    return figure


def _peers(findings: Findings) -> Figure:
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    assert findings.peers is not None
    peers = findings.peers.measured
    for peer in peers:
        bar = axes.barh(f"{peer.name}\n{peer.how}", peer.rate.median, color=_THEIRS)
        axes.bar_label(
            bar, [f" {peer.rate.median:.1f}: ours is {peer.ratio.median:.1f} times that"]
        )
    if peers:
        rate = max(peer.server_rate.median for peer in peers)
        bar = axes.barh("Tarjama", rate, color=_OURS)
        axes.bar_label(bar, [f" {rate:.1f}"])
        axes.set_xlim(0, rate * 1.5)
    axes.set(title="Sentences a second, 8 callers")
    return figure
