"""The text of cells and comments: plain, or in runs that each have a formatting."""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from tarjama.formats.inline import Inline, Paired, Run, TaggedText, group_runs
from tarjama.formats.ooxml.names import XML_SPACE, S
from tarjama.formats.ooxml.places import Element, Place, xml_text
from tarjama.formats.xlsx.limits import shortened

__all__ = ["RichText", "escaped", "plain_translation", "rich_text", "string_place", "unescaped"]

MAX_CELL_CHARACTERS = 32_767
"""Excel's limit for the text of a cell."""

# How Excel writes characters that XML cannot hold, and text that looks so.
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

# They say nothing of how Latin text looks.
_NOISE = frozenset({f"{S}charset", f"{S}family"})


@dataclass(frozen=True, slots=True)
class _Formatting:
    """How a run looks: equal if Latin text looks the same."""

    key: str
    properties: Element | None = field(compare=False)


RichText: TypeAlias = TaggedText[_Formatting]
"""The text of a cell with its formatting."""

_PLAIN = _Formatting("", None)


def string_place(string: Element, *, context: str) -> Place:
    """Makes the place of a string: a shared or inline one, or the text of a comment."""
    base, tagged = _read(string)

    def replace(translation: str) -> None:
        for child in list(string):
            string.remove(child)
        content = tagged.restore(shortened(translation, MAX_CELL_CHARACTERS))
        if base == _PLAIN and all(isinstance(item, str) for item in content):
            string.append(_text("".join(item for item in content if isinstance(item, str))))
        else:
            string.extend(_runs(content, base))

    return Place(string, tagged.text, replace, context, is_repeat=True)


def rich_text(string: Element) -> RichText:
    """Reads a string as its place does."""
    return _read(string)[1]


def plain_translation(text: RichText, translation: str) -> str:
    """Gives what a cell will say, without its formatting."""
    return _flat(text.restore(translation))


def _flat(content: Iterable[Inline[_Formatting]]) -> str:
    return "".join(
        item if isinstance(item, str) else _flat(item.content) if isinstance(item, Paired) else ""
        for item in content
    )


def unescaped(text: str) -> str:
    """Reads the characters that Excel writes by their numbers. A carriage return is dropped."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\r", "")


def escaped(text: str) -> str:
    """Writes a text so that Excel takes no part of it for a character's number."""
    return _LOOKS_ESCAPED.sub("_x005F_", xml_text(text))


def _read(string: Element) -> tuple[_Formatting, RichText]:
    runs = [
        Run(_formatting(child), unescaped(child.findtext(f"{S}t") or ""))
        if child.tag == f"{S}r"
        else Run(_PLAIN, unescaped(child.text or ""))
        for child in string.iterchildren(f"{S}r", f"{S}t")
    ]
    if not runs:
        return _PLAIN, TaggedText[_Formatting]([""])
    base, content = group_runs(runs)
    return base, TaggedText(content)


def _formatting(run: Element) -> _Formatting:
    properties = run.find(f"{S}rPr")
    if properties is None:
        return _PLAIN
    children = sorted(
        etree.tostring(child, encoding="unicode", with_tail=False)
        for child in properties
        if child.tag not in _NOISE
    )
    return _Formatting("".join(children), properties)


def _runs(content: Iterable[Inline[_Formatting]], formatting: _Formatting) -> Iterator[Element]:
    for item in content:
        if isinstance(item, Paired):
            yield from _runs(item.content, item.code)
        elif isinstance(item, str):
            run = etree.Element(f"{S}r")
            if formatting.properties is not None:
                run.append(deepcopy(formatting.properties))
            run.append(_text(item))
            yield run


def _text(text: str) -> Element:
    element = etree.Element(f"{S}t")
    element.text = escaped(text)
    if text != text.strip() or "\n" in text:
        element.set(XML_SPACE, "preserve")
    return element
