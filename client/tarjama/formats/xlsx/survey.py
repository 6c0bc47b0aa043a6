"""What a workbook says of its sheets and tables, before any of it is translated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote

from tarjama.formats.inline import TaggedText
from tarjama.formats.ooxml.names import R, S
from tarjama.formats.ooxml.parts import OfficePackage
from tarjama.formats.ooxml.places import Element
from tarjama.formats.script import has_arabic
from tarjama.formats.xlsx.formulas import literals
from tarjama.formats.xlsx.strings import RichText, rich_text, unescaped
from tarjama.formats.xml import XmlPart

__all__ = [
    "FORMULAS",
    "HEADERS",
    "MAIN_KINDS",
    "SHARED_STRINGS",
    "SHEET_KINDS",
    "Column",
    "Sheet",
    "Survey",
    "Table",
]

_SPREADSHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml."

MAIN_KINDS = frozenset(
    {
        f"{_SPREADSHEETML}sheet.main+xml",
        f"{_SPREADSHEETML}template.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        "application/vnd.ms-excel.template.macroEnabled.main+xml",
    }
)
"""What the part that lists the sheets can be."""

SHEET_KINDS = frozenset(
    {
        *(f"{_SPREADSHEETML}{kind}+xml" for kind in ("worksheet", "chartsheet", "dialogsheet")),
        "application/vnd.ms-excel.macrosheet+xml",
    }
)
"""What a sheet can be."""

SHARED_STRINGS = f"{_SPREADSHEETML}sharedStrings+xml"

HEADERS = tuple(
    f"{S}{when}{what}" for when in ("odd", "even", "first") for what in ("Header", "Footer")
)
"""The headers and footers of a sheet."""

FORMULAS = (
    "{*}f",
    "{*}formula",
    "{*}formula1",
    "{*}formula2",
    "{*}definedName",
    "{*}calculatedColumnFormula",
    "{*}totalsRowFormula",
)
"""The elements whose text is a formula, in sheets, tables, charts and the list of sheets."""

# Links of drawings, queries and what other programs keep in the workbook.
_ELSEWHERE = re.compile(
    r"(?:^xl/(?:drawings|charts)/_rels/.*\.rels|^xl/connections.xml|^customXml/.*)$"
)
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?![0-9])")
_TABLE = f"{_SPREADSHEETML}table+xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet.

    Attributes:
        name: As its tab says.
        part: Its part.
        is_right_to_left: Whether its first column is at the right.
    """

    name: str
    part: str
    is_right_to_left: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: As formulas call it. Always the text of the cell at its head.
        cell: That cell, such as `B3`.
        head: The text of the cell as its unit has it, or None if it has no text.
    """

    name: str
    cell: str
    head: RichText | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a sheet, with a row of heads.

    Attributes:
        name: As formulas call it.
        part: Its part.
        sheet: The part of the sheet that it is on.
        columns: Its columns, from the first.
    """

    name: str
    part: str
    sheet: str
    columns: tuple[Column, ...]


class Survey:
    """The facts of a workbook.

    Attributes:
        main: The part that lists the sheets.
        sheets: The sheets in the order of their tabs.
        tables: The tables that have heads.
        texts: The tagged text of every cell whose text has one formatting, and of every choice in
            a list: text in formulas that equals one of them is compared to it.
        has_prompts: Whether any prompt, list of choices, header or footer is in Arabic.
        contexts: Where each shared string is used first, by its number.
    """

    def __init__(self, package: OfficePackage, main: str) -> None:
        """Reads the workbook.

        Args:
            package: The archive.
            main: The part that lists the sheets.

        Raises:
            BadFile: a part is missing or broken.
        """
        self.main = main
        self.sheets: list[Sheet] = []
        self.tables: list[Table] = []
        self.texts: set[str] = set()
        self.contexts: dict[int, str] = {}
        self._package = package
        self.has_prompts = False
        self._literals: set[str] = set()
        self._elsewhere = [
            unescape(unquote(package.package.read(name).decode("utf-8", errors="replace")))
            for name in package.package.names
            if _ELSEWHERE.search(name)
        ]
        self._strings = self._shared_strings()
        self.texts |= {one.text for one in self._strings}
        workbook = self._root(main)
        targets = package.targets(main)
        self._add_formulas(workbook)
        for element in workbook.iterfind(f"{S}sheets/{S}sheet"):
            part = targets.get(element.get(f"{R}id", ""), "")
            if part in package.package:
                self._add_sheet(element.get("name", ""), part)

    def is_renamable(self, sheet: str) -> bool:
        """Tells whether all that names a sheet can be written anew.

        Not so if a formula quotes the name, or a link of a drawing, a query or data of other
        programs has it.

        Args:
            sheet: The sheet's name.
        """
        name = sheet.casefold()
        quoted = any(name in literal.casefold() for literal in self._literals)
        return not quoted and not any(sheet in text for text in self._elsewhere)

    def _shared_strings(self) -> list[RichText]:
        return [
            rich_text(string)
            for name, kind in self._package.parts
            if kind == SHARED_STRINGS
            for string in self._root(name).iterchildren(f"{S}si")
        ]

    def _add_sheet(self, name: str, part: str) -> None:
        root = self._root(part)
        view = root.find(f"{S}sheetViews/{S}sheetView")
        right_to_left = view is not None and view.get("rightToLeft") in {"1", "true"}
        self.sheets.append(Sheet(name, part, right_to_left))
        heads: dict[str, RichText] = {}
        tables = list(self._tables_of(part))
        wanted = {cell for _, cells in tables for cell in cells}
        for cell in root.iter(f"{S}c"):
            kind, place = cell.get("t"), cell.get("r", "")
            if kind not in {"s", "inlineStr"}:
                continue
            text = self._text_of(cell, f'sheet "{name}", {place}')
            if text is not None and place in wanted:
                heads[place] = text
        self._add_formulas(root)
        self._add_choices(root)
        self.has_prompts |= any(
            has_arabic(element.text or "") or any(map(has_arabic, map(str, element.values())))
            for element in root.iter("{*}dataValidation", "{*}formula1", *HEADERS)
        )
        for table, cells in tables:
            self._add_table(table, part, cells, heads)

    def _add_formulas(self, root: Element) -> None:
        for element in root.iter(*FORMULAS):
            if '"' in (element.text or ""):
                self._literals.update(literals(element.text or ""))

    def _text_of(self, cell: Element, context: str) -> RichText | None:
        if cell.get("t") == "inlineStr":
            inline = cell.find(f"{S}is")
            if inline is None:
                return None
            text = rich_text(inline)
            self.texts.add(text.text)
            return text
        number = cell.findtext(f"{S}v") or ""
        if not number.isdecimal() or int(number) >= len(self._strings):
            return None
        self.contexts.setdefault(int(number), context)
        return self._strings[int(number)]

    def _add_choices(self, root: Element) -> None:
        for formula in root.iterfind(f"{S}dataValidations/{S}dataValidation/{S}formula1"):
            for literal in literals(formula.text or ""):
                self.texts |= {TaggedText[str]([choice]).text for choice in literal.split(",")}

    def _tables_of(self, sheet: str) -> Iterator[tuple[str, list[str]]]:
        """Gives the tables of a sheet, each with the cells of its heads."""
        for name in self._package.targets(sheet).values():
            if self._package.content_type(name) != _TABLE or name not in self._package.package:
                continue
            root = self._root(name)
            if root.get("headerRowCount") != "0":
                count = len(root.findall(f"{S}tableColumns/{S}tableColumn"))
                yield name, _first_row(root.get("ref", ""), count)

    def _add_table(
        self,
        name: str,
        sheet: str,
        cells: list[str],
        heads: dict[str, RichText],
    ) -> None:
        root = self._root(name)
        columns = root.findall(f"{S}tableColumns/{S}tableColumn")
        self.tables.append(
            Table(
                root.get("displayName", ""),
                name,
                sheet,
                tuple(
                    Column(unescaped(column.get("name", "")), cell, heads.get(cell))
                    for column, cell in zip(columns, cells, strict=False)
                ),
            )
        )

    def _root(self, name: str) -> Element:
        return XmlPart(self._package.package.read(name), name=name).root

    @property
    def quotes_arabic(self) -> bool:
        """Whether formulas quote Arabic text that no cell has, and that stays therefore."""
        return any(
            has_arabic(literal) and TaggedText[str]([literal]).text not in self.texts
            for literal in self._literals
        )


def _first_row(area: str, count: int) -> list[str]:
    """Lists the cells in the first row of an area such as `B3:D9`; none of what is no area."""
    match = _AREA.match(area)
    if match is None:
        return []
    start = 0
    for letter in match[1]:
        start = start * 26 + ord(letter) - ord("A") + 1
    return [f"{_letters(start + offset)}{match[2]}" for offset in range(count)]


def _letters(number: int) -> str:
    name = ""
    while number:
        number, digit = divmod(number - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
