"""`python -m tests.quality.glossary`: what a glossary does to the translations of a corpus.

The terms are `data/terms.tsv`: names of places, months, institutions and everyday things that
stand in FLORES dev and whose English stands in most of its references. A term that was written in
did harm when the rest of its line, the term left out of both sides, lost more than two points of
chrF2 against the reference, or when the line says it more often than the reference and than before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from sacrebleu.metrics.chrf import CHRF

from tarjama import (
    Client,
    GlossaryApplication,
    GlossaryTerm,
    LineHandling,
    SegmentFlag,
    TarjamaError,
    Translation,
    TranslationOptions,
)
from tests.quality.command import target_options
from tests.quality.corpora import DEV, SAMPLE_DATA, Corpus, CorpusError, load_corpora
from tests.quality.service import ServerEnded, Target, open_service

TERMS = SAMPLE_DATA / "terms.tsv"
HARM = 2.0
"""Points of chrF2: what one changed word in a line of thirty comes to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a term was found.

    Attributes:
        application: what the service says of it.
        was_there: whether the line's translation had the term without the glossary.
        is_in_reference: whether the line's reference has it.
        loss: chrF2 that the rest of the line lost.
        is_doubled: whether the line says it more often than it should.
    """

    application: GlossaryApplication
    was_there: bool
    is_in_reference: bool
    loss: float
    is_doubled: bool

    @property
    def is_enforced(self) -> bool:
        """Whether the translation has the term."""
        return self.application.target is not None

    @property
    def is_harmed(self) -> bool:
        """Whether writing the term in made the line worse."""
        return self.is_enforced and (self.loss > HARM or self.is_doubled)


def read_terms(path: Path) -> tuple[GlossaryTerm, ...]:
    """Read lines of a term, a tab and its translation."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(GlossaryTerm(*line.split("\t")) for line in lines)


def compare(
    corpus: Corpus, before: Sequence[Translation], after: Sequence[Translation]
) -> Iterator[Finding]:
    """Look at each term in translations without and with a glossary."""
    for reference, plain, termed in zip(corpus.references, before, after, strict=True):
        for segment in termed.segments:
            for application in segment.glossary_applications:
                term = application.term.target
                yield Finding(
                    application,
                    was_there=_count(term, plain.text) > 0,
                    is_in_reference=_count(term, reference) > 0,
                    loss=_rest_score(term, plain.text, reference)
                    - _rest_score(term, termed.text, reference),
                    is_doubled=_count(term, termed.text)
                    > max(_count(term, reference), _count(term, plain.text), 1),
                )


def to_markdown(findings: Sequence[Finding], term_count: int) -> str:
    """A table of what became of the terms."""
    missed = [each for each in findings if not each.is_enforced]
    there = [each for each in findings if each.is_enforced and each.was_there]
    written = [each for each in findings if each.is_enforced and not each.was_there]
    harmed = [each for each in findings if each.is_harmed]
    rows = [
        ("found", findings),
        ("enforced", there + written),
        ("of these, there without the glossary", there),
        ("of these, written in", written),
        ("missed and flagged", missed),
        (
            "of the missed, not in the reference either",
            [m for m in missed if not m.is_in_reference],
        ),
        ("harmed", harmed),
    ]
    total = max(len(findings), 1)
    lines = [f"| {term_count} terms | places | share |", "|---|---|---|"]
    lines += [f"| {name} | {len(some)} | {len(some) / total:.1%} |" for name, some in rows]
    return "\n".join(lines) + "\n"


def _count(term: str, text: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(term)}(?!\w)", text, re.IGNORECASE))


def _rest_score(term: str, text: str, reference: str) -> float:
    rest, whole = (
        re.sub(rf"(?<!\w){re.escape(term)}(?!\w)", "", each, flags=re.IGNORECASE)
        for each in (text, reference)
    )
    return float(CHRF().sentence_score(rest, [whole]).score)


@click.command()
@target_options
@click.option("--show", is_flag=True, help="Print each line in which a term did harm.")
@click.option("--verbatim", is_flag=True, help="Leave the terms untranslated instead.")
def main(
    *,
    data: Path | None,
    model: str,
    models_dir: Path | None,
    server: str | None,
    show: bool,
    verbatim: bool,
) -> None:
    """Measure what a glossary of 100 terms does to the translations of a corpus.

    Prints Markdown. With FLORES dev in the folder only that is used.
    """
    terms = read_terms(TERMS)
    try:
        corpora = load_corpora(data or SAMPLE_DATA)
        corpus = corpora.get(DEV) or next(iter(corpora.values()))
        with (
            open_service(Target(model, models_dir, server)) as service,
            Client(service.address) as client,
        ):
            before = service.translate(corpus.sources)
            options = TranslationOptions(
                model=model,
                line_handling=LineHandling.LINES,
                glossary=() if verbatim else terms,
                do_not_translate=tuple(term.source for term in terms) if verbatim else (),
            )
            after = client.translate_many(list(corpus.sources), options=options)
    except (CorpusError, ServerEnded, TarjamaError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{corpus.title}, {corpus.extent} lines\n")
    if verbatim:
        click.echo(_verbatim_table(after), nl=False)
        return
    findings = list(compare(corpus, before, after))
    click.echo(to_markdown(findings, len(terms)), nl=False)
    if show:
        _show(corpus, before, after)


def _verbatim_table(translations: Sequence[Translation]) -> str:
    segments = [
        segment
        for translation in translations
        for segment in translation.segments
        if segment.glossary_applications
    ]
    found = sum(len(segment.glossary_applications) for segment in segments)
    guessed = sum(SegmentFlag.PLACED_BY_PROPORTION in segment.flags for segment in segments)
    return (
        "| phrases | segments with some | placed without alignment to trust |\n|---|---|---|\n"
        f"| {found} | {len(segments)} | {guessed} segments |\n"
    )


def _show(corpus: Corpus, before: Sequence[Translation], after: Sequence[Translation]) -> None:
    for number, reference in enumerate(corpus.references):
        line = Corpus("", (corpus.sources[number],), (reference,), is_part=True)
        findings = list(compare(line, before[number : number + 1], after[number : number + 1]))
        for finding in findings:
            if finding.is_harmed or not finding.is_enforced:
                what = f"harmed by {finding.loss:.1f}" if finding.is_harmed else "missed"
                term = finding.application.term
                click.echo(f"\n{what}: {term.source} = {term.target}")
                click.echo(f"  source     {corpus.sources[number]}")
                click.echo(f"  before     {before[number].text}")
                click.echo(f"  after      {after[number].text}")
                click.echo(f"  reference  {reference}")


if __name__ == "__main__":
    main()
