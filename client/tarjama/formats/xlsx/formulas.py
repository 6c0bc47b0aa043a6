"""Formulas: the text that they quote, and the sheets and columns of tables that they name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Names", "literals", "rename", "replace_literal"]

# Strings first: what looks like a name in one is none. Nothing is looked for after a closing quote,
# lest a text of quotes alone take the square of its length.
_TOKEN = re.compile(
    r"""
      (?P<string>"(?:[^"]|"")*")
    | (?P<quoted>'(?:[^']|'')*')
    | (?P<external>\[[^\]\[]*\][^\s!'"()\[\],;:+*/^&=<>{}-]*)(?=!)
    | (?P<bare>[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)(?=!)
    | (?P<table>[^\W\d][\w.]*)(?=\[)
    | (?P<word>[\w.]+)
    """,
    re.VERBOSE,
)
# A column in brackets: an apostrophe goes before a character that means something there.
_COLUMN = re.compile(r"\[((?:[^\[\]']|'.)*)\]")
_SPECIAL = re.compile(r"(['\[\]#@])")
_ESCAPED = re.compile("'(.)")
_NEEDS_NO_QUOTES = re.compile(r"[^\W\d][\w]*")
# A name that looks like a cell of the grid needs quotes.
_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*")


@dataclass(frozen=True, slots=True)
class Names:
    """What sheets and columns are called from now on. Old names are casefolded.

    Attributes:
        sheets: New names of sheets by old ones.
        columns: New names of columns by old ones, by the casefolded name of their table.
    """

    sheets: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.sheets or self.columns)


def literals(formula: str) -> list[str]:
    """Gives the texts that a formula quotes, in order."""
    return [
        match["string"][1:-1].replace('""', '"')
        for match in _TOKEN.finditer(formula)
        if match["string"]
    ]


def replace_literal(formula: str, number: int, text: str) -> str:
    """Puts a text in the place of one that a formula quotes.

    Args:
        formula: The formula.
        number: Which of `literals` it is, from 0.
        text: The new text.
    """
    found = [match.span() for match in _TOKEN.finditer(formula) if match["string"]]
    start, end = found[number]
    return f'{formula[:start]}"{text.replace(chr(34), chr(34) * 2)}"{formula[end:]}'


def rename(formula: str, names: Names) -> str:
    """Writes a formula with sheets and columns of tables under their new names."""
    if not names:
        return formula
    return "".join(_renamed(formula, names))


def _renamed(formula: str, names: Names) -> Iterator[str]:
    at = 0
    while match := _TOKEN.search(formula, at):
        yield formula[at : match.start()]
        at = match.end()
        if match["quoted"] and formula[at : at + 1] == "!":
            yield _sheets(match["quoted"][1:-1].replace("''", "'"), names, match[0])
        elif match["bare"]:
            yield _sheets(match["bare"], names, match[0])
        else:
            yield match[0]
        if match["table"]:
            end = _bracket_end(formula, at)
            columns = names.columns.get(match["table"].casefold(), {})
            yield _columns(formula[at:end], columns)
            at = end
    yield formula[at:]


def _sheets(reference: str, names: Names, written: str) -> str:
    """Renames a sheet, or the two of a range of sheets, unless they are another workbook's."""
    parts = reference.split(":")
    new = [names.sheets.get(part.casefold(), part) for part in parts]
    if new == parts:
        return written
    joined = ":".join(new)
    if all(_NEEDS_NO_QUOTES.fullmatch(part) and not _CELL.fullmatch(part) for part in new):
        return joined
    return "'" + joined.replace("'", "''") + "'"


def _bracket_end(formula: str, start: int) -> int:
    depth = 0
    at = start
    while at < len(formula):
        if formula[at] == "'":
            at += 1
        elif formula[at] == "[":
            depth += 1
        elif formula[at] == "]":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return len(formula)


def _columns(reference: str, columns: Mapping[str, str]) -> str:
    """Renames the columns in what stands in brackets after a table's name."""

    def new(match: re.Match[str]) -> str:
        old = _ESCAPED.sub(r"\1", match[1])
        # `[@column]` is the column in the formula's own row.
        row = "@" if old.startswith("@") else ""
        name = columns.get(old.removeprefix(row).casefold())
        if name is None:
            return match[0]
        inner = _SPECIAL.sub(r"'\1", name)
        is_alone = match.start() == 0
        if is_alone and not re.fullmatch(r"[\w ]+", name):
            return f"[{row}[{inner}]]"
        return f"[{row}{inner}]"

    return _COLUMN.sub(new, reference)
