"""`python -m tests.quality.alignment`: word links against links made by hand.

What a model writes changes with the model, so the links are made for English of ours: the model is
made to write it (forced decoding), and what it attends to is folded into links as the service does.
That is harder than its own English, which follows its own mind: attention is decided before the
word is. The gold, `data/alignment_gold.tsv`, has 30 short sentences; all its links are sure ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import ctranslate2
import sentencepiece

from tarjama_server.alignment.links import WordAttention
from tarjama_server.alignment.origins import track_output
from tarjama_server.engine import Attention
from tarjama_server.model_store.store import ModelStore
from tarjama_server.tokenizer import Tokenizer
from tests.quality.corpora import SAMPLE_DATA
from tests.quality.service import BUNDLED_MODEL

GOLD = SAMPLE_DATA / "alignment_gold.tsv"

Link = tuple[int, int]
"""Indexes of a source word and of the target word that renders it."""


@dataclass(frozen=True, slots=True)
class GoldPair:
    """A sentence, its translation, and which words of it render which."""

    source: str
    target: str
    links: frozenset[Link]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the links that were found agree with the gold, over all sentences."""

    found: int
    right: int
    wanted: int

    @property
    def precision(self) -> float:
        """Share of the links found that are in the gold."""
        return self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        """Share of the gold's links that were found."""
        return self.right / max(self.wanted, 1)

    @property
    def error_rate(self) -> float:
        """AER of Och and Ney (2003), https://doi.org/10.1162/089120103321337421."""
        return 1 - 2 * self.right / max(self.found + self.wanted, 1)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f}, AER {self.error_rate:.3f} "
            f"({self.right} right of {self.found} found and {self.wanted} wanted)"
        )


def read_gold(path: Path = GOLD) -> list[GoldPair]:
    """Read lines of a sentence, its translation and their links, as in `0-2 1-0`."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        source, target, links = line.split("\t")
        numbers = (link.split("-") for link in links.split())
        pairs.append(GoldPair(source, target, frozenset((int(s), int(t)) for s, t in numbers)))
    return pairs


def find_links(model_dir: Path, tokenizer: Tokenizer, pairs: Sequence[GoldPair]) -> list[set[Link]]:
    """Make a model write the pairs' translations, and link words by what it attended to."""
    writer = sentencepiece.SentencePieceProcessor(str(model_dir / "target.spm"))
    sources = [tokenizer.encode(pair.source) for pair in pairs]
    targets = [writer.encode(pair.target, return_type=str) for pair in pairs]
    results = ctranslate2.Translator(str(model_dir), intra_threads=1).translate_batch(
        [list(source.tokens) for source in sources],
        target_prefix=targets,
        beam_size=1,
        return_attention=True,
    )
    found = []
    for pair, source, target, result in zip(pairs, sources, targets, results, strict=True):
        output, spans = tokenizer.decode_with_spans(target)
        attention = Attention.of(result.attention[0][: len(target)])
        source_spans = list(zip(source.starts, source.ends, strict=True))
        folded = WordAttention.between(
            pair.source, track_output(output, spans, attention, source_spans)
        )
        found.append(
            {
                (
                    folded.source_words.index(link.source),
                    folded.target_words.index(link.target),
                )
                for link in folded.links()
            }
        )
    return found


def agreement(pairs: Sequence[GoldPair], found: Sequence[set[Link]]) -> Agreement:
    """Count the links that agree."""
    return Agreement(
        found=sum(map(len, found)),
        right=sum(len(links & pair.links) for pair, links in zip(pairs, found, strict=True)),
        wanted=sum(len(pair.links) for pair in pairs),
    )


def measure(model: str = BUNDLED_MODEL, models_dir: Path | None = None) -> Agreement:
    """Measure the links of a model."""
    with tempfile.TemporaryDirectory() as folder:
        installed = ModelStore(models_dir or Path(folder)).find(model)
        manifest = installed.manifest
        tokenizer = Tokenizer(
            installed.path, normalization=manifest.normalization, hygiene=manifest.hygiene
        )
        pairs = read_gold()
        return agreement(pairs, find_links(installed.path, tokenizer, pairs))


@click.command()
@click.option("--model", default=BUNDLED_MODEL, show_default=True, help="Whose alignment.")
@click.option(
    "--models-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where fetched models live.",
)
def main(*, model: str, models_dir: Path | None) -> None:
    """Measure word alignment against links made by hand."""
    click.echo(measure(model, models_dir))


if __name__ == "__main__":
    main()
