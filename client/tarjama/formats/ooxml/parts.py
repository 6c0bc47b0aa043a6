"""The parts of an Office document: what each is, and what leads to it."""

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from tarjama.formats.errors import BadFile
from tarjama.formats.package import Package
from tarjama.formats.xml import XmlPart

__all__ = ["CONTENT_TYPES", "MACROS", "SIGNATURE", "OfficePackage"]

CONTENT_TYPES = "[Content_Types].xml"
"""The entry that says what every other one is: no Office document is without."""

MACROS = "application/vnd.ms-office.vbaProject"
"""The content type of a part with macros."""
SIGNATURE = "application/vnd.openxmlformats-package.digital-signature-"
"""How the content types of digital signatures begin."""

_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_STRICT = "http://purl.oclc.org/ooxml/"


class OfficePackage:
    """An archive whose parts have content types and relationships (ECMA-376, part 2).

    Attributes:
        package: The archive itself.
    """

    def __init__(self, package: Package) -> None:
        """Reads what the parts are.

        Raises:
            BadFile: that is not said, or the document is a Strict one, whose namespaces are others.
        """
        self.package = package
        root = XmlPart(package.read(CONTENT_TYPES), name=CONTENT_TYPES).root
        self._overrides: dict[str, str] = {}
        self._defaults: dict[str, str] = {}
        for element in root.iter(f"{_TYPES}Override", f"{_TYPES}Default"):
            kind = element.get("ContentType", "")
            if element.tag == f"{_TYPES}Override":
                self._overrides[element.get("PartName", "").lstrip("/").lower()] = kind
            else:
                self._defaults[element.get("Extension", "").lower()] = kind
        if any(_STRICT in kind for kind, _ in self.relationships("")):
            raise BadFile(
                "The file is in Strict Open XML. Open it in its program and save it as an "
                "ordinary document: the type without the word Strict."
            )

    @property
    def parts(self) -> Iterator[tuple[str, str]]:
        """Every part's name and content type, in the order of the archive."""
        for name in self.package.names:
            if not name.endswith("/"):
                yield name, self.content_type(name)

    def content_type(self, name: str) -> str:
        """Tells what a part is; empty if nothing says so. Names count in any case."""
        name = name.lower()
        return self._overrides.get(name) or self._defaults.get(name.rpartition(".")[2], "")

    def relationships(self, name: str) -> Iterator[tuple[str, str]]:
        """Gives what a part leads to within the document.

        Args:
            name: The part's name; empty for the document as a whole.

        Yields:
            The relationship's type, and the other part's name.

        Raises:
            BadFile: the list of them is broken.
        """
        for element, target in self._relationships(name):
            yield element.get("Type", ""), target

    def targets(self, name: str) -> dict[str, str]:
        """Gives the names of the parts that a part leads to, by the ids it calls them by.

        Raises:
            BadFile: the list of them is broken.
        """
        return {element.get("Id", ""): target for element, target in self._relationships(name)}

    def _relationships(self, name: str) -> Iterator[tuple[etree._Element, str]]:
        folder, base = posixpath.split(name)
        listing = posixpath.join(folder, "_rels", f"{base}.rels")
        if listing not in self.package:
            return
        for element in XmlPart(self.package.read(listing), name=listing).root.iter(_RELATIONSHIP):
            if element.get("TargetMode") == "External":
                continue
            path = posixpath.join("/", folder, unquote(element.get("Target", "")))
            yield element, posixpath.normpath(path).lstrip("/")
