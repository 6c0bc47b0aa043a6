"""What is translated in a sheet, beside the strings that its cells share."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from tarjama.formats.ooxml.names import S
from tarjama.formats.ooxml.places import Element, Place, attribute_place, element_place
from tarjama.formats.script import has_arabic
from tarjama.formats.xlsx.limits import limited_place
from tarjama.formats.xlsx.literals import (
    choice_places,
    formula_places,
    header_places,
    turn_fonts,
)
from tarjama.formats.xlsx.strings import string_place
from tarjama.formats.xlsx.survey import HEADERS

__all__ = ["SheetReader", "fixed_place", "repeat"]

_FORMULAS = ("{*}formula", "{*}formula2", "{http://schemas.microsoft.com/office/excel/2006/main}f")
# Attributes, what they are, and Excel's limits for them.
_PROMPTS = {
    "promptTitle": ("title of a prompt", 32),
    "prompt": ("prompt", 255),
    "errorTitle": ("title of an error", 32),
    "error": ("error", 225),
}
_TIPS = {"tooltip": "tip of a link", "display": "text of a link"}
_FILTERS = {
    "{*}filter": "val",
    "{*}customFilter": "val",
    f"{S}cfRule": "text",
    f"{S}inputCells": "val",
}


class SheetReader:
    """Reads a sheet of any kind."""

    def __init__(self, name: str, texts: Collection[str]) -> None:
        """Begins.

        Args:
            name: The sheet's.
            texts: As `Survey.texts`.
        """
        self._context = f'sheet "{name}"'
        self._texts = texts

    def places(self, root: Element) -> Iterator[Place]:
        """Gives cells with text of their own, then what is about cells, then headers."""
        for cell in root.iter(f"{S}c"):
            yield from self._cell_places(cell)
        readers: dict[str, Callable[[Element], Iterator[Place]]] = {
            "dataValidation": self._validation_places,
            "hyperlink": self._link_places,
            "scenario": self._scenario_places,
        }
        for element in root.iter(*(f"{{*}}{name}" for name in readers)):
            yield from readers[str(element.tag).rpartition("}")[2]](element)
        for element in root.iter(*_FORMULAS):
            if not _is_of_validation(element):
                yield from formula_places(element, self._texts, context=self._context)
        for tag, attribute in _FILTERS.items():
            for element in root.iter(tag):
                place = attribute_place(element, attribute, context=f"filter of {self._context}")
                yield repeat(place, is_translatable=place.text in self._texts)
        for header in root.iter(*HEADERS):
            yield from header_places(header, context=self._context)

    def turn(self, root: Element) -> None:
        """Puts the first column at the left, and names fonts of headers in English."""
        for view in root.iter(f"{S}sheetView"):
            if view.get("rightToLeft") in {"1", "true"}:
                view.set("rightToLeft", "0")
        for header in root.iter(*HEADERS):
            turn_fonts(header)

    def _cell_places(self, cell: Element) -> Iterator[Place]:
        kind = cell.get("t")
        formula = cell.find(f"{S}f")
        context = f"{self._context}, {cell.get('r', '')}"
        if kind == "inlineStr":
            for inline in cell.iterfind(f"{S}is"):
                yield string_place(inline, context=context)
        keeps_text = False
        if formula is not None and '"' in (formula.text or ""):
            quoted = list(formula_places(formula, self._texts, context=context))
            keeps_text = any(not place.is_translatable for place in quoted)
            yield from quoted
        result = cell.find(f"{S}v") if kind == "str" else None
        if result is not None and has_arabic(result.text or ""):
            # Excel calculates it anew when it opens the file: until then, and for programs that
            # do not calculate, it is what is seen.
            place = element_place(result, context=f"result of a formula in {context}")
            yield repeat(place, is_translatable=not keeps_text)

    def _validation_places(self, element: Element) -> Iterator[Place]:
        for attribute, (what, limit) in _PROMPTS.items():
            yield limited_place(
                element, attribute, context=f"{what} on {self._context}", limit=limit
            )
        is_list = element.get("type") == "list"
        for formula in element.iter("{*}formula1"):
            # Newer lists have the formula in an element of its own.
            written = next(formula.iterchildren("{*}f"), formula)
            if is_list and (written.text or "").strip().startswith('"'):
                yield from choice_places(written, context=self._context)
            else:
                yield from formula_places(written, self._texts, context=self._context)
        for formula in element.iter("{*}formula2"):
            written = next(formula.iterchildren("{*}f"), formula)
            yield from formula_places(written, self._texts, context=self._context)

    def _link_places(self, element: Element) -> Iterator[Place]:
        for attribute, what in _TIPS.items():
            yield repeat(attribute_place(element, attribute, context=f"{what} on {self._context}"))

    def _scenario_places(self, element: Element) -> Iterator[Place]:
        for attribute in ("name", "comment"):
            yield attribute_place(
                element, attribute, context=f"{attribute} of a scenario of {self._context}"
            )


def repeat(place: Place, *, is_translatable: bool = True) -> Place:
    """Makes a place that is one unit with the same text elsewhere in the workbook."""
    return replace(place, is_repeat=True, is_translatable=is_translatable)


def fixed_place(element: Element, attribute: str, *, context: str) -> Place:
    """Makes the place of a name by which parts of the workbook refer to each other: it stays."""
    return replace(attribute_place(element, attribute, context=context), is_translatable=False)


def _is_of_validation(element: Element) -> bool:
    above = next(element.iterancestors("{*}dataValidation"), None)
    return above is not None
