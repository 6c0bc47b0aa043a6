"""Writes TMX 1.4b, which every CAT tool imports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import BinaryIO

from lxml import etree

from tarjama.formats.tags import Group, Node, Point, parse, write
from tarjama.memory.entries import MemoryEntry
from tarjama.memory.tmx.names import AFTER, BEFORE, DATE_FORMAT

__all__ = ["TmxUnit", "unit_bytes", "write_tmx"]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class TmxUnit:
    """A translation unit.

    Attributes:
        entry: Its languages, its author and when it was changed.
        properties: What else is known: types and values, in order.
    """

    entry: MemoryEntry
    properties: tuple[tuple[str, str], ...] = ()


def write_tmx(target: BinaryIO, units: Iterable[TmxUnit], *, written_at: datetime) -> None:
    """Writes a TMX file, one unit at a time.

    Args:
        target: Takes the bytes.
        units: What to write.
        written_at: The header's date, with a time zone.
    """
    header = {
        "creationtool": "tarjama",
        "creationtoolversion": version("tarjama"),
        "segtype": "sentence",
        "o-tmf": "tarjama",
        "adminlang": "en",
        "srclang": "ar",
        "datatype": "unknown",
        "creationdate": written_at.strftime(DATE_FORMAT),
    }
    with etree.xmlfile(target, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("tmx", version="1.4"):
            file.write("\n", etree.Element("header", header), "\n")
            with file.element("body"):
                file.write("\n")
                for unit in units:
                    file.write(_element(unit), "\n")


def unit_bytes(unit: TmxUnit, encoding: str) -> bytes:
    """Writes one unit, to stand in the body of a TMX file of some encoding."""
    text = etree.tostring(_element(unit), encoding="unicode") + "\n"
    return text.encode(encoding, errors="xmlcharrefreplace")


def _element(unit: TmxUnit) -> etree._Element:
    entry = unit.entry
    element = etree.Element("tu", changedate=entry.changed_at.strftime(DATE_FORMAT))
    if entry.author:
        element.set("changeid", _legal(entry.author))
    for kind, value in ((BEFORE, entry.before), (AFTER, entry.after), *unit.properties):
        if value:
            etree.SubElement(element, "prop", type=kind).text = _legal(value)
    for language, text in (("ar", entry.source), ("en", entry.target)):
        variant = etree.SubElement(element, "tuv", {_XML_LANG: language})
        _fill(etree.SubElement(variant, "seg"), parse(text))
    return element


def _fill(segment: etree._Element, nodes: Iterable[Node]) -> None:
    for node in nodes:
        if isinstance(node, str):
            _append_text(segment, _legal(node))
        elif isinstance(node, Point):
            etree.SubElement(segment, "ph", x=str(node.id)).text = write([node])
        else:
            _fill_group(segment, node)


def _fill_group(segment: etree._Element, group: Group) -> None:
    number = str(group.id)
    etree.SubElement(segment, "bpt", i=number, x=number).text = f'<g id="{number}">'
    _fill(segment, group.content)
    etree.SubElement(segment, "ept", i=number).text = "</g>"


def _append_text(segment: etree._Element, text: str) -> None:
    if len(segment):
        segment[-1].tail = (segment[-1].tail or "") + text
    else:
        segment.text = (segment.text or "") + text


def _legal(text: str) -> str:
    """Leaves out what XML 1.0 has no way to write: control characters and non-characters."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff")
    )
