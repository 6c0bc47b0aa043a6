"""Formats of numbers, in cells and in charts: the words that they put beside a number."""

import re
from collections.abc import Iterator

from tarjama.formats.inline import TaggedText
from tarjama.formats.ooxml.places import Element, Place, xml_text

__all__ = ["format_places"]

_QUOTED = re.compile(r'"([^"]*)"')
_CURRENCY = re.compile(r"\[\$([^\]\-]*)")


def format_places(element: Element) -> Iterator[Place]:
    """Gives the texts that a format quotes, such as `0 "يوم"`, and currencies, which stay.

    A currency is part of a locale: `[$ر.س-401]`.

    Args:
        element: What has the format in its attribute `formatCode`, or else as its text.
    """
    for number, match in enumerate(_QUOTED.finditer(_code(element))):
        tagged: TaggedText[str] = TaggedText([match[1]])

        def put(translation: str, number: int = number, tagged: TaggedText[str] = tagged) -> None:
            code = _code(element)
            start, end = list(_QUOTED.finditer(code))[number].span(1)
            restored = tagged.restore(translation)
            text = "".join(item for item in restored if isinstance(item, str))
            _set_code(element, code[:start] + xml_text(text).replace('"', "") + code[end:])

        yield Place(element, tagged.text, put, "text in the format of a number", is_repeat=True)
    for match in _CURRENCY.finditer(_code(element)):
        yield Place(
            element,
            TaggedText[str]([match[1]]).text,
            _keep,
            "currency in the format of a number",
            is_translatable=False,
            is_repeat=True,
        )


def _code(element: Element) -> str:
    return element.get("formatCode", "") or element.text or ""


def _set_code(element: Element, code: str) -> None:
    if "formatCode" in element.attrib:
        element.set("formatCode", code)
    else:
        element.text = code


def _keep(_translation: str) -> None:
    """Changes nothing: the place is there to be reported."""
