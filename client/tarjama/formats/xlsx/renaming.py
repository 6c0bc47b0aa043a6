"""Sheets and columns of tables under their translated names, in all that names them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from lxml import etree

from tarjama.formats.ooxml.names import EXTENDED, VT, S
from tarjama.formats.ooxml.places import Element
from tarjama.formats.tags import escape, plain_text
from tarjama.formats.units import Unit
from tarjama.formats.xlsx.formulas import Names, rename
from tarjama.formats.xlsx.limits import shortened
from tarjama.formats.xlsx.strings import escaped, plain_translation, unescaped
from tarjama.formats.xlsx.survey import FORMULAS, Column, Survey, Table

__all__ = ["MAX_SHEET_NAME_CHARACTERS", "Renaming", "sheet_name"]

MAX_SHEET_NAME_CHARACTERS = 31
_MAX_COLUMN_CHARACTERS = 255

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
# Excel keeps the name for the list of changes in a shared workbook.
_RESERVED = frozenset({"history"})


class Renaming:
    """Finishes the parts of a workbook after its units were replaced.

    A sheet's name is in every formula that refers to it. The name of a table's column is the text
    of the cell at its head, which Excel calls damaged if it is not, and is in formulas too.
    """

    def __init__(
        self, survey: Survey, translations: Mapping[str, str], units: Sequence[Unit]
    ) -> None:
        """Finds the new names.

        Args:
            survey: The workbook as it was.
            translations: What is changed: tagged text by `Unit.id`.
            units: All units.
        """
        self._translations = translations
        # The first unit of a text is the one that repeats of it belong to.
        self._ids = {unit.text: unit.id for unit in reversed(units) if unit.is_translatable}
        self._heads: dict[str, dict[str, str]] = {}
        self._columns = {table.part: self._column_names(table) for table in survey.tables}
        self._names = Names(
            self._sheet_names(survey),
            {
                table.name.casefold(): {
                    column.name.casefold(): new
                    for column, new in zip(table.columns, self._columns[table.part], strict=True)
                    if column.name != new
                }
                for table in survey.tables
            },
        )

    def finish(self, part: str, root: Element) -> None:
        """Writes the names wherever a part has them."""
        if not self._translations:
            return
        for name, text in self._heads.get(part, {}).items():
            _set_head(root, name, text)
        for element, new in zip(
            root.iterfind(f"{S}tableColumns/{S}tableColumn"),
            self._columns.get(part, ()),
            strict=False,
        ):
            if unescaped(element.get("name", "")) != new:
                element.set("name", escaped(new).replace("\n", "_x000a_"))
        if root.tag == f"{S}workbook":
            self._finish_workbook(root)
        if self._names:
            _rename_references(root, self._names)
        for shared in root.iter(f"{S}sharedItems", f"{S}cacheFields", f"{S}dataFields"):
            _part_equals(shared)

    def _translation(self, text: str) -> str:
        return self._translations.get(self._ids.get(text, ""), text)

    def _sheet_names(self, survey: Survey) -> dict[str, str]:
        found: dict[str, str] = {}
        taken = {
            sheet.name.casefold(): 2
            for sheet in survey.sheets
            if self._ids.get(escape(sheet.name.strip())) not in self._translations
        }
        for sheet in survey.sheets:
            tagged = escape(sheet.name.strip())
            if self._ids.get(tagged) not in self._translations:
                continue
            if not survey.is_renamable(sheet.name):
                taken[sheet.name.casefold()] = 2
                continue
            new = _unique(sheet_name(self._translation(tagged)), taken, MAX_SHEET_NAME_CHARACTERS)
            found[sheet.name.casefold()] = new
        return found

    def _column_names(self, table: Table) -> list[str]:
        """Names the columns of a table, and notes the heads that must say something else then."""
        names = [self._column_name(column) for column in table.columns]
        if names == [column.name for column in table.columns]:
            return names
        taken: dict[str, int] = {}
        found = []
        for column, new in zip(table.columns, names, strict=True):
            unique = _unique(new, taken, _MAX_COLUMN_CHARACTERS)
            if unique != new:
                self._heads.setdefault(table.sheet, {})[column.cell] = unique
            found.append(unique)
        return found

    def _column_name(self, column: Column) -> str:
        if column.head is None or self._ids.get(column.head.text) not in self._translations:
            return column.name
        return plain_translation(column.head, self._translation(column.head.text))

    def _finish_workbook(self, root: Element) -> None:
        for sheet in root.iterfind(f"{S}sheets/{S}sheet"):
            new = self._names.sheets.get(sheet.get("name", "").casefold())
            if new:
                sheet.set("name", new)
        calculation = root.find(f"{S}calcPr")
        if calculation is not None:
            # What formulas make of text is another text now.
            calculation.set("fullCalcOnLoad", "1")


def sheet_name(translation: str) -> str:
    """Makes a name of a sheet of tagged text: without the characters that Excel forbids."""
    name = " ".join(_FORBIDDEN.sub(" ", plain_text(translation)).split()).strip("'")
    return f"{name}_" if name.casefold() in _RESERVED else name or "Sheet"


def _unique(name: str, taken: dict[str, int], limit: int) -> str:
    """Numbers a name that is taken, and takes it. Case does not count.

    Args:
        name: The name.
        taken: The names that are taken, casefolded, each with the next number for it.
        limit: In characters.
    """
    unique = shortened(name, limit)
    first = unique.casefold()
    while unique.casefold() in taken:
        number = taken[first]
        taken[first] = number + 1
        unique = f"{shortened(name, limit - len(str(number)) - 1)} {number}"
    taken[unique.casefold()] = 2
    return unique


def _set_head(root: Element, name: str, text: str) -> None:
    for cell in root.iter(f"{S}c"):
        if cell.get("r") == name:
            for child in list(cell):
                cell.remove(child)
            cell.set("t", "inlineStr")
            string = etree.SubElement(etree.SubElement(cell, f"{S}is"), f"{S}t")
            string.text = escaped(text)
            return


def _rename_references(root: Element, names: Names) -> None:
    def renamed(formula: str) -> str:
        return rename(formula, names)

    for element in root.iter(*FORMULAS):
        element.text = renamed(element.text) if element.text else element.text
    for element in root.iter("{*}worksheetSource", "{*}rangeSet", "{*}dataRef"):
        new = names.sheets.get(element.get("sheet", "").casefold())
        if new:
            element.set("sheet", new)
    for element in root.iter(f"{S}hyperlink"):
        _change(element, "location", renamed)
    for element in root.iter("{*}formControlPr"):
        for attribute in ("fmlaLink", "fmlaRange", "fmlaMacro", "fmlaTxbx", "fmlaGroup"):
            _change(element, attribute, renamed)
    for element in root.iterfind(f"{EXTENDED}TitlesOfParts//{VT}lpstr"):
        title = element.text or ""
        element.text = names.sheets.get(title.casefold()) or renamed(title)


def _change(element: Element, attribute: str, change: Callable[[str], str]) -> None:
    if element.get(attribute):
        element.set(attribute, change(element.get(attribute, "")))


def _part_equals(parent: Element) -> None:
    """Numbers the names in a pivot table's list that became equal by translation."""
    taken: dict[str, int] = {}
    for element, attribute in _named(parent):
        name = element.get(attribute, "")
        unique = _unique(name, taken, max(_MAX_COLUMN_CHARACTERS, len(name)))
        if unique != name:
            element.set(attribute, unique)


def _named(parent: Element) -> Iterator[tuple[Element, str]]:
    for child in parent:
        attribute = "v" if parent.tag == f"{S}sharedItems" else "name"
        if child.tag in {f"{S}s", f"{S}cacheField", f"{S}dataField"}:
            yield child, attribute
