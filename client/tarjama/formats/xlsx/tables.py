"""Tables, pivot tables and slicers."""

from collections.abc import Iterator, Mapping

from tarjama.formats.ooxml.names import S
from tarjama.formats.ooxml.places import Element, Place, attribute_place
from tarjama.formats.xlsx.literals import formula_places
from tarjama.formats.xlsx.sheets import fixed_place, repeat
from tarjama.formats.xlsx.survey import FORMULAS, Survey

__all__ = ["PivotReader", "TableReader"]

# By which formulas, connections and other parts call them.
_NAMES: Mapping[str, tuple[str, ...]] = {
    f"{S}pivotTableDefinition": ("name",),
    "{*}slicer": ("name", "cache"),
    "{*}slicerCacheDefinition": ("name",),
    "{*}timeline": ("name", "cache"),
    "{*}timelineCacheDefinition": ("name",),
}
# A pivot table repeats what cells say, and is read with its cells.
_CAPTIONS: Mapping[str, tuple[str, ...]] = {
    f"{S}pivotTableDefinition": (
        "dataCaption",
        "grandTotalCaption",
        "errorCaption",
        "missingCaption",
        "rowHeaderCaption",
        "colHeaderCaption",
    ),
    f"{S}pivotField": ("name", "subtotalCaption"),
    f"{S}dataField": ("name",),
    f"{S}item": ("n",),
    f"{S}cacheField": ("name", "caption"),
    f"{S}s": ("v",),
    "{*}slicer": ("caption",),
    "{*}slicerCacheDefinition": ("sourceName",),
    "{*}timeline": ("caption",),
    "{*}timelineCacheDefinition": ("sourceName",),
}


class TableReader:
    """Reads a table. Its columns are named as the cells at their heads, once those are known."""

    def __init__(self, survey: Survey) -> None:
        """Begins."""
        self._survey = survey

    def places(self, root: Element) -> Iterator[Place]:
        """Gives labels of totals, text in formulas, filters, and names, which stay."""
        yield fixed_place(root, "displayName", context="name of a table")
        has_heads = root.get("headerRowCount") != "0"
        for column in root.iterfind(f"{S}tableColumns/{S}tableColumn"):
            yield repeat(
                attribute_place(column, "totalsRowLabel", context="label of a table's total")
            )
            if not has_heads:
                yield fixed_place(column, "name", context="name of a table's column")
        for formula in root.iter(*FORMULAS):
            yield from formula_places(formula, self._survey.texts, context="a table")
        for element in root.iter("{*}filter", "{*}customFilter"):
            place = attribute_place(element, "val", context="filter of a table")
            yield repeat(place, is_translatable=place.text in self._survey.texts)

    def turn(self, root: Element) -> None:
        """Turns nothing: a table is laid out as its sheet."""


class PivotReader:
    """Reads a pivot table, what it keeps of its source, or a slicer."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives names of fields, items and captions, which are one unit with equal cells."""
        for element in root.iter(*_NAMES):
            for attribute in _NAMES.get(str(element.tag)) or _NAMES[_anywhere(element)]:
                yield fixed_place(element, attribute, context="name of a pivot table or slicer")
        for element in root.iter(*_CAPTIONS):
            for attribute in _CAPTIONS.get(str(element.tag)) or _CAPTIONS[_anywhere(element)]:
                if attribute in element.attrib:
                    place = attribute_place(element, attribute, context="pivot table or slicer")
                    yield repeat(place)

    def turn(self, root: Element) -> None:
        """Turns nothing: a pivot table is laid out as its sheet."""


def _anywhere(element: Element) -> str:
    return "{*}" + str(element.tag).rpartition("}")[2]
