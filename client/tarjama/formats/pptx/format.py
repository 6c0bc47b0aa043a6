"""Files of PowerPoint."""

from collections.abc import Collection, Iterator
from pathlib import Path

from tarjama.formats.content import FileContent
from tarjama.formats.errors import BadFile
from tarjama.formats.ooxml.drawing import DrawingReader
from tarjama.formats.ooxml.parts import CONTENT_TYPES, MACROS, SIGNATURE, OfficePackage
from tarjama.formats.ooxml.places import Element, OfficeDocument, PartReader
from tarjama.formats.ooxml.properties import PropertiesReader, property_parts
from tarjama.formats.ooxml.themes import ThemeReader, theme_parts
from tarjama.formats.pptx.deck import DeckPart, deck_parts, main_part
from tarjama.formats.pptx.direction import Inheritance
from tarjama.formats.pptx.slides import PresentationReader, SlideReader
from tarjama.formats.script import has_arabic
from tarjama.formats.units import FormatDocument
from tarjama.formats.xlsx import workbooks_within
from tarjama.formats.xml import XmlPart

__all__ = ["PptxFormat"]

_DRAWN = frozenset({"chart", "diagram", "diagram as drawn"})
# What a part inherits from, by the end of the relationship's type that leads there.
_BASES = ("/slideLayout", "/slideMaster", "/notesMaster")
_AUTHORS = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.presentationml.commentAuthors+xml",
        "application/vnd.ms-powerpoint.authors+xml",
    }
)


class PptxFormat:
    """Presentations, shows and templates of PowerPoint, with macros or without."""

    name = "a PowerPoint presentation"
    extensions = (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the archive says that it holds a presentation.

        Raises:
            BadFile: it is an archive, and a damaged, hostile or encrypted one.
        """
        if not content.is_package or CONTENT_TYPES not in content.package:
            return False
        return main_part(OfficePackage(content.package)) is not None

    def claims(self, content: FileContent) -> bool:
        """Tells the same: no other file says so."""
        return self.recognises(content)

    def read(self, path: Path) -> FormatDocument:
        """Reads a presentation.

        Raises:
            BadFile: it cannot be opened, or is damaged, hostile, encrypted or no presentation.
        """
        content = FileContent.of(path)
        package = OfficePackage(content.package)
        main = main_part(package)
        if main is None:
            raise BadFile("The file is not a PowerPoint presentation: it has no list of slides.")
        parts = list(deck_parts(package, main))
        # Layouts after slides, whose text some of it is.
        parts.sort(key=lambda part: part.is_repeating)
        bases = _Bases(package, main)
        has_macros = any(kind == MACROS for _, kind in package.parts)
        readers: dict[str, PartReader] = {
            part.name: _reader(part, bases, renames_shapes=not has_macros) for part in parts
        }
        repeating = {part.name for part in parts if part.is_repeating}
        readers[main] = PresentationReader()
        readers |= {name: ThemeReader() for name in theme_parts(package)}
        readers |= {name: PropertiesReader() for name in property_parts(package)}
        repeating |= readers.keys() - {part.name for part in parts}
        nested = dict(workbooks_within(package))
        return OfficeDocument(
            content.package,
            readers,
            repeating=repeating,
            notices=tuple(_notices(package, nested.keys())),
            nested=nested,
        )


class _Bases:
    """Finds what parts inherit from, and reads each of that once."""

    def __init__(self, package: OfficePackage, main: str) -> None:
        self._package = package
        self._main = main
        self._roots: dict[str, Element] = {}

    def of(self, name: str) -> Inheritance:
        """Gives what a part's paragraphs inherit."""
        found: list[str] = []
        at = name
        # A master leads back to its layouts: it is the last.
        while "Master+" not in self._package.content_type(at):
            above = next(
                (
                    target
                    for kind, target in self._package.relationships(at)
                    if kind.endswith(_BASES) and target in self._package.package
                ),
                None,
            )
            if above is None or above in found:
                break
            found.append(above)
            at = above
        return Inheritance([self._root(one) for one in (*found, self._main) if one != name])

    def _root(self, name: str) -> Element:
        if name not in self._roots:
            self._roots[name] = XmlPart(self._package.package.read(name), name=name).root
        return self._roots[name]


def _reader(part: DeckPart, bases: _Bases, *, renames_shapes: bool) -> PartReader:
    if part.kind in _DRAWN:
        return DrawingReader(part.context)
    return SlideReader(part.context, bases.of(part.name), renames_shapes=renames_shapes)


def _notices(package: OfficePackage, translated: Collection[str]) -> Iterator[str]:
    kinds = [kind for _, kind in package.parts]
    embedded = {name for name, _ in package.parts if "/embeddings/" in name} - set(translated)
    if embedded:
        yield (
            f"Files within the presentation ({len(embedded):,}), but for workbooks of Excel, stay "
            "as they are: translate them by themselves."
        )
    if any(kind in _AUTHORS and _has_arabic(package, name) for name, kind in package.parts):
        yield "The names of those who commented stay as they are."
    if MACROS in kinds:
        yield "Macros stay as they are, and names of shapes too, by which macros may call them."
    if any(kind.startswith(SIGNATURE) for kind in kinds):
        yield "The digital signature is void, since the presentation is changed."


def _has_arabic(package: OfficePackage, name: str) -> bool:
    root = XmlPart(package.package.read(name), name=name).root
    return any(has_arabic(str(value)) for one in root.iter() for value in one.attrib.values())
