"""What packages and tables of contents say to readers: titles, descriptions, directions."""

from collections.abc import Iterator

from tarjama.formats.epub.container import OPF
from tarjama.formats.html import HtmlPage
from tarjama.formats.ooxml.drawing import is_arabic_language
from tarjama.formats.ooxml.names import DC
from tarjama.formats.ooxml.places import (
    Element,
    Place,
    attribute_place,
    element_place,
    xml_text,
)

__all__ = ["ContentsReader", "PackageReader"]

_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ENGLISH = "en"

# Names of people stay: authors, translators.
_TRANSLATED = {
    f"{DC}title": "title of the book",
    f"{DC}description": "description of the book",
    f"{DC}subject": "subject of the book",
    f"{DC}publisher": "publisher of the book",
    f"{DC}rights": "rights in the book",
    f"{DC}coverage": "coverage of the book",
}
_TRANSLATED_META = {
    "belongs-to-collection": "series of the book",
    "calibre:series": "series of the book",
    "calibre:title_sort": "title of the book",
    "dcterms:description": "description of the book",
    "dcterms:title": "title of the book",
    "schema:accessibilitySummary": "accessibility of the book",
}
_FILE_AS = f"{OPF}file-as"
_PROGRESSION = "page-progression-direction"

_SPREADS = {
    "page-spread-left": "page-spread-right",
    "page-spread-right": "page-spread-left",
    "rendition:page-spread-left": "rendition:page-spread-right",
    "rendition:page-spread-right": "rendition:page-spread-left",
}


class PackageReader:
    """Reads a package document."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives titles, descriptions and such, and what calls parts of the book by name."""
        titles = {f"#{one.get('id')}" for one in root.iter(f"{DC}title")}
        for element in root.iter():
            context = _TRANSLATED.get(str(element.tag))
            if context:
                yield from _marked_up_places(element, context)
                if _FILE_AS in element.attrib:
                    yield attribute_place(element, _FILE_AS, context=context)
            elif element.tag == f"{OPF}meta":
                yield from _meta_places(element, titles)
            elif element.tag == f"{OPF}reference":
                yield attribute_place(element, "title", context="name of a part")

    def turn(self, root: Element) -> None:
        """Turns the direction of pages and of what was translated, and says it is English."""
        for language in root.iter(f"{DC}language"):
            if is_arabic_language((language.text or "").strip()):
                language.text = _ENGLISH
        for element in root.iter(OPF + "*", *_TRANSLATED):
            _turn_element(element)
            if element.tag in _TRANSLATED and "<" in (element.text or ""):
                element.text = HtmlPage(element.text or "").write({}, direction="ltr")
        for spine in root.iter(f"{OPF}spine"):
            if spine.get(_PROGRESSION) == "rtl":
                spine.set(_PROGRESSION, "ltr")
                for item in spine.iter(f"{OPF}itemref"):
                    _swap_spread(item)


class ContentsReader:
    """Reads a table of contents of EPUB 2, an NCX."""

    def places(self, root: Element) -> Iterator[Place]:
        """Gives the labels. The name of the author stays."""
        for text in root.iter(f"{_NCX}text"):
            above = text.getparent()
            if above is None or above.tag != f"{_NCX}docAuthor":
                yield element_place(text, context="table of contents")

    def turn(self, root: Element) -> None:
        """Turns directions and languages."""
        for element in root.iter(f"{_NCX}*"):
            _turn_element(element)


def _meta_places(meta: Element, titles: set[str]) -> Iterator[Place]:
    name = meta.get("property") or meta.get("name") or ""
    context = _TRANSLATED_META.get(name)
    if name == "file-as" and meta.get("refines") in titles:
        context = "title of the book"
    if context and "content" in meta.attrib:
        yield attribute_place(meta, "content", context=context)
    elif context:
        yield element_place(meta, context=context)


def _marked_up_places(element: Element, context: str) -> Iterator[Place]:
    """Gives the places of a text that may be HTML, as many programs write descriptions."""
    text = element.text or ""
    if "<" not in text:
        yield element_place(element, context=context)
        return
    page = HtmlPage(text)
    replaced: dict[str, str] = {}
    for unit in page.units:

        def replace(translation: str, key: str = unit.id) -> None:
            replaced[key] = translation
            element.text = xml_text(page.write(replaced, direction="keep"))

        yield Place(element, unit.text, replace, context)


def _turn_element(element: Element) -> None:
    if element.get("dir") == "rtl":
        element.set("dir", "ltr")
    if is_arabic_language(element.get(_LANGUAGE)):
        element.set(_LANGUAGE, _ENGLISH)


def _swap_spread(item: Element) -> None:
    properties = item.get("properties", "").split()
    swapped = [_SPREADS.get(one, one) for one in properties]
    if swapped != properties:
        item.set("properties", " ".join(swapped))
