"""What an EPUB holds: EPUB 3.3, "Open Container Format" and "Package document"."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tarjama.formats.errors import BadFile
from tarjama.formats.ooxml.places import Element
from tarjama.formats.package import Package
from tarjama.formats.xml import XmlPart

__all__ = ["MIMETYPE", "OPF", "Container", "is_epub"]

MIMETYPE = "application/epub+zip"

OPF = "{http://www.idpf.org/2007/opf}"

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_CONTAINER_NS = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_ENCRYPTION_NS = "{http://www.w3.org/2001/04/xmlenc#}"

_PACKAGE_TYPE = "application/oebps-package+xml"
_PAGE_TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
_CONTENTS_TYPE = "application/x-dtbncx+xml"
_SHEET_TYPES = frozenset({"text/css", "text/x-oeb1-css"})

# They hide fonts from being copied, and nothing that is translated.
_FONT_OBFUSCATION = frozenset(
    {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the book, as a package lists it.

    Attributes:
        name: The archive's entry.
        kind: The media type.
        properties: What it is for, such as `nav`.
    """

    name: str
    kind: str
    properties: frozenset[str]


class Container:
    """The parts of a book, by what they are.

    Attributes:
        packages: Names of the package documents, of which a book in several forms has several.
        pages: Names of the pages in reading order, then of those outside of it.
        navigation: Names of the pages that are tables of contents, as EPUB 3 has them.
        contents: Names of the tables of contents that are NCX, as EPUB 2 has them.
        sheets: Names of the style sheets.
        kinds: All media types that the packages list.
    """

    def __init__(self, package: Package) -> None:
        """Finds the parts.

        Raises:
            BadFile: the book is locked, or what lists its parts is missing or broken.
        """
        self._package = package
        _refuse_locks(package)
        self.packages = tuple(_package_names(package))
        if not self.packages:
            raise BadFile("The book is damaged: it does not say where its contents are listed.")
        items: dict[str, Item] = {}
        spine: list[str] = []
        for name in self.packages:
            root = XmlPart(package.read(name), name=name).root
            listed = dict(_items(root, posixpath.dirname(name)))
            items |= {item.name: item for item in listed.values()}
            references = (one.get("idref", "") for one in root.iter(f"{OPF}itemref"))
            spine += [listed[one].name for one in references if one in listed]
        self.kinds = frozenset(item.kind for item in items.values())
        pages = [name for name, item in items.items() if item.kind in _PAGE_TYPES]
        self.navigation = tuple(name for name in pages if "nav" in items[name].properties)
        first = [name for name in dict.fromkeys(spine) if name in pages]
        self.pages = tuple(
            name for name in dict.fromkeys([*first, *pages]) if name not in self.navigation
        )
        self.contents = tuple(name for name, item in items.items() if item.kind == _CONTENTS_TYPE)
        self.sheets = tuple(
            name
            for name, item in items.items()
            # A sheet that is listed and missing does no harm.
            if item.kind in _SHEET_TYPES and name in package
        )


def is_epub(package: Package) -> bool:
    """Tells whether an archive says that it is an EPUB."""
    if "mimetype" in package and package.read("mimetype").strip() == MIMETYPE.encode():
        return True
    return _CONTAINER in package and _PACKAGE_TYPE.encode() in package.read(_CONTAINER)


def _package_names(package: Package) -> Iterator[str]:
    root = XmlPart(package.read(_CONTAINER), name=_CONTAINER).root
    for element in root.iter(f"{_CONTAINER_NS}rootfile"):
        if element.get("media-type", _PACKAGE_TYPE) == _PACKAGE_TYPE:
            yield element.get("full-path", "")


def _items(root: Element, folder: str) -> Iterator[tuple[str, Item]]:
    for element in root.iter(f"{OPF}item"):
        address = urlsplit(element.get("href", ""))
        if address.scheme or address.netloc:
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(address.path)))
        properties = frozenset(element.get("properties", "").split())
        yield element.get("id", ""), Item(name, element.get("media-type", ""), properties)


def _refuse_locks(package: Package) -> None:
    """Refuses a book whose text only a shop's own program can read."""
    if _ENCRYPTION not in package:
        return
    root = XmlPart(package.read(_ENCRYPTION), name=_ENCRYPTION).root
    for data in root.iter(f"{_ENCRYPTION_NS}EncryptedData"):
        method = data.find(f"{_ENCRYPTION_NS}EncryptionMethod")
        if method is None or method.get("Algorithm") not in _FONT_OBFUSCATION:
            raise BadFile(
                "The book is locked by its shop (DRM), so that its text cannot be read. "
                "Ask the publisher for a copy without a lock."
            )
