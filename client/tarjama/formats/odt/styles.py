"""What the styles of a document say of text and paragraphs.

OpenDocument keeps two sets of properties for text: `fo:font-weight` for Latin text,
`style:font-weight-complex` for complex scripts such as Arabic, which count by the letters alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tarjama.formats.odt.names import FO, LOEXT, OFFICE, STYLE, TEXT
from tarjama.formats.ooxml.places import Element

__all__ = ["PLAIN", "Formatting", "Styles", "latin_properties"]

_COUNTERPARTS = {
    f"{STYLE}font-weight-complex": f"{FO}font-weight",
    f"{STYLE}font-style-complex": f"{FO}font-style",
    f"{STYLE}font-size-complex": f"{FO}font-size",
    f"{STYLE}font-size-rel-complex": f"{STYLE}font-size-rel",
}
_OPENOFFICE = "{http://openoffice.org/2009/office}"

# They say nothing of how Latin text looks: languages, and the history of changes.
_NOISE = frozenset(
    {
        f"{FO}language",
        f"{FO}country",
        f"{FO}script",
        f"{STYLE}rfc-language-tag",
        f"{_OPENOFFICE}rsid",
        f"{_OPENOFFICE}paragraph-rsid",
        f"{LOEXT}opacity-complex",
    }
)
_OTHER_SCRIPTS = ("-complex", "-asian")


@dataclass(frozen=True, slots=True)
class Formatting:
    """How text looks. Equal to another one if Latin text looks the same in both.

    Attributes:
        key: What is compared.
        spans: The `text:span` elements around the text, the outermost first.
    """

    key: tuple[str, ...]
    spans: tuple[Element, ...] = field(compare=False)


PLAIN = Formatting((), ())


class Styles:
    """The styles that one part of a document can name, as they were before anything is turned."""

    def __init__(self, *roots: Element | None, right_to_left: bool = False) -> None:
        """Reads the styles.

        Args:
            *roots: Where they are: the part with the common styles, then the part itself. Of two
                styles of one name, the later one counts, as an automatic one does.
            right_to_left: Whether what is set for complex scripts is what readers see.
        """
        self._right_to_left = right_to_left
        self._styles: dict[tuple[str, str], Element] = {}
        self._defaults: dict[str, Element] = {}
        self._page_is_rtl = False
        for root in roots:
            for style in (
                () if root is None else root.iter(f"{STYLE}style", f"{STYLE}default-style")
            ):
                family = style.get(f"{STYLE}family", "")
                if style.tag == f"{STYLE}style":
                    self._styles[family, style.get(f"{STYLE}name", "")] = style
                else:
                    self._defaults[family] = style
            for layout in () if root is None else root.iter(f"{STYLE}page-layout-properties"):
                self._page_is_rtl |= layout.get(f"{STYLE}writing-mode", "") in {"rl-tb", "rl"}

    def within(self, formatting: Formatting, span: Element) -> Formatting:
        """Gives the formatting of text in a span, itself in text of a formatting."""
        key = self._text_key(span.get(f"{TEXT}style-name", ""))
        if not key:
            return formatting
        return Formatting((*formatting.key, key), (*formatting.spans, span))

    def is_right_to_left(self, family: str, name: str | None) -> bool:
        """Tells whether what has a style is right-to-left, by the style or by the page."""
        mode = self._inherited(family, name, f"{STYLE}writing-mode")
        return self._page_is_rtl if mode in {None, "page"} else mode in {"rl-tb", "rl"}

    def alignment(self, family: str, name: str | None) -> str | None:
        """Gives the `fo:text-align` of what has a style, or None."""
        return self._inherited(family, name, f"{FO}text-align")

    def _text_key(self, name: str) -> str:
        """Describes a style for text; empty if Latin text in it looks as without it."""
        style = self._styles.get(("text", name))
        if style is None:
            return name
        above = style.getparent()
        if above is None or above.tag != f"{OFFICE}automatic-styles":
            return name
        found = {"parent": style.get(f"{STYLE}parent-style-name", "")}
        for properties in style.iterfind(f"{STYLE}text-properties"):
            found |= latin_properties(properties, complex_script=self._right_to_left)
        pairs = sorted((key, value) for key, value in found.items() if value and _is_seen(key))
        return repr(pairs) if pairs else ""

    def _inherited(self, family: str, name: str | None, attribute: str) -> str | None:
        for style in self._line(family, name):
            for properties in style.iterfind(f"{STYLE}paragraph-properties"):
                value = properties.get(attribute)
                if value is not None:
                    return value
        return None

    def _line(self, family: str, name: str | None) -> Iterator[Element]:
        """Gives a style, the one that it is based on, and so on, to the default."""
        seen: set[str] = set()
        # Nothing forbids that styles are based on each other in a circle.
        while name and name not in seen and (family, name) in self._styles:
            seen.add(name)
            style = self._styles[family, name]
            yield style
            name = style.get(f"{STYLE}parent-style-name")
        if family in self._defaults:
            yield self._defaults[family]


def latin_properties(properties: Element, *, complex_script: bool) -> Mapping[str, str]:
    """Gives the attributes of `style:text-properties` with which Latin text looks as Arabic did.

    What is set for complex scripts, bold for instance, is set for Latin too; what is set for Latin
    alone stays.

    Args:
        properties: The element, which is not changed.
        complex_script: Whether the attributes for complex scripts counted.
    """
    found = {str(name): str(value) for name, value in properties.attrib.items()}
    if complex_script:
        for complex_name, latin_name in _COUNTERPARTS.items():
            if complex_name in found:
                found[latin_name] = found[complex_name]
    return found


def _is_seen(attribute: str) -> bool:
    return attribute not in _NOISE and not attribute.endswith(_OTHER_SCRIPTS)
