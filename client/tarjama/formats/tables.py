"""Tables in text: CSV and TSV."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.script import has_arabic
from tarjama.formats.tags import escape, unescape
from tarjama.formats.units import Direction, Unit

__all__ = ["TableFormat", "table_rows"]

# What separates the columns of files called .csv, in the order in which ties are broken.
_DELIMITERS = (",", ";", "\t", "|")
# How many lines tell the delimiter.
_SAMPLE_LINES = 50
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell. `text` is what it says, `start` to `end` is where and how the file writes it."""

    row: int
    column: int
    start: int
    end: int
    text: str
    is_quoted: bool


class TableFormat:
    """CSV (RFC 4180, with any usual delimiter) or TSV. A cell is a unit."""

    def __init__(self, *, is_tsv: bool = False, columns: Sequence[str] = ()) -> None:
        """Chooses what to read.

        Args:
            is_tsv: Whether tabs separate the columns, whatever the file looks like.
            columns: Names from the first row, or numbers from 1. All columns if there are none.
        """
        self._is_tsv = is_tsv
        self._columns = tuple(columns)

    @property
    def name(self) -> str:
        """What people call such a file."""
        return "a TSV table" if self._is_tsv else "a CSV table"

    @property
    def extensions(self) -> tuple[str, ...]:
        """File name extensions."""
        return (".tsv", ".tab") if self._is_tsv else (".csv",)

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the content can be text."""
        return content.description is None

    def claims(self, content: FileContent) -> bool:
        """Claims nothing: much text can be read so."""
        return False

    def read(self, path: Path) -> "TableDocument":
        """Reads a table whole.

        Raises:
            BadFile: it is not text, or lacks a column that was asked for.
        """
        content = FileContent.of(path)
        encoded = EncodedText.decode(content.data)
        delimiter = "\t" if self._is_tsv else _delimiter_of(encoded.text)
        cells = list(_cells(encoded.text, delimiter))
        chosen = _chosen_columns(cells, self._columns)
        return TableDocument(
            encoded, delimiter, [cell for cell in cells if chosen is None or cell.column in chosen]
        )


class TableDocument:
    """A table that was read. Cells that are not translated stay byte for byte."""

    notices: Sequence[str] = ()

    def __init__(self, encoded: EncodedText, delimiter: str, cells: Sequence[_Cell]) -> None:
        """Takes the cells that may be translated."""
        self._encoded = encoded
        self._delimiter = delimiter
        self._cells = {
            _unit_id(cell): cell for cell in cells if has_arabic(cell.text) and cell.text.strip()
        }
        self.units: Sequence[Unit] = [
            Unit(
                id=unit_id,
                text=escape(cell.text.strip()),
                context=f"row {cell.row}, column {cell.column}",
            )
            for unit_id, cell in self._cells.items()
        ]

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the table. Direction marks at a translated cell's edges go with `ltr`."""
        edits = (
            (cell.start, cell.end, self._written(cell, unescape(translation), direction))
            for unit in self.units
            if (translation := translations.get(unit.id, unit.text)) != unit.text
            for cell in [self._cells[unit.id]]
        )
        self._encoded.write(target, self._encoded.edited(edits))

    def _written(self, cell: _Cell, translation: str, direction: Direction) -> str:
        stripped = cell.text.strip()
        lead, _, trail = cell.text.partition(stripped)
        value = lead + translation + trail
        if direction == "ltr":
            value = _DIRECTION_MARKS.sub("", value)
        needs_quotes = any(mark in value for mark in (self._delimiter, '"', "\n", "\r"))
        if cell.is_quoted or needs_quotes:
            return '"' + value.replace('"', '""') + '"'
        return value


def table_rows(text: str) -> list[tuple[int, list[str]]]:
    """Reads a table of any usual delimiter.

    Returns:
        The rows that are not blank: each with the number of the line it begins on, and its cells.
    """
    rows: dict[int, tuple[int, list[str]]] = {}
    line = at = 0
    for cell in _cells(text, _delimiter_of(text)):
        line += len(_LINE_END.findall(text, at, cell.start))
        at = cell.start
        rows.setdefault(cell.row, (line + 1, []))[1].append(cell.text)
    return [row for row in rows.values() if any(cell.strip() for cell in row[1])]


def _unit_id(cell: _Cell) -> str:
    return f"r{cell.row}c{cell.column}"


def _delimiter_of(text: str) -> str:
    """The delimiter that gives the first rows the same number of columns, and most of them."""
    sample = "\n".join(text.splitlines()[:_SAMPLE_LINES])

    def fitness(delimiter: str) -> tuple[int, int]:
        widths: dict[int, int] = {}
        for cell in _cells(sample, delimiter):
            widths[cell.row] = cell.column
        # Rows as wide as the widest that occurs, then how wide: text with commas in it varies.
        counts = list(widths.values())
        if not counts or max(counts) == 1:
            return (0, 0)
        usual = max(set(counts), key=counts.count)
        return (counts.count(usual) if usual > 1 else 0, usual)

    return max(_DELIMITERS, key=lambda each: (*fitness(each), -_DELIMITERS.index(each)))


def _cells(text: str, delimiter: str) -> Iterator[_Cell]:
    """The cells of a table, row by row. A quote that is not closed is a character like others."""
    bare = re.compile(rf"[^{re.escape(delimiter)}\r\n]*+")
    at, row, column = 0, 1, 1
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted is not None and _ends_cell(text, quoted.end(), delimiter):
            end = quoted.end()
            yield _Cell(row, column, at, end, quoted[1].replace('""', '"'), is_quoted=True)
        else:
            match = bare.match(text, at)
            assert match is not None
            end = match.end()
            yield _Cell(row, column, at, end, match[0], is_quoted=False)
        line_end = _LINE_END.match(text, end)
        if line_end is not None:
            at, row, column = line_end.end(), row + 1, 1
        else:
            at, column = end + len(delimiter), column + 1


def _ends_cell(text: str, at: int, delimiter: str) -> bool:
    return at == len(text) or text[at] in "\r\n" or text.startswith(delimiter, at)


def _chosen_columns(cells: Sequence[_Cell], columns: Sequence[str]) -> set[int] | None:
    """The numbers of `columns`; None for all.

    Raises:
        BadFile: one is not there.
    """
    if not columns:
        return None
    names = {cell.text.strip(): cell.column for cell in cells if cell.row == 1}
    width = max((cell.column for cell in cells), default=0)
    chosen = set()
    for column in columns:
        if column in names:
            chosen.add(names[column])
        elif column.isascii() and column.isdigit() and 1 <= int(column) <= width:
            chosen.add(int(column))
        else:
            raise BadFile(
                f"The table has no column {column!r}: name one as its first row does, "
                f"or by its number from 1 to {width}."
            )
    return chosen
