"""`python -m tests.quality.invariance`: is a text translated alike whoever else is calling?

Each line is translated alone, one call at a time; then among 64 callers at once; then streamed, in
random chunks, by 64 callers at once; then as a line of one streamed document of all lines. All must
agree: segments, translations, scores and flags.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from tarjama import Client, Segment, SegmentFlag, TarjamaError
from tests.quality.command import target_options
from tests.quality.corpora import DEV, SAMPLE_DATA, Corpus, CorpusError, load_corpora
from tests.quality.service import ServerEnded, Service, Target, open_service

CALLERS: Final = 64
"""Calls in flight at once."""

_SEED = 5
_MAX_CHUNK_BYTES = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """What a segment says, wherever in a document it stands."""

    source: str
    translation: str
    score: float | None
    flags: frozenset[SegmentFlag]


@dataclass(frozen=True, slots=True)
class Differences:
    """Lines of a corpus that were not translated as they are alone, of `line_count`."""

    line_count: int
    among_callers: int
    streamed: int
    in_document: int


def measure_differences(service: Service, corpus: Corpus) -> Differences:
    """Translate the lines of `corpus` in all ways, and count where they differ."""
    lines = corpus.sources
    with Client(service.address, options=service.options) as client:
        alone = [_pieces(line, client.translate(line).segments) for line in lines]
        among = _at_once(lambda line: _pieces(line, client.translate(line).segments), lines)
        streamed = _at_once(lambda line: _streamed(client, line), lines)
        document = "\n".join(lines)
        whole = _by_line(_streamed(client, document), len(lines))
    trimmed = [[_trimmed(piece) for piece in pieces] for pieces in alone]
    return Differences(
        len(lines),
        among_callers=_count_differences(alone, among),
        streamed=_count_differences(alone, streamed),
        in_document=_count_differences(trimmed, whole),
    )


def _count_differences(alone: Sequence[Sequence[Piece]], others: Sequence[Sequence[Piece]]) -> int:
    return sum(one != other for one, other in zip(alone, others, strict=True))


def _at_once(translate: Callable[[str], list[Piece]], lines: Sequence[str]) -> list[list[Piece]]:
    """Translate all lines with `CALLERS` calls in flight, in random order."""
    order = random.Random(_SEED).sample(range(len(lines)), len(lines))
    answers: dict[int, list[Piece]] = {}
    with ThreadPoolExecutor(CALLERS) as callers:
        found = callers.map(translate, [lines[number] for number in order])
        answers.update(zip(order, found, strict=True))
    return [answers[number] for number in range(len(lines))]


def _streamed(client: Client, text: str) -> list[Piece]:
    with client.stream(_chunks(text)) as stream:
        return _pieces(text, list(stream))


def _chunks(text: str) -> Iterator[bytes]:
    """Part a text anywhere, inside characters too; alike each time."""
    rng = random.Random(f"{_SEED} {text}")
    encoded = text.encode()
    start = 0
    while start < len(encoded):
        end = start + rng.randint(1, _MAX_CHUNK_BYTES)
        yield encoded[start:end]
        start = end


def _pieces(text: str, segments: Sequence[Segment]) -> list[Piece]:
    return [
        Piece(
            text[segment.source_span.start : segment.source_span.end],
            segment.translation,
            segment.score,
            segment.flags,
        )
        for segment in segments
    ]


def _by_line(pieces: Sequence[Piece], line_count: int) -> list[list[Piece]]:
    """Group a document's pieces by line, without the white space around them."""
    lines: list[list[Piece]] = [[] for _ in range(line_count)]
    number = 0
    for piece in pieces:
        lines[number].append(_trimmed(piece))
        number += piece.source.count("\n")
    return lines


def _trimmed(piece: Piece) -> Piece:
    """A piece without white space around it, which in a document goes to the piece before."""
    return replace(piece, source=piece.source.strip(), translation=piece.translation.strip())


def to_markdown(found: dict[str, Differences]) -> str:
    """Set the counts in a table."""
    rows = [
        f"| {title} | {differences.line_count:,} | {differences.among_callers} | "
        f"{differences.streamed} | {differences.in_document} |\n"
        for title, differences in found.items()
    ]
    return (
        f"| lines that differ from those translated alone | of | among {CALLERS} callers | "
        f"streamed, among {CALLERS} | in one streamed document |\n|---|---|---|---|---|\n"
        + "".join(rows)
    )


@click.command()
@target_options
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=2000,
    show_default=True,
    help="Lines to take of each corpus at most, spread evenly.",
)
def main(
    *,
    data: Path | None,
    limit: int,
    model: str,
    models_dir: Path | None,
    server: str | None,
) -> None:
    """Check that a text is translated alike alone, under load and streamed.

    Prints a Markdown table; ends with 1 if anything differs. FLORES dev is left out.
    """
    try:
        corpora = load_corpora(data or SAMPLE_DATA, limit=limit)
        with open_service(Target(model, models_dir, server)) as service:
            found = {
                corpus.title: measure_differences(service, corpus)
                for corpus in corpora.values()
                if corpus.name != DEV
            }
    except (CorpusError, ServerEnded, TarjamaError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(to_markdown(found), nl=False)
    if any(
        differences.among_callers or differences.streamed or differences.in_document
        for differences in found.values()
    ):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
