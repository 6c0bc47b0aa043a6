"""Files of Excel."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tarjama.formats.content import FileContent
from tarjama.formats.errors import BadFile
from tarjama.formats.ooxml.drawing import DrawingReader
from tarjama.formats.ooxml.parts import CONTENT_TYPES, MACROS, SIGNATURE, OfficePackage
from tarjama.formats.ooxml.places import Finish, OfficeDocument, PartReader
from tarjama.formats.ooxml.properties import property_parts
from tarjama.formats.ooxml.themes import ThemeReader, theme_parts
from tarjama.formats.package import Package
from tarjama.formats.script import has_arabic
from tarjama.formats.units import FormatDocument, Unit
from tarjama.formats.xlsx.limits import LIMITS_NOTICE
from tarjama.formats.xlsx.renaming import Renaming
from tarjama.formats.xlsx.sheets import SheetReader
from tarjama.formats.xlsx.survey import MAIN_KINDS, SHARED_STRINGS, Survey
from tarjama.formats.xlsx.tables import PivotReader, TableReader
from tarjama.formats.xlsx.vml import VmlReader, is_readable
from tarjama.formats.xlsx.workbook import (
    CommentsReader,
    DrawingsReader,
    SharedStringsReader,
    StylesReader,
    WorkbookPropertiesReader,
    WorkbookReader,
)

__all__ = ["XlsxFormat", "workbooks_within"]

_EXCEL = "application/vnd.ms-excel."
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SPREADSHEETML = f"{_OFFICE}spreadsheetml."
_WORKBOOK = f"{_SPREADSHEETML}sheet"
_VML = f"{_OFFICE}vmlDrawing"


class XlsxFormat:
    """Workbooks and templates of Excel, with macros or without."""

    name = "an Excel workbook"
    extensions = (".xlsx", ".xlsm", ".xltx", ".xltm")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the archive says that it holds a workbook.

        Raises:
            BadFile: it is an archive, and a damaged, hostile or encrypted one.
        """
        if not content.is_package or CONTENT_TYPES not in content.package:
            return False
        return _main_part(OfficePackage(content.package)) is not None

    def claims(self, content: FileContent) -> bool:
        """Tells the same: no other file says so."""
        return self.recognises(content)

    def read(self, path: Path) -> FormatDocument:
        """Reads a workbook.

        Raises:
            BadFile: it cannot be opened, or is damaged, hostile, encrypted or no workbook.
        """
        return _document(OfficePackage(FileContent.of(path).package))


def workbooks_within(package: OfficePackage) -> Iterator[tuple[str, FormatDocument]]:
    """Reads the workbooks that a document's charts are drawn from.

    Their sheets keep their names, by which the charts call them.

    Yields:
        The part's name, and the workbook. None of a workbook that cannot be read.
    """
    for name, kind in package.parts:
        if kind == _WORKBOOK:
            with suppress(BadFile):
                within = OfficePackage(Package(package.package.read(name)))
                yield name, _document(within, renames_sheets=False)


def _document(package: OfficePackage, *, renames_sheets: bool = True) -> OfficeDocument:
    main = _main_part(package)
    if main is None:
        raise BadFile("The file is not an Excel workbook: it has no list of sheets.")
    survey = Survey(package, main)
    readers = dict(_readers(package, survey, renames_sheets=renames_sheets))

    def finishing(translations: Mapping[str, str], units: Sequence[Unit]) -> Finish:
        return Renaming(survey, translations, units).finish

    return OfficeDocument(
        package.package,
        readers,
        # Whatever repeats the text of a cell must go on to be equal to it.
        repeating=[name for name in readers if package.content_type(name) != SHARED_STRINGS],
        notices=tuple(_notices(package, survey)),
        finishing=finishing,
    )


def _main_part(package: OfficePackage) -> str | None:
    return next((name for name, kind in package.parts if kind in MAIN_KINDS), None)


def _readers(
    package: OfficePackage, survey: Survey, *, renames_sheets: bool
) -> Iterator[tuple[str, PartReader]]:
    """Gives what reads each part, cells first: other parts repeat them."""
    has_macros = _has(package, MACROS)
    parts = list(package.parts)
    yield from (
        (name, SharedStringsReader(survey.contexts))
        for name, kind in parts
        if kind == SHARED_STRINGS
    )
    seen: set[str] = set()
    for sheet in survey.sheets:
        if sheet.part not in seen:
            seen.add(sheet.part)
            yield sheet.part, SheetReader(sheet.name, survey.texts)
    for kind, make in _about_cells(survey, has_macros=has_macros).items():
        for name in (name for name, one in parts if one == kind):
            if kind != _VML or is_readable(package.package.read(name)):
                yield name, make()
    yield survey.main, WorkbookReader(survey, renames_sheets=renames_sheets and not has_macros)
    right_to_left = all(sheet.is_right_to_left for sheet in survey.sheets)
    for name, kind in parts:
        if kind == f"{_SPREADSHEETML}styles+xml":
            yield name, StylesReader(right_to_left=right_to_left)
    yield from ((name, ThemeReader()) for name in theme_parts(package))
    yield from ((name, WorkbookPropertiesReader()) for name in property_parts(package))


def _about_cells(survey: Survey, *, has_macros: bool) -> dict[str, Callable[[], PartReader]]:
    """Gives what reads the parts that sheets lead to, by what they are."""
    pivots = (
        f"{_SPREADSHEETML}pivotCacheDefinition+xml",
        f"{_SPREADSHEETML}pivotCacheRecords+xml",
        f"{_SPREADSHEETML}pivotTable+xml",
        f"{_EXCEL}slicer+xml",
        f"{_EXCEL}slicerCache+xml",
        f"{_EXCEL}timeline+xml",
        f"{_EXCEL}timelineCache+xml",
    )
    charts = (
        f"{_OFFICE}drawingml.chart+xml",
        f"{_OFFICE}drawingml.chartshapes+xml",
        "application/vnd.ms-office.chartex+xml",
    )
    diagrams = (
        f"{_OFFICE}drawingml.diagramData+xml",
        "application/vnd.ms-office.drawingml.diagramDrawing+xml",
    )
    return {
        f"{_SPREADSHEETML}table+xml": lambda: TableReader(survey),
        f"{_SPREADSHEETML}comments+xml": CommentsReader,
        f"{_EXCEL}threadedcomments+xml": CommentsReader,
        f"{_OFFICE}drawing+xml": lambda: DrawingsReader(renames_shapes=not has_macros),
        _VML: VmlReader,
        **dict.fromkeys(charts, lambda: DrawingReader("chart")),
        **dict.fromkeys(diagrams, lambda: DrawingReader("diagram")),
        **dict.fromkeys(pivots, PivotReader),
    }


def _notices(package: OfficePackage, survey: Survey) -> Iterator[str]:
    kinds = [kind for _, kind in package.parts]
    if survey.quotes_arabic:
        yield (
            "Formulas quote Arabic text that no cell has: it stays as it is, and so does what "
            "formulas make of it."
        )
    arabic = [sheet.name for sheet in survey.sheets if has_arabic(sheet.name)]
    if not all(map(survey.is_renamable, arabic)):
        yield (
            "Some sheets keep their names, since formulas, links or queries put the names together."
        )
    if arabic or survey.has_prompts:
        yield LIMITS_NOTICE
    if f"{_SPREADSHEETML}externalLink+xml" in kinds:
        yield "What is linked from other workbooks stays as it is: translate those by themselves."
    if f"{_SPREADSHEETML}connections+xml" in kinds:
        yield "Queries stay as they are: check the columns and sheets that they name."
    if any("/embeddings/" in name for name, _ in package.parts):
        yield "Files within the workbook stay as they are: translate them by themselves."
    if MACROS in kinds:
        yield (
            "Macros stay as they are, and names of sheets and shapes too, by which macros may "
            "call them."
        )
    if any(kind.startswith(SIGNATURE) for kind in kinds):
        yield "The digital signature is void, since the workbook is changed."


def _has(package: OfficePackage, kind: str) -> bool:
    return any(one == kind for _, one in package.parts)
