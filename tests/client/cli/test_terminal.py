"""What is shown on a terminal."""

import pytest

from tarjama.cli.bidi import isolated
from tarjama.cli.reporting import DocumentReport, Outcome, summary_table
from tarjama.results import Segment, SegmentFlag, Span

NAME = "تقرير 2.docx"
GNOME = {"VTE_VERSION": "7600"}


@pytest.mark.parametrize(
    "environment",
    [GNOME, {"KONSOLE_VERSION": "220401"}, {"MLTERM": "3.9.3"}, {"TERM_PROGRAM": "Apple_Terminal"}],
)
def test_an_arabic_name_is_isolated_where_terminals_reorder(environment: dict[str, str]) -> None:
    assert isolated(NAME, environment) == f"\u2068{NAME}\u2069"


@pytest.mark.parametrize(
    "environment",
    [{}, {"TERM": "xterm"}, {"VTE_VERSION": "5402"}, {**GNOME, "TMUX": "/tmp/tmux"}],
)
def test_an_arabic_name_stays_as_it_is_elsewhere(environment: dict[str, str]) -> None:
    assert isolated(NAME, environment) == NAME


def test_a_latin_name_stays_as_it_is() -> None:
    assert isolated("report 2.docx", GNOME) == "report 2.docx"


def test_the_summary_adds_up() -> None:
    segment = Segment(
        source_span=Span(0, 3),
        sentence_index=0,
        translation="x",
        flags=frozenset({SegmentFlag.CHECK_NUMBERS, SegmentFlag.SPLIT}),
    )
    reports = [DocumentReport("a.txt"), DocumentReport("b.txt")]
    for report in reports:
        report.add(segment, "نعم نعم", is_reused=report is reports[0])
        report.end(Outcome.TRANSLATED)
    table = summary_table(reports)
    footers = [str(column.footer) for column in table.columns]
    assert footers[:4] == ["2 in all", "2", "4", "1"]
    assert list(table.columns[-1].cells) == ["check_numbers 1", "check_numbers 1"]
