"""What the server is to reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.bench.findings import DOCUMENTS, SENTENCES_64, Findings

LEAST_SHARE: Final = 0.90
LEAST_DOCUMENT_SHARE: Final = 0.95
MOST_ADDED_MS: Final = 1.5
MOST_IDLE_TIMES: Final = 3
MOST_GROWTH: Final = 0.05
"""Of memory from the second fifth of a document to the last: some 10 MiB."""
LEAST_OVER_LIBRETRANSLATE: Final = 3
LEAST_OVER_TRANSFORMERS: Final = 5


@dataclass(frozen=True, slots=True)
class Target:
    """One figure and what it is to be.

    Attributes:
        name: of the figure.
        reached: in words.
        wanted: in words.
        is_met: whether it is.
    """

    name: str
    reached: str
    wanted: str
    is_met: bool


def check_targets(findings: Findings) -> list[Target]:
    """Hold the findings against the targets; those not measured are left out."""
    return [*_own_targets(findings), *_peer_targets(findings)]


def _own_targets(findings: Findings) -> Iterator[Target]:
    for name, least in ((SENTENCES_64, LEAST_SHARE), (DOCUMENTS, LEAST_DOCUMENT_SHARE)):
        share = findings.scenario(name).share.median
        yield Target(
            f"{name}: share of the ceiling", f"{share:.3f}", f"at least {least:.2f}", share >= least
        )
    stream = findings.stream
    yield Target(
        "one streamed document: share of the ceiling",
        f"{stream.share:.3f}",
        f"at least {LEAST_DOCUMENT_SHARE:.2f}",
        stream.share >= LEAST_DOCUMENT_SHARE,
    )
    added_ms = findings.lone.added_s.median * 1e3
    yield Target(
        "a lone call: median over the direct call's",
        f"{added_ms:+.2f} ms",
        f"at most +{MOST_ADDED_MS} ms",
        added_ms <= MOST_ADDED_MS,
    )
    short = findings.short_calls
    most_s = MOST_IDLE_TIMES * short.idle_p95_s + short.batch_s
    yield Target(
        "short calls beside a bulk document: p95",
        f"{short.beside_p95_s * 1e3:.1f} ms",
        f"at most {most_s * 1e3:.1f} ms: {MOST_IDLE_TIMES} x idle p95, and a batch",
        short.beside_p95_s <= most_s,
    )
    yield Target(
        "one streamed document: growth of the server's memory",
        f"{stream.growth:+.1%}",
        f"at most {MOST_GROWTH:+.0%}",
        stream.growth <= MOST_GROWTH,
    )


def _peer_targets(findings: Findings) -> Iterator[Target]:
    if findings.peers is None:
        return
    for name, ways, least in (
        ("LibreTranslate", findings.peers.libretranslate, LEAST_OVER_LIBRETRANSLATE),
        ("transformers", findings.peers.transformers, LEAST_OVER_TRANSFORMERS),
    ):
        if ways:
            ratio = min(way.ratio.median for way in ways)
            yield Target(
                f"8 callers: times the rate of {name} at its best",
                f"{ratio:.1f}",
                f"at least {least}",
                ratio >= least,
            )
