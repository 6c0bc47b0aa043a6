"""Files of EPUB."""

from collections.abc import Mapping
from pathlib import Path

from tarjama.formats import css
from tarjama.formats.content import FileContent
from tarjama.formats.epub.book import Book, Page, Part, Sheet, Tree
from tarjama.formats.epub.container import OPF, Container, is_epub
from tarjama.formats.epub.metadata import ContentsReader, PackageReader
from tarjama.formats.epub.notices import notices
from tarjama.formats.errors import BadFile
from tarjama.formats.package import Package
from tarjama.formats.units import FormatDocument
from tarjama.formats.xml import XmlPart

__all__ = ["EpubFormat"]


class EpubFormat:
    """Electronic books, EPUB 2 and 3."""

    name = "an EPUB book"
    extensions = (".epub",)

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the archive says that it holds a book.

        Raises:
            BadFile: it is an archive, and a damaged, hostile or encrypted one.
        """
        return content.is_package and is_epub(content.package)

    def claims(self, content: FileContent) -> bool:
        """Tells the same: no other file says so."""
        return self.recognises(content)

    def read(self, path: Path) -> FormatDocument:
        """Reads a book.

        Raises:
            BadFile: it cannot be opened, or is damaged, hostile, locked or no book.
        """
        content = FileContent.of(path)
        package = content.package
        if not self.recognises(content):
            raise BadFile("The file is not an EPUB book: it does not say that it is one.")
        container = Container(package)
        return Book(
            package,
            _parts(package, container),
            repeating=(*container.navigation, *container.contents, *container.packages),
            notices=notices(package, container),
        )


def _parts(package: Package, container: Container) -> Mapping[str, Part]:
    sheets = {name: package.read(name) for name in container.sheets}
    right_to_left = any(
        css.root_is_right_to_left(sheet.decode("utf-8", errors="replace"))
        for sheet in sheets.values()
    )
    pages = {
        name: Page(name, package.read(name), right_to_left=right_to_left)
        for name in container.pages
    }
    parts: dict[str, Part] = dict(pages)
    for name in container.navigation:
        parts[name] = Page(name, package.read(name), right_to_left=right_to_left)
    for name in container.contents:
        parts[name] = Tree(name, package.read(name), ContentsReader())
    for name in container.packages:
        parts[name] = Tree(name, package.read(name), PackageReader())
    swap_sides = (
        right_to_left
        or any(page.is_right_to_left for page in pages.values())
        or any(_turns_pages(package, name) for name in container.packages)
    )
    for name, data in sheets.items():
        parts[name] = Sheet(name, data, swap_sides=swap_sides)
    return parts


def _turns_pages(package: Package, name: str) -> bool:
    """Tells whether a package document says that pages go on from right to left."""
    root = XmlPart(package.read(name), name=name).root
    return any(
        spine.get("page-progression-direction") == "rtl" for spine in root.iter(f"{OPF}spine")
    )
