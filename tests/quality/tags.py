"""`python -m tests.quality.tags`: tags put into sentences, and where the translations have them.

Each sentence gets a pair of tags around a run of its words, at random but always the same, and a
placeholder at a border of words. What is right is known where the tags stand around something that
is the same in both languages, a number or a Latin name: they must stand around it there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from tarjama import SegmentFlag, TarjamaError, TextFormat, Translation
from tests.quality.command import target_options
from tests.quality.corpora import SAMPLE_DATA, CorpusError, load_corpora
from tests.quality.service import ServerEnded, Service, Target, open_service

LIMIT: Final = 200
"""Sentences of each corpus unless told otherwise."""

_MOST_WORDS = 4
_TAGS = re.compile(r'<g id="1">|</g>|<x id="2"/>')
# Letters and digits that a translation has as they are, with no ending that it may lose.
_SAME = re.compile(r"(?<![^\s(])(?:[A-Z][A-Za-z]{2,}|[0-9]{2,})(?=[.,]?(?:[\s)،؛]|$))")


@dataclass(frozen=True, slots=True)
class TagFindings:
    """How tags came through.

    Attributes:
        sentences: how many had tags.
        whole: of those, how many have each tag once and well nested.
        moved: of those, how many have tags around nothing.
        judged: sentences with tags around something that stands once in both languages.
        right: of those, how many have them around just that.
        around: of those, how many have them around that and more.
    """

    sentences: int
    whole: int
    moved: int
    judged: int
    right: int
    around: int

    def __str__(self) -> str:
        judged = max(self.judged, 1)
        return (
            f"{self.whole} of {self.sentences} whole and well-formed, "
            f"{self.moved / max(self.sentences, 1):.1%} moved; "
            f"around the same word in {self.right} of {self.judged} ({self.right / judged:.1%}), "
            f"around it and more in {self.around} ({self.around / judged:.1%})"
        )


def with_tags(sentence: str) -> str:
    """Put a pair of tags around words and a placeholder between words, the same each time."""
    dice = random.Random(sentence)
    words = sentence.split()
    start = dice.randrange(len(words))
    end = min(len(words), start + dice.randint(1, _MOST_WORDS))
    words[start] = f'<g id="1">{words[start]}'
    words[end - 1] += "</g>"
    words.insert(dice.randrange(len(words) + 1), '<x id="2"/>')
    return " ".join(words)


def around_same(sentences: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Sentences with tags around something that is the same in English, and what that is."""
    for sentence in sentences:
        for match in _SAME.finditer(sentence):
            if sentence.count(match[0]) == 1:
                start, end = match.span()
                yield f'{sentence[:start]}<g id="1">{match[0]}</g>{sentence[end:]}', match[0]


def is_whole(tagged: str, translation: str) -> bool:
    """Whether a translation has each tag of its source once, the pair in its order."""
    tags = _TAGS.findall(translation)
    in_order = [tag for tag in tags if not tag.startswith("<x")]
    return sorted(tags) == sorted(_TAGS.findall(tagged)) and in_order[:1] != ["</g>"]


def measure(service: Service, sentences: Sequence[str]) -> TagFindings:
    """Translate the sentences with tags in them, and look where the tags are."""
    tagged = [with_tags(sentence) for sentence in sentences]
    translations = service.translate(tagged)
    same = list(around_same(sentences))
    placed = [
        (found[1], what)
        for translation, (_, what) in zip(
            service.translate([text for text, _ in same]), same, strict=True
        )
        if len(re.findall(rf"(?<!\w){what}(?!\w|[.,]\d)", _TAGS.sub("", translation.text))) == 1
        and (found := re.search('<g id="1">(.*)</g>', translation.text, re.DOTALL))
    ]
    return TagFindings(
        sentences=len(tagged),
        whole=sum(
            is_whole(source, translation.text)
            for source, translation in zip(tagged, translations, strict=True)
        ),
        moved=sum(map(_is_moved, translations)),
        judged=len(placed),
        right=sum(inside == what for inside, what in placed),
        around=sum(what in inside and inside != what for inside, what in placed),
    )


def _is_moved(translation: Translation) -> bool:
    return any(SegmentFlag.TAG_MOVED in segment.flags for segment in translation.segments)


@click.command()
@target_options
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=LIMIT,
    show_default=True,
    help="Lines to take of each corpus, spread evenly.",
)
def main(
    *, data: Path | None, limit: int, model: str, models_dir: Path | None, server: str | None
) -> None:
    """Measure how tags come through translation."""
    try:
        corpora = load_corpora(data or SAMPLE_DATA, limit=limit)
        with open_service(Target(model, models_dir, server)) as service:
            service.options = replace(service.options, text_format=TextFormat.TAGGED)
            for corpus in corpora.values():
                click.echo(f"{corpus.title}: {measure(service, corpus.sources)}")
    except (CorpusError, ServerEnded, TarjamaError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
