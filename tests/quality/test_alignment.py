"""Links against the gold, and the glossary's bench on a small sample."""

import pytest
from click.testing import CliRunner

from tests.quality.alignment import measure, read_gold
from tests.quality.glossary import TERMS, read_terms
from tests.quality.glossary import main as glossary_bench


def test_links_agree_with_the_gold(capsys: pytest.CaptureFixture[str]) -> None:
    agreement = measure()
    with capsys.disabled():
        print(f"\nword links: {agreement}")
    # The bundled model has 0.82 and 0.87; a sentence linked at random has 0.2.
    assert agreement.precision > 0.65
    assert agreement.recall > 0.7


def test_the_gold_is_thirty_sentences_with_links_within_them() -> None:
    pairs = read_gold()
    assert len(pairs) == 30
    for pair in pairs:
        assert {source for source, _ in pair.links} <= set(range(len(pair.source.split())))
        assert {target for _, target in pair.links} == set(range(len(pair.target.split())))


def test_the_bench_of_the_glossary_runs_on_the_sample() -> None:
    assert len(read_terms(TERMS)) == 100
    outcome = CliRunner().invoke(glossary_bench, [])
    assert outcome.exit_code == 0, outcome.output
    assert "| found |" in outcome.output
