"""The strings that cells share, the list of sheets, styles, comments, drawings and properties."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tarjama.formats.ooxml.drawing import drawing_places, turn_drawing
from tarjama.formats.ooxml.formats import format_places
from tarjama.formats.ooxml.names import EXTENDED, S
from tarjama.formats.ooxml.places import Element, Place, attribute_place, element_place
from tarjama.formats.ooxml.properties import PropertiesReader
from tarjama.formats.ooxml.shapes import rename_shapes, shape_places
from tarjama.formats.xlsx.limits import limited_place
from tarjama.formats.xlsx.literals import formula_places
from tarjama.formats.xlsx.renaming import MAX_SHEET_NAME_CHARACTERS
from tarjama.formats.xlsx.sheets import fixed_place, repeat
from tarjama.formats.xlsx.strings import string_place
from tarjama.formats.xlsx.survey import Survey

__all__ = [
    "CommentsReader",
    "DrawingsReader",
    "SharedStringsReader",
    "StylesReader",
    "WorkbookPropertiesReader",
    "WorkbookReader",
]

_THREADED = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
_RIGHT_TO_LEFT, _LEFT_TO_RIGHT = "2", "1"
_OTHER_SIDE = {"left": "right", "right": "left"}


class SharedStringsReader:
    """Reads the strings that cells share: each is one unit, wherever it is used."""

    def __init__(self, contexts: Mapping[int, str]) -> None:
        """Begins.

        Args:
            contexts: As `Survey.contexts`.
        """
        self._contexts = contexts

    def places(self, root: Element) -> Iterator[Place]:
        """Gives every string."""
        for number, string in enumerate(root.iterchildren(f"{S}si")):
            yield string_place(string, context=self._contexts.get(number, "not in use"))

    def turn(self, root: Element) -> None:
        """Turns nothing: direction is a matter of styles."""


class WorkbookReader:
    """Reads the list of sheets."""

    def __init__(self, survey: Survey, *, renames_sheets: bool) -> None:
        """Begins.

        Args:
            survey: The workbook.
            renames_sheets: Whether any sheet may have another name.
        """
        self._survey = survey
        self._renames_sheets = renames_sheets

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the names of sheets and the names that formulas use, which stay."""
        for sheet in root.iterfind(f"{S}sheets/{S}sheet"):
            name = sheet.get("name", "")
            if self._renames_sheets and self._survey.is_renamable(name):
                limit = MAX_SHEET_NAME_CHARACTERS
                # It is written with all that refers to it, once every name is known.
                place = limited_place(sheet, "name", context="name of a sheet", limit=limit)
                yield replace(repeat(place), replace=_wait)
            else:
                yield fixed_place(
                    sheet, "name", context="name of a sheet that formulas put together"
                )
        for name_element in root.iterfind(f"{S}definedNames/{S}definedName"):
            yield fixed_place(name_element, "name", context="name in formulas")
            yield attribute_place(name_element, "comment", context="comment on a name in formulas")
            yield from formula_places(
                name_element, self._survey.texts, context="a name in formulas"
            )

    def turn(self, root: Element) -> None:
        """Turns nothing."""


class StylesReader:
    """Reads the styles of cells."""

    def __init__(self, *, right_to_left: bool) -> None:
        """Begins.

        Args:
            right_to_left: Whether all sheets are, so that every side means the other one.
        """
        self._right_to_left = right_to_left

    def places(self, root: Element) -> Iterator[Place]:
        """Gives text in formats of numbers, and the names of styles, which stay."""
        for element in root.iter(f"{S}numFmt"):
            yield from format_places(element)
        for element in root.iter(f"{S}cellStyle", f"{S}tableStyle"):
            yield fixed_place(element, "name", context="name of a style")

    def turn(self, root: Element) -> None:
        """Turns the alignment of cells."""
        for alignment in root.iter(f"{S}alignment"):
            turned = alignment.get("readingOrder") == _RIGHT_TO_LEFT
            if turned:
                alignment.set("readingOrder", _LEFT_TO_RIGHT)
            side = _OTHER_SIDE.get(alignment.get("horizontal", ""))
            if side and (turned or self._right_to_left):
                alignment.set("horizontal", side)


class CommentsReader:
    """Reads comments and threads of them. Names of their authors stay."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives what they say."""
        for comment in root.iterfind(f"{S}commentList/{S}comment"):
            for text in comment.iterfind(f"{S}text"):
                yield string_place(text, context=f"comment on {comment.get('ref', '')}")
        for comment in root.iterfind(f"{_THREADED}threadedComment"):
            for text in comment.iterfind(f"{_THREADED}text"):
                yield element_place(text, context=f"comment on {comment.get('ref', '')}")

    def turn(self, root: Element) -> None:
        """Turns nothing: a comment's direction is that of its drawing."""


class DrawingsReader:
    """Reads the shapes on a sheet."""

    def __init__(self, *, renames_shapes: bool) -> None:
        """Begins.

        Args:
            renames_shapes: Whether shapes with Arabic names get others.
        """
        self._renames_shapes = renames_shapes

    def places(self, root: Element) -> Iterator[Place]:
        """Gives their descriptions and text."""
        yield from shape_places(root, context="a sheet")
        yield from drawing_places(root, context="shape on a sheet")

    def turn(self, root: Element) -> None:
        """Turns their text."""
        turn_drawing(root)
        if self._renames_shapes:
            rename_shapes(root)


class WorkbookPropertiesReader(PropertiesReader):
    """Reads properties, without the titles of parts: sheets, which go by their names."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the properties that are text for readers."""
        titles = set(root.iterfind(f"{EXTENDED}TitlesOfParts//"))
        return (place for place in super().places(root) if place.element not in titles)


def _wait(_translation: str) -> None:
    """Leaves a name to what renames it together with all that refers to it."""
