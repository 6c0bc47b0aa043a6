"""Files of Word."""

from collections.abc import Collection, Iterator
from pathlib import Path

from tarjama.formats.content import FileContent
from tarjama.formats.docx.binding import BoundReader, bindings_in, bound_parts
from tarjama.formats.docx.direction import Turner, aligns_by_page, is_right_to_left
from tarjama.formats.docx.notices import notices
from tarjama.formats.docx.story import StoryReader
from tarjama.formats.docx.styles import Styles
from tarjama.formats.errors import BadFile
from tarjama.formats.ooxml.drawing import DrawingReader
from tarjama.formats.ooxml.parts import CONTENT_TYPES, OfficePackage
from tarjama.formats.ooxml.places import Element, OfficeDocument, PartReader
from tarjama.formats.ooxml.properties import PropertiesReader, property_parts
from tarjama.formats.units import FormatDocument
from tarjama.formats.xml import XmlPart

__all__ = ["DocxFormat"]

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN = frozenset(
    {
        f"{_WORD}document.main+xml",
        f"{_WORD}template.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
    }
)
_STYLES = f"{_WORD}styles+xml"

# In the order in which they are translated.
_STORIES = (
    *sorted(_MAIN),
    *(
        f"{_WORD}{name}+xml"
        for name in (
            "footnotes",
            "endnotes",
            "comments",
            "header",
            "footer",
            "document.glossary",
            "numbering",
            "styles",
            "settings",
        )
    ),
    # A second copy of the styles, which Word 2010 reads.
    "application/vnd.ms-word.stylesWithEffects+xml",
)
_DRAWINGS = {
    "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml": "diagram",
    # What the diagram looked like when it was saved last, for programs that cannot lay it out.
    "application/vnd.ms-office.drawingml.diagramDrawing+xml": "diagram",
    "application/vnd.openxmlformats-officedocument.drawingml.chart+xml": "chart",
    "application/vnd.openxmlformats-officedocument.drawingml.chartshapes+xml": "chart",
    "application/vnd.ms-office.chartex+xml": "chart",
}
_REPEATING = "application/vnd.ms-office.drawingml.diagramDrawing+xml"


class DocxFormat:
    """Documents and templates of Word, with macros or without."""

    name = "a Word document"
    extensions = (".docx", ".docm", ".dotx", ".dotm")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the archive says that it holds a Word document.

        Raises:
            BadFile: it is an archive, and a damaged, hostile or encrypted one.
        """
        if not content.is_package or CONTENT_TYPES not in content.package:
            return False
        return any(kind in _MAIN for _, kind in OfficePackage(content.package).parts)

    def claims(self, content: FileContent) -> bool:
        """Tells the same: no other file says so."""
        return self.recognises(content)

    def read(self, path: Path) -> FormatDocument:
        """Reads a document.

        Raises:
            BadFile: it cannot be opened, or is damaged, hostile, encrypted or no Word document.
        """
        content = FileContent.of(path)
        package = OfficePackage(content.package)
        if not self.recognises(content):
            raise BadFile("The file is not a Word document: none of its parts is one.")
        roots = dict(_stories(package))
        styles = next((one for name, one in roots.items() if _is(package, name, _STYLES)), None)
        turner = _turner(Styles(styles), roots.values())
        readers: dict[str, PartReader] = {name: StoryReader(turner) for name in roots}
        for name, kind in package.parts:
            if kind in _DRAWINGS:
                readers[name] = DrawingReader(_DRAWINGS[kind])
        repeating = {name for name in readers if _is(package, name, _REPEATING)}
        readers = dict(sorted(readers.items(), key=lambda one: one[0] in repeating))
        for name in property_parts(package):
            readers[name] = PropertiesReader()
            repeating.add(name)
        bindings = [binding for root in roots.values() for binding in bindings_in(root)]
        for name, mine in bound_parts(package, bindings):
            readers[name] = BoundReader(mine)
            repeating.add(name)
        return OfficeDocument(
            content.package,
            readers,
            repeating=repeating,
            notices=notices(package, roots.values()),
        )


def _turner(styles: Styles, roots: Collection[Element]) -> Turner:
    return Turner(
        styles,
        right_to_left=is_right_to_left(*roots),
        by_page=aligns_by_page(roots, styles),
    )


def _stories(package: OfficePackage) -> Iterator[tuple[str, Element]]:
    kinds = [(name, kind) for name, kind in package.parts if kind in _STORIES]
    for name, _ in sorted(kinds, key=lambda one: _STORIES.index(one[1])):
        yield name, XmlPart(package.package.read(name), name=name).root


def _is(package: OfficePackage, name: str, kind: str) -> bool:
    return package.content_type(name) == kind
