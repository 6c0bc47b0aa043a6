"""Counts what there is to translate, without a server."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields

import click
from rich.console import Console
from rich.table import Table

from tarjama.cli.document import Document
from tarjama.cli.document_kinds import DocumentKinds
from tarjama.cli.errors import CommandFailed
from tarjama.cli.jobs import Source, display_name
from tarjama.cli.terminal import Terminal
from tarjama.encoding.decoding import DocumentDecoder

# Where standard output is no terminal, no cell is cut or wrapped.
_UNLIMITED_WIDTH = 1000


@dataclass(slots=True)
class TextCount:
    """How much text there is.

    Attributes:
        units: Paragraphs, cells, cues and the like; of plain text, lines that are not blank.
        words: Words in them, as white space divides them.
        characters: Code points in them, tags and white space at the ends not counted.
        repeated_units: Units whose text, but for white space, stands before in the same document.
        repeated_words: Words in those.
        shared_units: Units whose text stands in a document before it, and not before in its own.
        shared_words: Words in those.
    """

    units: int = 0
    words: int = 0
    characters: int = 0
    repeated_units: int = 0
    repeated_words: int = 0
    shared_units: int = 0
    shared_words: int = 0

    def add(self, other: "TextCount") -> None:
        """Adds the counts of another document."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


class TextCounter:
    """Counts documents, one after the other."""

    def __init__(self) -> None:
        """Begins without a document."""
        # Hashes, not texts: of two million units that is 0.2 GB and not all of the documents.
        self._before: set[int] = set()

    def count(self, texts: Iterator[str]) -> TextCount:
        """Counts the texts of one document."""
        counted = TextCount()
        here: set[int] = set()
        for text in texts:
            words = text.split()
            if not words:
                continue
            key = hash(tuple(words))
            counted.units += 1
            counted.words += len(words)
            counted.characters += len(text.strip())
            if key in here:
                counted.repeated_units += 1
                counted.repeated_words += len(words)
            elif key in self._before:
                counted.shared_units += 1
                counted.shared_words += len(words)
            here.add(key)
        self._before |= here
        return counted


def count_documents(
    sources: Sequence[Source],
    kinds: DocumentKinds,
    terminal: Terminal,
    *,
    codec: str | None,
    as_json: bool,
) -> int:
    """Counts documents and writes the counts to standard output.

    Args:
        sources: The documents.
        kinds: What is known of formats.
        terminal: Where failures are told.
        codec: The encoding of texts, None to recognise it.
        as_json: Whether to write a line of JSON for each document and one for all, not a table.

    Returns:
        The exit code: 0 if all were counted, else 1.
    """
    counter, total = TextCounter(), TextCount()
    counts: list[tuple[str, TextCount]] = []
    for source in sources:
        try:
            counted = counter.count(_texts(source, kinds, codec))
        except CommandFailed as error:
            terminal.failure(f"{terminal.name(display_name(source.path))}: {error}")
            continue
        counts.append((display_name(source.path), counted))
        total.add(counted)
    if as_json:
        for name, counted in counts:
            click.echo(json.dumps({"file": name, **asdict(counted)}, ensure_ascii=False))
        click.echo(json.dumps({"documents": len(counts), **asdict(total)}))
    else:
        _print_table(counts, total)
    return 0 if len(counts) == len(sources) else 1


def _texts(source: Source, kinds: DocumentKinds, codec: str | None) -> Iterator[str]:
    if kinds.has_units(source.path):
        yield from _unit_texts(source, kinds)
        return
    rest = ""
    with Document(source.path, DocumentDecoder(codec=codec)) as document:
        for text in document.texts():
            document.take(len(text))
            *lines, rest = (rest + text).split("\n")
            yield from lines
    yield rest


def _unit_texts(source: Source, kinds: DocumentKinds) -> Iterator[str]:
    # Not at the top: formats bring lxml, which takes long to load.
    from tarjama.formats.errors import BadFile
    from tarjama.formats.tags import plain_text

    try:
        document = kinds.format_of(source.path).read(source.path)
    except BadFile as error:
        raise CommandFailed(str(error)) from error
    for unit in document.units:
        if unit.is_translatable:
            yield plain_text(unit.text)


def _print_table(counts: Sequence[tuple[str, TextCount]], total: TextCount) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True)
    table.add_column("DOCUMENT", footer=f"{len(counts):,} in all", overflow="fold")
    columns = {
        "UNITS": "units",
        "WORDS": "words",
        "CHARACTERS": "characters",
        "REPEATED": "repeated_words",
        "IN OTHERS": "shared_words",
    }
    for heading, name in columns.items():
        footer = f"{getattr(total, name):,}"
        table.add_column(heading, footer=footer, justify="right", no_wrap=True)
    for name, counted in counts:
        table.add_row(name, *(f"{getattr(counted, column):,}" for column in columns.values()))
    width = None if sys.stdout.isatty() else _UNLIMITED_WIDTH
    console = Console(file=sys.stdout, width=width, markup=False, highlight=False, emoji=False)
    console.print(table)
    console.print("REPEATED and IN OTHERS are words of units that stand before, here or there.")
