from dataclasses import replace

import pytest

from tests.bench.examples import example_findings, peer, same, scenario
from tests.bench.findings import DOCUMENTS, SENTENCES_64, Findings, Peers
from tests.bench.targets import check_targets

GOOD = example_findings()


def missed(findings: Findings) -> list[str]:
    return [target.name for target in check_targets(findings) if not target.is_met]


def test_a_good_server_meets_them_all() -> None:
    assert not missed(GOOD)
    assert len(check_targets(GOOD)) == 8


@pytest.mark.parametrize(
    ("findings", "name"),
    [
        (
            replace(
                GOOD, scenarios=[scenario(SENTENCES_64, 64, 0.899), scenario(DOCUMENTS, 8, 0.95)]
            ),
            "64 callers, a sentence each: share of the ceiling",
        ),
        (
            replace(
                GOOD, scenarios=[scenario(SENTENCES_64, 64, 0.9), scenario(DOCUMENTS, 8, 0.949)]
            ),
            "8 callers, a document each: share of the ceiling",
        ),
        (
            replace(GOOD, lone=replace(GOOD.lone, added_s=same(0.0016))),
            "a lone call: median over the direct call's",
        ),
        (
            # 3 x 10 ms and a batch of 50 ms.
            replace(GOOD, short_calls=replace(GOOD.short_calls, beside_p95_s=0.081)),
            "short calls beside a bulk document: p95",
        ),
        (
            replace(GOOD, stream=replace(GOOD.stream, share=0.94)),
            "one streamed document: share of the ceiling",
        ),
        (
            replace(GOOD, stream=replace(GOOD.stream, growth=0.06)),
            "one streamed document: growth of the server's memory",
        ),
        (
            replace(GOOD, peers=Peers([peer("a", 2.9), peer("b", 5)], [], None, [])),
            "8 callers: times the rate of LibreTranslate at its best",
        ),
        (
            replace(GOOD, peers=Peers([], [peer("a", 9.0), peer("b", 4.9)], None, [])),
            "8 callers: times the rate of transformers at its best",
        ),
    ],
)
def test_each_can_be_missed(findings: Findings, name: str) -> None:
    assert missed(findings) == [name]


def test_what_was_not_measured_is_not_judged() -> None:
    assert len(check_targets(replace(GOOD, peers=None))) == 6
