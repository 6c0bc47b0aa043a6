"""What a translated book keeps, and its user should know of."""

import re
from collections.abc import Iterable, Iterator

from tarjama.formats.epub.container import OPF, Container
from tarjama.formats.ooxml.names import DC
from tarjama.formats.ooxml.places import Element
from tarjama.formats.package import Package
from tarjama.formats.script import has_arabic
from tarjama.formats.xml import XmlPart

__all__ = ["notices"]

_GENERATED = re.compile(r"""content\s*:\s*("[^"\n]*"|'[^'\n]*')""", re.IGNORECASE)
_SIGNATURES = "META-INF/signatures.xml"


def notices(package: Package, container: Container) -> tuple[str, ...]:
    """Makes the sentences, without any of the book's text."""
    roots = [XmlPart(package.read(name), name=name).root for name in container.packages]
    return tuple(_sentences(package, container, roots))


def _sentences(package: Package, container: Container, roots: Iterable[Element]) -> Iterator[str]:
    roots = tuple(roots)
    if any(has_arabic(name.text or "") for root in roots for name in root.iter(*_PEOPLE)):
        yield "The names of authors and others in the book's data stay in Arabic."
    if any(_is_fixed(root) for root in roots):
        yield "Every page has a fixed layout: look whether the text still fits in its place."
    if "application/smil+xml" in container.kinds:
        yield "The book is read aloud by recordings, which stay in Arabic."
    if any(_generates_arabic(package.read(name)) for name in container.sheets):
        yield "Style sheets put Arabic text before or behind other text, which stays."
    if any(
        name.endswith(".svg") and has_arabic(package.read(name).decode("utf-8", errors="ignore"))
        for name in package.names
    ):
        yield "Drawings (SVG) hold Arabic text, and stay as they are."
    if _SIGNATURES in package:
        yield "The digital signature is void, since the book is changed."


_PEOPLE = (f"{DC}creator", f"{DC}contributor")


def _is_fixed(root: Element) -> bool:
    return any(
        meta.get("property") == "rendition:layout" and meta.text == "pre-paginated"
        for meta in root.iter(f"{OPF}meta")
    )


def _generates_arabic(sheet: bytes) -> bool:
    return any(map(has_arabic, _GENERATED.findall(sheet.decode("utf-8", errors="ignore"))))
