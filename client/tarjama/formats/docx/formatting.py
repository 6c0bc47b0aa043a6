"""How a run looks, and how it will look once its text is Latin.

Word keeps two sets of properties for a run: `b`, `i`, `sz` for Latin text, `bCs`, `iCs`, `szCs` for
complex scripts, which count if the run is marked by `rtl` or `cs`.
"""

from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from tarjama.formats.ooxml.drawing import ENGLISH, is_arabic_language
from tarjama.formats.ooxml.names import W
from tarjama.formats.ooxml.places import Element
from tarjama.formats.script import has_arabic

__all__ = ["PLAIN", "Formatting", "formatting_of", "is_complex", "is_on", "latinise"]

_COUNTERPARTS = ((f"{W}bCs", f"{W}b"), (f"{W}iCs", f"{W}i"), (f"{W}szCs", f"{W}sz"))

# They say nothing of how Latin text looks: proofing, the other script, the history of changes.
_NOISE = frozenset(
    W + name for name in ("bCs", "iCs", "szCs", "rtl", "cs", "lang", "noProof", "rPrChange")
)
_FONT_NOISE = frozenset(W + name for name in ("cs", "cstheme", "hint"))

# Fonts whose Latin letters belong with their Arabic ones. Those of other fonts for Arabic are
# poor or missing, and a font for Latin is set beside them or inherited.
_FONTS_OF_BOTH = frozenset(
    {
        "Arial",
        "Arial Unicode MS",
        "Calibri",
        "Courier New",
        "DejaVu Sans",
        "Dubai",
        "Microsoft Sans Serif",
        "Segoe UI",
        "Tahoma",
        "Times New Roman",
    }
)


@dataclass(frozen=True, slots=True)
class Formatting:
    """How a run looks. Equal to another one if Latin text looks the same in both.

    Attributes:
        key: What is compared.
        properties: The run's properties, or None if it has none.
    """

    key: str
    properties: Element | None = field(compare=False)


PLAIN = Formatting("", None)


def formatting_of(run: Element) -> Formatting:
    """Reads a run's formatting. The same whether its part was turned or not."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        return PLAIN
    latin = deepcopy(properties)
    latinise(latin, complex_script=is_complex(run, properties))
    pieces = []
    for child in latin:
        if child.tag == f"{W}rFonts":
            for name in _FONT_NOISE.intersection(child.attrib):
                del child.attrib[name]
            if not child.attrib:
                continue
        if child.tag not in _NOISE:
            pieces.append(etree.tostring(child, encoding="unicode", with_tail=False))
    return Formatting("".join(sorted(pieces)), properties)


def is_complex(run: Element, properties: Element) -> bool:
    """Tells whether a run's properties for complex scripts count."""
    if is_on(properties.find(f"{W}rtl")) or is_on(properties.find(f"{W}cs")):
        return True
    return any(has_arabic(text.text or "") for text in run.iterfind(f"{W}t"))


def is_on(switch: Element | None) -> bool:
    """Tells whether a property that is on or off is there and on."""
    return switch is not None and switch.get(f"{W}val", "1") not in {"0", "false", "off"}


def latinise(properties: Element, *, complex_script: bool) -> None:
    """Turns the properties of a run, so that its text in Latin looks as it did.

    What is set for complex scripts alone, bold for instance, is set for Latin too; what is set for
    Latin alone stays, though it did not count, for many programs set bold so and mean it.

    Args:
        properties: The `w:rPr`, changed in place.
        complex_script: Whether the properties for complex scripts counted.
    """
    if complex_script:
        for complex_name, latin_name in _COUNTERPARTS:
            _copy_value(properties, complex_name, latin_name)
        _set_fonts(properties.find(f"{W}rFonts"))
    for mark in (properties.find(f"{W}rtl"), properties.find(f"{W}cs")):
        if mark is not None:
            properties.remove(mark)
    language = properties.find(f"{W}lang")
    if language is not None and (complex_script or is_arabic_language(language.get(f"{W}val"))):
        language.set(f"{W}val", ENGLISH)


def _copy_value(properties: Element, complex_name: str, latin_name: str) -> None:
    source = properties.find(complex_name)
    if source is None:
        return
    target = properties.find(latin_name)
    if target is None:
        target = etree.Element(latin_name)
        source.addprevious(target)
    target.attrib.clear()
    target.attrib.update(source.attrib)


def _set_fonts(fonts: Element | None) -> None:
    if fonts is None or fonts.get(f"{W}cs") not in _FONTS_OF_BOTH:
        return
    for name in ("ascii", "hAnsi"):
        if f"{W}{name}" not in fonts.attrib and f"{W}{name}Theme" not in fonts.attrib:
            fonts.set(f"{W}{name}", fonts.get(f"{W}cs", ""))
