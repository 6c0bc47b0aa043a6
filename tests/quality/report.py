"""Sets the figures in tables, for Markdown and HTML alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tarjama import SegmentFlag
from tests.quality.bench import Findings, LineFindings, RunOnFindings
from tests.quality.cutting import BARE_LINES, LINES, SERVICE, WITH_STOPS, CuttingScores
from tests.quality.flags import FlagRates
from tests.quality.runon import LARGEST_GROUP, SMALLEST_GROUP
from tests.quality.scoring import Interval

# What the run-on test is to reach.
_LEAST_SHARE_OF_LINES = 0.97
_LEAST_LEXICON_RATIO = 2.0


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under a heading.

    Attributes:
        title: the heading.
        notes: what a reader must know, a paragraph each.
        columns: their heads; the first column names the rows.
        rows: as many cells each.
        strong_row: name of the row to make stand out, if any.
    """

    title: str
    notes: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    strong_row: str = ""


def to_json(findings: Findings) -> str:
    """Give the figures in JSON, unrounded."""
    return json.dumps(asdict(findings), ensure_ascii=False, indent=2) + "\n"


def to_markdown(findings: Findings) -> str:
    """Give the figures in Markdown."""
    blocks = ["# Quality", settings_line(findings)]
    for table in make_tables(findings):
        rows = [
            [f"**{row[0]}**" if row[0] == table.strong_row else row[0], *row[1:]]
            for row in table.rows
        ]
        lines = [table.columns, ["---"] * len(table.columns), *rows]
        blocks += [f"## {table.title}", *table.notes]
        blocks.append("\n".join("| " + " | ".join(line) + " |" for line in lines))
    return "\n\n".join(blocks) + "\n"


def settings_line(findings: Findings) -> str:
    """Say what was measured, and how."""
    model = findings.model
    calibrated = "calibrated" if model.calibrated else "not calibrated"
    return (
        f"Model {model.name} {model.version} (checksum {model.checksum[:12]}, {calibrated}), "
        f"beam {model.beam_size}, through the whole service, every line end ending a sentence. "
        f"Run-on text: groups of {SMALLEST_GROUP} to {LARGEST_GROUP} lines, "
        f"seed {findings.grouping_seed}."
    )


def make_tables(findings: Findings) -> list[Table]:
    """Set all figures in tables."""
    tables = [_line_table(findings.lines)]
    for run_on in findings.run_ons:
        tables += [
            _target_table(run_on.scores),
            _cut_table(run_on.scores),
            _boundary_table(run_on.scores),
            _coverage_table(run_on),
        ]
    return [
        *tables,
        _flag_table(findings),
        _worth_table(findings.lines),
        _repair_table(findings.lines),
        _article_table(findings),
    ]


def _line_table(lines: Sequence[LineFindings]) -> Table:
    signatures = dict.fromkeys(
        signature
        for line in lines
        for signature in (
            f"BLEU: {line.scores.bleu_signature}",
            f"chrF2: {line.scores.chrf2_signature}",
        )
    )
    return Table(
        "Line by line",
        [f"By sacrebleu, {signature}" for signature in signatures],
        ["corpus", "licence", "lines", "BLEU", "chrF2"],
        [
            [
                line.corpus,
                line.licence,
                line.extent,
                f"{line.scores.bleu:.1f}",
                f"{line.scores.chrf2:.1f}",
            ]
            for line in lines
        ],
    )


def _target_table(scores: CuttingScores) -> Table:
    rows = []
    for name in (LINES, BARE_LINES, BARE_LINES + WITH_STOPS):
        target = f"{_LEAST_SHARE_OF_LINES:.0%}" if name == LINES else ""
        rows.append(
            [f"(a) chrF2 of “{name}”, share reached", f"{scores.share_of(name):.1%}", target]
        )
    ratio = scores.lexicon_ratio
    rows += [
        [
            f"(b) chrF2 less that of the best fixed-size cuts, “{scores.best_fixed}”",
            _interval(scores.ways[scores.best_fixed].service_gain),
            "not below 0",
        ],
        [
            "(c) F1 of the cuts over the opener lexicon's",
            "-" if ratio is None else f"{ratio:.1f}",
            f"{_LEAST_LEXICON_RATIO:.0f}",
        ],
    ]
    return Table(
        f"Run-on text: {scores.corpus}",
        [
            f"{scores.document_count} documents without sentence punctuation, cut by the service. "
            "Lines “as written” keep their punctuation, which the run-on text has lost for all "
            "its readers; “bare” lines have lost it as well, and “with stops” they are what the "
            "service would show its model if it cut at each join and nowhere else. The fixed "
            "size is the best one on this very corpus; where the service cut its pieces again, "
            "their merit is not theirs alone.",
        ],
        ["", "reached", "target on FLORES dev"],
        rows,
    )


def _cut_table(scores: CuttingScores) -> Table:
    return Table(
        f"Ways to cut: {scores.corpus}",
        [
            "ChrF2 is the mean of the documents', each against its reference lines joined; BLEU is "
            "the corpus's. The difference has a 95 % interval from a paired bootstrap over "
            "documents. “With stops”: a full stop after each piece that ends in a word, as the "
            "service puts it. “Cut again”: pieces that the service did not take as one.",
        ],
        ["cut", "chrF2", "BLEU", "service's cuts less this, chrF2", "cut again"],
        [
            [
                name,
                f"{way.chrf2:.2f}",
                f"{way.bleu:.1f}",
                _interval(way.service_gain),
                str(way.recut_count),
            ]
            for name, way in scores.ways.items()
        ],
        strong_row=SERVICE,
    )


def _boundary_table(scores: CuttingScores) -> Table:
    return Table(
        f"Cuts against true joins: {scores.corpus}",
        ["A cut counts as right only between the very words where two lines were joined."],
        ["cut", "cuts", "precision", "recall", "F1"],
        [
            [
                name,
                str(found.cut_count),
                f"{found.precision:.3f}",
                f"{found.recall:.3f}",
                f"{found.f1:.3f}",
            ]
            for name, found in scores.boundaries.items()
        ],
        strong_row=SERVICE,
    )


def _coverage_table(run_on: RunOnFindings) -> Table:
    coverage = run_on.coverage
    return Table(
        f"Source lines without counterpart: {run_on.scores.corpus}",
        [
            "A line is called missing if no stretch of its document's translation comes near its "
            f"reference: if the best chrF2 is under {coverage.threshold:.1f}, which that of 5 % of "
            "the lines translated by themselves is too. Of lines whose translation is taken out, "
            f"{coverage.detection_rate:.0%} are called missing. The estimate reckons both out.",
        ],
        ["cut", "called missing", "estimate"],
        [
            [name, f"{share:.1%}", f"{coverage.estimate(name):.1%}"]
            for name, share in coverage.missing.items()
        ],
        strong_row=SERVICE,
    )


def _flag_table(findings: Findings) -> Table:
    sets: dict[str, FlagRates] = {line.corpus: line.flags for line in findings.lines}
    sets |= {f"run-on: {found.scores.corpus}": found.flags for found in findings.run_ons}
    sets["seed article"] = findings.article.flags
    flags = [flag for flag in SegmentFlag if any(flag in found.rates for found in sets.values())]
    notes = ["Share of the segments that carry each flag; flags not named were never set."]
    if not findings.model.calibrated:
        notes.append("This model is not calibrated, so that LOW_CONFIDENCE is never set.")
    return Table(
        "Flags",
        notes,
        ["text", "segments", *(flag.name for flag in flags)],
        [
            [
                name,
                f"{found.segment_count:,}",
                *(f"{found.rates.get(flag, 0.0):.2%}" for flag in flags),
            ]
            for name, found in sets.items()
        ],
    )


def _worth_table(lines: Sequence[LineFindings]) -> Table:
    return Table(
        "What scores foretell",
        ["Correlation of a line's score with its chrF2, over the lines that the model saw."],
        [
            *("corpus", "lines", "Pearson", "Spearman", "lines of LOW_CONFIDENCE"),
            *("their chrF2", "that of the others"),
        ],
        [
            [
                line.corpus,
                f"{line.worth.line_count:,}",
                f"{line.worth.pearson:.2f}",
                f"{line.worth.spearman:.2f}",
                str(line.worth.flagged_count),
                _number(line.worth.flagged_chrf2),
                _number(line.worth.unflagged_chrf2),
            ]
            for line in lines
        ],
    )


def _repair_table(lines: Sequence[LineFindings]) -> Table:
    return Table(
        "What repairs are worth",
        [
            "Lines with a REPAIRED segment, beside what the model wrote at first, which was found "
            "degenerate or short of a name or address. A dash: none, or the model is not at hand "
            "to run without the guard.",
        ],
        ["corpus", "lines repaired", "mean gain, chrF2", "lines that lost"],
        [
            [
                line.corpus,
                str(line.repairs.line_count),
                "-" if line.repairs.mean_gain is None else f"{line.repairs.mean_gain:+.1f}",
                str(line.repairs.worse_count),
            ]
            if line.repairs
            else [line.corpus, "-", "-", "-"]
            for line in lines
        ],
    )


def _article_table(findings: Findings) -> Table:
    article = findings.article
    least, middle, most = article.segment_words
    return Table(
        "The seed article",
        ["A news article of 370 words without a full stop."],
        ["segments", "words of the shortest, middle, longest", "names found", "names missing"],
        [
            [
                str(article.segment_count),
                f"{least}, {middle:g}, {most}",
                ", ".join(article.names_found) or "-",
                ", ".join(article.names_missing) or "-",
            ]
        ],
    )


def _interval(interval: Interval | None) -> str:
    if interval is None:
        return "-"
    return f"{interval.value:+.2f} ({interval.low:+.2f} to {interval.high:+.2f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
