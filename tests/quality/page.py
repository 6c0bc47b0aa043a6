"""The report as one HTML page: figures, and source beside translation and reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

import numpy as np

from tarjama import Segment, SegmentFlag, Translation
from tests.quality.bench import LineTexts, Measured
from tests.quality.cutting import CuttingTest
from tests.quality.flags import line_score
from tests.quality.repairs import RepairedLine
from tests.quality.report import Table, make_tables, settings_line
from tests.quality.seed import read_seed

# How much of each kind is shown: enough to judge by, little enough to read.
_SHOWN_DOCUMENTS = 12
_SHOWN_LINES = 20

_CUT = '<span class="cut" title="cut here">|</span>'
_MISSED = '<span class="missed" title="a line began here, and was not cut">¦</span>'
_JOIN = '<span class="join" title="a line began here">✓</span>'
_STYLE = Path(__file__).with_name("page.css")


def to_html(measured: Measured) -> str:
    """Write the whole page; it needs nothing from elsewhere."""
    findings = measured.findings
    body = [
        "<h1>Quality</h1>",
        _note(settings_line(findings)),
        *(_figures(table) for table in make_tables(findings)),
        "<h2>Seed article, piece by piece</h2>",
        _document(read_seed(), measured.article, None),
        *(_run_on_section(test) for test in measured.run_ons),
        *(_line_section(texts) for texts in measured.lines),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Quality of {escape(findings.model.name)}</title>\n"
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _figures(table: Table) -> str:
    rows = [
        f'<tr class="strong">{_cells(row)}</tr>'
        if row[0] == table.strong_row
        else f"<tr>{_cells(row)}</tr>"
        for row in table.rows
    ]
    return "\n".join(
        [
            f"<h2>{escape(table.title)}</h2>",
            *(_note(note) for note in table.notes),
            _table("figures", [f"<th>{escape(column)}</th>" for column in table.columns], rows),
        ]
    )


def _cells(row: Sequence[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in row)


def _table(kind: str, heads: Iterable[str], rows: Iterable[str]) -> str:
    head, body = "".join(heads), "\n".join(rows)
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


def _arabic(content: str) -> str:
    """A cell of Arabic; its direction is that of the text, whatever begins it."""
    return f'<td lang="ar" dir="rtl">{content}</td>'


def _english(text: str) -> str:
    return f'<td lang="en" dir="ltr">{escape(text.strip())}</td>'


def _narrow(content: str) -> str:
    return f'<td class="narrow">{content}</td>'


def _flags(flags: Iterable[SegmentFlag]) -> str:
    held = set(flags)
    chips = [f'<span class="flag">{flag.name}</span>' for flag in SegmentFlag if flag in held]
    return f"<td>{''.join(chips)}</td>"


def _heads(*names: str) -> list[str]:
    classes = {"#": "narrow", "join": "narrow", "score": "narrow", "chrF2": "narrow"}
    classes |= {"gain": "narrow", "flags": "flags", "source": "source"}
    return [f'<th class="{classes.get(name, "")}">{name}</th>' for name in names]


def _run_on_section(test: CuttingTest) -> str:
    shown = range(min(_SHOWN_DOCUMENTS, len(test.run_ons)))
    documents = []
    for number in shown:
        documents += [
            f"<h3>Document {number + 1}</h3>",
            _document(
                test.run_ons[number].text, test.translations[number], test.run_ons[number].joins
            ),
            "<details open><summary>Reference</summary>"
            f'<p lang="en" dir="ltr">{escape(test.references[number])}</p></details>',
        ]
    return "\n".join(
        [
            f"<h2>Run-on text, piece by piece: {escape(test.scores.corpus)}</h2>",
            _note(
                f"The first {len(shown)} of {len(test.run_ons)} documents. Each row is a piece "
                "that the service cut. ✓: it begins where a line began. ¦ in the source: a line "
                "began there, and was not cut."
            ),
            *documents,
        ]
    )


def _document(text: str, translation: Translation, joins: frozenset[int] | None) -> str:
    """A table of the pieces; `joins` is where lines began, if that is known."""
    rows = []
    for number, segment in enumerate(translation.segments, start=1):
        start, end = segment.source_span.start, segment.source_span.end
        missed = sorted(join for join in joins or () if start < join < end)
        row = [
            _narrow(str(number)),
            *([] if joins is None else [_narrow(_JOIN if start in joins else "")]),
            _arabic(_marked(text, start, end, missed, _MISSED)),
            _english(segment.translation),
            _narrow(_score(segment.score)),
            _flags(segment.flags),
        ]
        rows.append(f"<tr>{''.join(row)}</tr>")
    heads = ["#", *([] if joins is None else ["join"]), "source", "translation", "score", "flags"]
    return _table("text", _heads(*heads), rows)


def _marked(text: str, start: int, end: int, places: Sequence[int], mark: str) -> str:
    """The text from `start` to `end`, with `mark` at `places`."""
    edges = [start, *places, end]
    return mark.join(escape(text[left:right]) for left, right in pairwise(edges))


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.2f}"


def _line_section(texts: LineTexts) -> str:
    order = np.argsort(texts.chrf2, kind="stable")
    count = len(order)
    spread = [
        number * count // min(_SHOWN_LINES, count) for number in range(min(_SHOWN_LINES, count))
    ]
    parts: list[tuple[str, Sequence[int]]] = [
        (f"{len(spread)} lines, spread evenly", spread),
        (f"The {len(spread)} lines of the lowest chrF2", order[:_SHOWN_LINES].tolist()),
        _flagged(texts, "degenerate", lambda s: SegmentFlag.DEGENERATE in s.flags),
        _flagged(texts, "with numbers to check", lambda s: SegmentFlag.CHECK_NUMBERS in s.flags),
    ]
    body = [f"<h2>Lines: {escape(texts.corpus.title)}</h2>"]
    for title, numbers in parts:
        if numbers:
            rows = [_line(texts, number) for number in numbers]
            heads = _heads("source", "translation", "reference", "chrF2", "score", "flags")
            body += [f"<h3>{title}</h3>", _table("text", heads, rows)]
    if texts.repaired:
        shown = texts.repaired[:_SHOWN_LINES]
        body += [
            f"<h3>{len(shown)} of {len(texts.repaired)} repaired lines</h3>",
            _table(
                "text",
                _heads("source", "first written", "repaired", "reference", "gain"),
                [_repaired(line) for line in shown],
            ),
        ]
    return "\n".join(body)


def _flagged(
    texts: LineTexts, kind: str, matches: Callable[[Segment], bool]
) -> tuple[str, Sequence[int]]:
    numbers = [
        number
        for number, translation in enumerate(texts.translations)
        if any(matches(segment) for segment in translation.segments)
    ]
    shown = numbers[:_SHOWN_LINES]
    return f"{len(shown)} of {len(numbers)} lines {kind}", shown


def _line(texts: LineTexts, number: int) -> str:
    source, translation = texts.corpus.sources[number], texts.translations[number]
    cuts = [segment.source_span.start for segment in translation.segments[1:]]
    row = [
        _arabic(_marked(source, 0, len(source), cuts, _CUT)),
        _english(translation.text),
        _english(texts.corpus.references[number]),
        _narrow(f"{texts.chrf2[number]:.1f}"),
        _narrow(_score(line_score(translation))),
        _flags(flag for segment in translation.segments for flag in segment.flags),
    ]
    return f"<tr>{''.join(row)}</tr>"


def _repaired(line: RepairedLine) -> str:
    row = [
        _arabic(escape(line.source)),
        _english(line.first),
        _english(line.repaired),
        _english(line.reference),
        _narrow(f"{line.gain:+.1f}"),
    ]
    return f"<tr>{''.join(row)}</tr>"
