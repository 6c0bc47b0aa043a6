"""A document's properties: what its program shows as title, subject, company and such."""

from collections.abc import Iterator

from tarjama.formats.ooxml.drawing import ENGLISH, is_arabic_language
from tarjama.formats.ooxml.names import CORE, CUSTOM, DC, EXTENDED, VT
from tarjama.formats.ooxml.parts import OfficePackage
from tarjama.formats.ooxml.places import Element, Place, element_place

__all__ = ["PropertiesReader", "property_parts"]

# Names of people stay: authors, managers.
_TRANSLATED = {
    f"{DC}title": "title",
    f"{DC}subject": "subject",
    f"{DC}description": "comments",
    f"{CORE}keywords": "keywords",
    f"{CORE}category": "category",
    f"{CORE}contentStatus": "status",
    f"{EXTENDED}Company": "company",
}
_STRINGS = frozenset({f"{VT}lpstr", f"{VT}lpwstr"})
_KINDS = frozenset(
    {
        "application/vnd.openxmlformats-package.core-properties+xml",
        "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    }
)


class PropertiesReader:
    """Reads the core, extended or custom properties."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the properties that are text for readers, and the titles of parts."""
        for element in root.iter():
            name = _TRANSLATED.get(str(element.tag))
            if name:
                yield element_place(element, context=f"document property {name}")
            elif element.tag in _STRINGS:
                yield element_place(element, context=f"document property {_name(element)}")

    def turn(self, root: Element) -> None:
        """Says that the document is in English."""
        for element in root.iter(f"{DC}language"):
            if is_arabic_language(element.text):
                element.text = ENGLISH


def property_parts(package: OfficePackage) -> Iterator[str]:
    """Gives the names of the parts that hold properties."""
    return (name for name, kind in package.parts if kind in _KINDS)


def _name(value: Element) -> str:
    parent = value.getparent()
    if parent is not None and parent.tag == f"{CUSTOM}property":
        return parent.get("name", "")
    return "titles of parts"
