"""Files of OpenDocument text."""

from collections.abc import Iterator
from pathlib import Path

from tarjama.formats.content import FileContent
from tarjama.formats.errors import BadFile
from tarjama.formats.odt.direction import Turner, is_right_to_left
from tarjama.formats.odt.names import MANIFEST, META
from tarjama.formats.odt.notices import notices
from tarjama.formats.odt.story import StoryReader
from tarjama.formats.odt.styles import Styles
from tarjama.formats.ooxml.places import Element, OfficeDocument, PartReader
from tarjama.formats.package import Package
from tarjama.formats.units import FormatDocument
from tarjama.formats.xml import XmlPart

__all__ = ["OdtFormat"]

_TYPE = "application/vnd.oasis.opendocument.text"
_MIMETYPE = "mimetype"
_MANIFEST = "META-INF/manifest.xml"

# Of the document itself and, in folders of their own, of the charts in it.
_PARTS = ("content.xml", "styles.xml", "meta.xml")

# What programs of LibreOffice's family call themselves.
_LIBREOFFICE = ("LibreOffice", "OpenOffice", "Collabora", "NeoOffice", "StarOffice")


class OdtFormat:
    """Texts and templates in the OpenDocument format, as LibreOffice and Word write them."""

    name = "an OpenDocument text"
    extensions = (".odt", ".ott")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the archive says that it holds an OpenDocument text.

        Raises:
            BadFile: it is an archive, and a damaged, hostile or encrypted one.
        """
        if not content.is_package or _MIMETYPE not in content.package:
            return False
        kind = content.package.read(_MIMETYPE).strip().decode("ascii", errors="replace")
        return kind == _TYPE or kind.startswith(f"{_TYPE}-")

    def claims(self, content: FileContent) -> bool:
        """Tells the same: no other file says so."""
        return self.recognises(content)

    def read(self, path: Path) -> FormatDocument:
        """Reads a document.

        Raises:
            BadFile: it cannot be opened, or is damaged, hostile, encrypted or no such text.
        """
        content = FileContent.of(path)
        package = content.package
        if not self.recognises(content):
            raise BadFile("The file is not an OpenDocument text: it does not say that it is one.")
        _refuse_encryption(package)
        roots = dict(_parts(package))
        right_to_left = is_right_to_left(*roots.values())
        by_libreoffice = _is_libreoffices(roots.get("meta.xml"))
        readers: dict[str, PartReader] = {}
        for name, root in roots.items():
            common = roots.get(f"{name.rpartition('/')[0]}/styles.xml".lstrip("/"))
            styles = Styles(common, root, right_to_left=right_to_left)
            turner = Turner(styles, right_to_left=right_to_left, sides_are_fixed=by_libreoffice)
            readers[name] = StoryReader(styles, turner)
        properties = [name for name in roots if name.endswith("meta.xml")]
        return OfficeDocument(
            package,
            readers,
            repeating=properties,
            notices=notices(package, roots.values()),
        )


def _parts(package: Package) -> Iterator[tuple[str, Element]]:
    """Gives the parts, the body first and the properties last."""
    package.read(_PARTS[0])
    for part in _PARTS:
        for name in package.names:
            if name == part or (name.endswith(f"/{part}") and not name.startswith("META-INF/")):
                yield name, XmlPart(package.read(name), name=name).root


def _refuse_encryption(package: Package) -> None:
    if _MANIFEST not in package:
        return
    manifest = XmlPart(package.read(_MANIFEST), name=_MANIFEST).root
    if next(manifest.iter(f"{MANIFEST}encryption-data"), None) is not None:
        raise BadFile("The file is encrypted. Open it, save it without a password, try again.")


def _is_libreoffices(properties: Element | None) -> bool:
    """Tells whether LibreOffice, or what it descends from, wrote the document."""
    if properties is None:
        return False
    generator = next(properties.iter(f"{META}generator"), None)
    return generator is not None and (generator.text or "").startswith(_LIBREOFFICE)
