"""XML of its own that a document carries, as far as content controls show it.

Word shows what is in the XML and not what is in the control, so that both must be translated.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from tarjama.formats.ooxml.names import W
from tarjama.formats.ooxml.parts import OfficePackage
from tarjama.formats.ooxml.places import Element, Place, element_place
from tarjama.formats.xml import XmlPart

__all__ = ["Binding", "BoundReader", "bindings_in", "bound_parts"]

_ITEM_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/customXml}itemID"
_DECLARATION = re.compile(r"""xmlns:([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# What Word writes: steps by name and number. Any other path could take XPath long to follow.
_PATH = re.compile(r"(?:/(?:[\w.-]+:)?[\w.-]+(?:\[\d{1,6}\])?)+")


@dataclass(frozen=True, slots=True)
class Binding:
    """What a content control shows.

    Attributes:
        item_id: Of the XML that it is in.
        path: XPath of the element.
        namespaces: Of the path, by prefix.
    """

    item_id: str
    path: str
    namespaces: Mapping[str, str]


class BoundReader:
    """Reads the elements of XML that content controls show."""

    def __init__(self, bindings: Iterable[Binding]) -> None:
        """Begins.

        Args:
            bindings: Those to this part.
        """
        self._bindings = tuple(bindings)

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the elements, each once."""
        seen: set[Element] = set()
        for binding in self._bindings:
            for element in _found(root, binding):
                if element not in seen and len(element) == 0:
                    seen.add(element)
                    yield element_place(element, context="content control")

    def turn(self, root: Element) -> None:
        """Leaves the part as it is: nobody but its maker knows what direction is in it."""


def bindings_in(root: Element) -> Iterator[Binding]:
    """Gives the bindings of a part's content controls whose paths are simple."""
    for element in root.iter(f"{W}dataBinding"):
        path = element.get(f"{W}xpath", "")
        if _PATH.fullmatch(path):
            mappings = _DECLARATION.findall(element.get(f"{W}prefixMappings", ""))
            namespaces = {prefix: one or other for prefix, one, other in mappings if one or other}
            yield Binding(element.get(f"{W}storeItemID", "").lower(), path, namespaces)


def bound_parts(
    package: OfficePackage, bindings: Iterable[Binding]
) -> Iterator[tuple[str, tuple[Binding, ...]]]:
    """Finds the parts of XML that bindings lead to.

    Raises:
        BadFile: such a part is broken.
    """
    bindings = tuple(bindings)
    for name, kind in package.parts:
        if not name.startswith("customXml/") or kind != "application/xml":
            continue
        for target in {target for _, target in package.relationships(name)}:
            if target in package.package:
                properties = XmlPart(package.package.read(target), name=target).root
                item_id = properties.get(_ITEM_ID, "").lower()
                mine = tuple(one for one in bindings if one.item_id == item_id)
                if mine:
                    yield name, mine


def _found(root: Element, binding: Binding) -> list[Element]:
    try:
        found = root.getroottree().xpath(binding.path, namespaces=dict(binding.namespaces))
    except etree.XPathError:
        # A prefix that is not declared: Word shows what is in the control then.
        return []
    return (
        [one for one in found if isinstance(one, etree._Element)] if isinstance(found, list) else []
    )
