"""Findings made up for tests, of a server that meets every target."""

from __future__ import annotations

from tests.bench.findings import (
    DOCUMENTS,
    ONE_BY_ONE,
    SENTENCES_8,
    SENTENCES_64,
    Agreement,
    BatchSize,
    Ceiling,
    CurvePoint,
    Equivalence,
    Findings,
    Lone,
    Peer,
    Peers,
    Scenario,
    Setting,
    ShortCalls,
    Spread,
    Stream,
)


def same(value: float) -> Spread:
    """A figure that was the same in every round."""
    return Spread(value, value, value)


def scenario(name: str, caller_count: int, share: float, sentences_each: int = 1) -> Scenario:
    """The server at a share of a ceiling of 200 sentences a second."""
    return Scenario(
        name=name,
        caller_count=caller_count,
        sentences_each=sentences_each,
        rate=same(200 * share),
        share=same(share),
        cpu_share=same(1.05),
        generator_share=same(0.04),
        p50_s=same(0.1),
        p95_s=same(0.2),
    )


def peer(how: str, ratio: float) -> Peer:
    """Another system, the server being `ratio` times as fast."""
    return Peer("Other 1.0", how, 100, same(180 / ratio), same(0.02), same(180), same(ratio), 0.5)


def example_findings() -> Findings:
    """Figures of two cores."""
    return Findings(
        setting=Setting(
            cores=2,
            processor="Processor",
            versions={"python": "3.11"},
            model="ar-en-small 1",
            model_checksum="0123456789abcdef",
            beam_size=4,
            workers=2,
            threads_per_worker=1,
            round_count=3,
            sentence_source="Source",
            sentence_count=1000,
            dropped_count=2,
            word_count=18_000,
            token_count=32_000,
            document_lines=50,
            core_hour_usd=0.05,
            load_average=0.1,
        ),
        ceiling=Ceiling(
            [BatchSize(512, 190.0), BatchSize(1024, 200.0)], 1024, same(200), same(0.01)
        ),
        scenarios=[
            scenario(SENTENCES_64, 64, 0.93),
            scenario(DOCUMENTS, 8, 0.96, sentences_each=50),
            scenario(SENTENCES_8, 8, 0.85),
            scenario(ONE_BY_ONE, 1, 0.4),
        ],
        lone=Lone(300, same(0.010), same(0.011), same(0.001)),
        stream=Stream(5 << 20, 192.0, 0.96, 1.02, [(0.0, 170.0), (0.5, 200.0), (1.0, 200.0)], 0.0),
        short_calls=ShortCalls(100, 0.005, 0.010, 0.030, 0.060, 0.050, 20_000.0),
        curve=[CurvePoint(callers, 100.0, 0.1, 0.2) for callers in (1, 8, 64)],
        agreement=Agreement(990, 10, 0),
        peers=Peers(
            [peer("over HTTP", 3.5)],
            [peer("one after another", 9.0), peer("in one batch", 6.0)],
            Equivalence(100, 100, 1.5e-5),
            [],
        ),
    )
