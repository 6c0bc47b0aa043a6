"""Text in DrawingML: in shapes, diagrams (SmartArt) and charts."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lxml import etree

from tarjama.formats.inline import (
    Inline,
    LineBreak,
    Paired,
    Run,
    Standalone,
    TaggedText,
    group_runs,
)
from tarjama.formats.ooxml.formats import format_places
from tarjama.formats.ooxml.names import A, C
from tarjama.formats.ooxml.places import Element, Place, attribute_place, element_place, xml_text
from tarjama.formats.script import has_arabic

__all__ = ["ENGLISH", "DrawingReader", "drawing_places", "is_arabic_language", "turn_drawing"]

ENGLISH = "en-US"
"""What a text that was marked as Arabic is marked as once it is translated."""

_CHARTEX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"

_CACHES = frozenset({f"{C}strCache", f"{C}multiLvlStrCache", f"{C}lvl", f"{C}strLit"})

# They say nothing of how Latin text looks: languages, spelling, fonts of other scripts.
_NOISE_ATTRIBUTES = frozenset(
    {"lang", "altLang", "dirty", "err", "smtClean", "noProof", "bmk", "kumimoji"}
)
_NOISE = frozenset({f"{A}cs", f"{A}ea", f"{A}rtl"})

# Lists numbered by Arabic letters, in the order of the alphabet and of the numerals.
_NUMBERING = {"arabic1Minus": "alphaLcPeriod", "arabic2Minus": "alphaLcPeriod"}


@dataclass(frozen=True, slots=True)
class _Formatting:
    """How a run looks: equal if Latin text looks the same."""

    key: str
    properties: Element | None = field(compare=False)


_Code: TypeAlias = _Formatting | Element


class DrawingReader:
    """Reads a part that is DrawingML all through: a chart, a diagram, shapes of one."""

    def __init__(self, context: str) -> None:
        """Begins.

        Args:
            context: What the part is, as `Unit.context` is to say.
        """
        self._context = context

    def places(self, root: Element) -> Iterator[Place]:
        """Gives paragraphs, a chart's cached strings and a diagram's prompts."""
        yield from drawing_places(root, context=self._context)
        for element in root.iter(f"{C}v", f"{_CHARTEX}pt", f"{_CHARTEX}v", f"{_DIAGRAM}prSet"):
            if element.tag == f"{_DIAGRAM}prSet":
                yield attribute_place(element, "phldrT", context=f"prompt in {self._context}")
            elif element.tag != f"{C}v" or _is_string(element):
                # Every series repeats the names of the categories.
                yield replace(element_place(element, context=self._context), is_repeat=True)
        for element in root.iter(f"{C}numFmt", f"{C}formatCode"):
            yield from format_places(element)

    def turn(self, root: Element) -> None:
        """Turns paragraphs, and the direction that a diagram is laid out in."""
        turn_drawing(root)
        for element in root.iter(f"{_DIAGRAM}dir", f"{C}lang"):
            if element.tag == f"{_DIAGRAM}dir" and element.get("val") == "rev":
                element.set("val", "norm")
            elif is_arabic_language(element.get("val")):
                element.set("val", ENGLISH)


def drawing_places(root: Element, *, context: str) -> Iterator[Place]:
    """Gives the paragraphs of DrawingML in a tree, in order, be they Arabic or not."""
    for paragraph in root.iter(f"{A}p"):
        yield _paragraph_place(paragraph, context)
        for text in paragraph.iterfind(f"{A}fld/{A}t"):
            # A date in a field. A slide's number is no word.
            if has_arabic(text.text or ""):
                yield element_place(text, context=f"field in {context}")


def turn_drawing(root: Element) -> None:
    """Turns paragraphs, text bodies, numbering and languages of DrawingML in a tree."""
    for element in root.iter(f"{A}*"):
        if element.get("rtl") in {"1", "true"}:
            element.set("rtl", "0")
            # Sides are those of the page here, not those of the direction as in Word.
            swapped = {"l": "r", "r": "l"}.get(element.get("algn", ""))
            if swapped:
                element.set("algn", swapped)
        if element.get("rtlCol") in {"1", "true"}:
            element.set("rtlCol", "0")
        for language in ("lang", "altLang"):
            if is_arabic_language(element.get(language)):
                element.set(language, ENGLISH)
        numbering = _NUMBERING.get(element.get("type", ""))
        if element.tag == f"{A}buAutoNum" and numbering:
            element.set("type", numbering)
    for element in list(root.iter(f"{A}rtl")):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def is_arabic_language(tag: str | None) -> bool:
    """Tells whether a language tag such as `ar-EG` names Arabic."""
    return tag is not None and tag.lower().partition("-")[0] == "ar"


def _is_string(value: Element) -> bool:
    """Tells whether a value of a chart is a string: in a cache of strings, or a literal title."""
    parent = value.getparent()
    if parent is None or parent.tag == f"{C}tx":
        return parent is not None
    above = parent.getparent()
    return above is not None and above.tag in _CACHES


def _paragraph_place(paragraph: Element, context: str) -> Place:
    nodes = [child for child in paragraph if child.tag not in {f"{A}pPr", f"{A}endParaRPr"}]
    runs = list(_runs(nodes))
    base, content = group_runs(runs) if runs else (_Formatting("", None), ())
    assert isinstance(base, _Formatting)
    tagged: TaggedText[_Code] = TaggedText(content)

    def put(translation: str) -> None:
        restored = tagged.restore(translation)
        at = paragraph.index(nodes[0])
        for node in nodes:
            paragraph.remove(node)
            node.tail = None
        paragraph[at:at] = list(_written(restored, base))

    return Place(paragraph, tagged.text, put, context)


def _runs(nodes: Sequence[Element]) -> Iterator[Run[_Code]]:
    """Gives runs. Breaks and fields, which keep their own formatting, go with what is before."""
    before: _Formatting | None = None
    for node in nodes:
        properties = node.find(f"{A}rPr")
        formatting = _Formatting(_key(properties), properties)
        if node.tag == f"{A}r":
            before = formatting
            yield Run(formatting, (node.findtext(f"{A}t") or "").replace("\n", " "))
        else:
            item: Inline[_Code] = LineBreak(node) if node.tag == f"{A}br" else Standalone(node)
            yield Run(before or formatting, item)


def _key(properties: Element | None) -> str:
    if properties is None:
        return ""
    attributes = sorted(
        (str(name), str(value))
        for name, value in properties.attrib.items()
        if name not in _NOISE_ATTRIBUTES
    )
    children = [
        etree.tostring(child, encoding="unicode", with_tail=False)
        for child in properties
        if child.tag not in _NOISE
    ]
    return repr((attributes, children)) if attributes or children else ""


def _written(content: tuple[Inline[_Code], ...], formatting: _Formatting) -> Iterator[Element]:
    for item in content:
        if isinstance(item, str):
            run = etree.Element(f"{A}r")
            if formatting.properties is not None:
                run.append(deepcopy(formatting.properties))
            etree.SubElement(run, f"{A}t").text = xml_text(item)
            yield run
        elif isinstance(item, Paired):
            assert isinstance(item.code, _Formatting)
            yield from _written(item.content, item.code)
        else:
            assert not isinstance(item.code, _Formatting)
            yield item.code
