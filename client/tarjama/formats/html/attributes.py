"""Reads the attributes of a start tag, and replaces them where they stand."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Attribute", "attributes_of", "escape_text", "with_attributes"]

_NAME = re.compile(r"<[^\s/>]+")
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s/>=][^\s/>=]*)(?P<value>\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*))?"""
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute in a start tag.

    Attributes:
        name: Its name in lower case.
        value: Its value with references resolved. Empty if it has none.
        start: Where it begins in the tag.
        value_start: Where its equals sign begins, or would.
        end: Where it ends.
    """

    name: str
    value: str
    start: int
    value_start: int
    end: int


def attributes_of(tag: str) -> list[Attribute]:
    """Reads the attributes of a start tag, in order. Of two of one name, the first counts."""
    name = _NAME.match(tag)
    found: dict[str, Attribute] = {}
    for match in _ATTRIBUTE.finditer(tag, name.end() if name else len(tag)):
        raw = (match["value"] or "").lstrip()[1:].lstrip()
        if raw[:1] in {'"', "'"}:
            raw = raw[1:-1]
        attribute = Attribute(
            name=match["name"].lower(),
            value=html.unescape(raw),
            start=match.start(),
            value_start=match.end("name"),
            end=match.end(),
        )
        found.setdefault(attribute.name, attribute)
    return list(found.values())


def with_attributes(tag: str, values: Mapping[str, str]) -> str:
    """Sets attributes of a start tag. Those that it does not have are added behind its name."""
    present = attributes_of(tag)
    for attribute in reversed(present):
        if attribute.name in values:
            value = _quoted(values[attribute.name])
            tag = tag[: attribute.value_start] + "=" + value + tag[attribute.end :]
    absent = values.keys() - {attribute.name for attribute in present}
    name = _NAME.match(tag)
    at = name.end() if name else len(tag)
    added = "".join(f" {key}={_quoted(values[key])}" for key in values if key in absent)
    return tag[:at] + added + tag[at:]


def escape_text(text: str) -> str:
    """Writes text as HTML or XHTML, with no-break spaces to be seen."""
    return html.escape(text, quote=False).replace("\xa0", "&#160;")


def _quoted(value: str) -> str:
    return '"' + escape_text(value).replace('"', "&quot;") + '"'
