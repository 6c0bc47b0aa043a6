"""Text within codes: quoted in formulas, in lists of choices, in headers and footers."""

import re
from collections.abc import Collection, Iterator

from tarjama.formats.inline import Inline, Standalone, TaggedText
from tarjama.formats.ooxml.places import Element, Place, xml_text
from tarjama.formats.script import has_arabic
from tarjama.formats.xlsx.formulas import literals, replace_literal
from tarjama.formats.xlsx.limits import shortened

__all__ = ["choice_places", "formula_places", "header_places", "turn_fonts"]

MAX_LITERAL_CHARACTERS = 255
"""Excel's limit for text in a formula, a list of choices in one, and a header or footer."""

_SECTION = re.compile("(&[LCR])")
_CODE = re.compile(r"""(&(?:"[^"]*"|[0-9]+|K(?:[0-9A-Fa-f]{6}|[0-9]{2}[+-][0-9]{3})|[A-Za-z]))""")
_STYLE = re.compile('(&"[^",]*,)([^"]*)(")')
# What Excel in Arabic calls the styles of fonts.
_STYLES = {
    "عادي": "Regular",
    "غامق": "Bold",
    "مائل": "Italic",
    "غامق مائل": "Bold Italic",
}


def formula_places(formula: Element, texts: Collection[str], *, context: str) -> Iterator[Place]:
    """Gives the texts that a formula quotes.

    One that equals the text of a cell is compared to it, and is one unit with it. Any other stays:
    what it is for, nobody knows.

    Args:
        formula: The element whose text the formula is.
        texts: The tagged texts of cells.
        context: As `Unit.context`.
    """
    for number, literal in enumerate(literals(formula.text or "")):
        if not has_arabic(literal):
            continue
        tagged: TaggedText[str] = TaggedText([literal])

        def put(translation: str, number: int = number, tagged: TaggedText[str] = tagged) -> None:
            text = shortened(_plain(tagged, translation), MAX_LITERAL_CHARACTERS)
            formula.text = replace_literal(formula.text or "", number, xml_text(text))

        yield Place(
            formula,
            tagged.text,
            put,
            f"text in a formula of {context}",
            is_translatable=tagged.text in texts,
            is_repeat=True,
        )


def choice_places(formula: Element, *, context: str) -> Iterator[Place]:
    """Gives the choices of a list that a formula quotes: `"نعم,لا"`."""
    quoted = literals(formula.text or "")
    for number, choice in enumerate(quoted[0].split(",") if len(quoted) == 1 else ()):
        tagged: TaggedText[str] = TaggedText([choice])

        def put(translation: str, number: int = number, tagged: TaggedText[str] = tagged) -> None:
            choices = literals(formula.text or "")[0].split(",")
            # Commas part the choices from each other.
            choices[number] = xml_text(_plain(tagged, translation).replace(",", ""))
            joined = ",".join(choices)
            if len(joined) <= MAX_LITERAL_CHARACTERS:
                formula.text = replace_literal(formula.text or "", 0, joined)

        yield Place(formula, tagged.text, put, f"choice in a list of {context}", is_repeat=True)


def header_places(header: Element, *, context: str) -> Iterator[Place]:
    """Gives what is at the left, in the middle and at the right of a header or footer."""
    for number, section in enumerate(_SECTION.split(header.text or "")):
        tagged = TaggedText(tuple(_header_content(section)))

        def put(translation: str, number: int = number, tagged: TaggedText[str] = tagged) -> None:
            sections = _SECTION.split(header.text or "")
            sections[number] = _header_text(tagged.restore(translation))
            excess = len("".join(sections)) - MAX_LITERAL_CHARACTERS
            if excess > 0:
                room = max(len(translation) - excess, 1)
                sections[number] = _header_text(tagged.restore(shortened(translation, room)))
            header.text = "".join(sections)

        yield Place(header, tagged.text, put, f"header or footer of {context}")


def turn_fonts(header: Element) -> None:
    """Names the styles of a header's fonts as Excel does in English."""
    header.text = _STYLE.sub(
        lambda match: match[1] + _STYLES.get(match[2], match[2]) + match[3], header.text or ""
    )


def _header_content(section: str) -> Iterator[Inline[str]]:
    # `&&` is the character itself, and never the beginning of a code.
    for number, piece in enumerate(section.split("&&")):
        if number:
            yield "&"
        for part in _CODE.split(piece):
            if _CODE.fullmatch(part):
                yield Standalone(part)
            elif part:
                yield part


def _header_text(content: tuple[Inline[str], ...]) -> str:
    text = ""
    for item in content:
        if isinstance(item, Standalone):
            text += item.code
        elif isinstance(item, str):
            # A digit after a size would be of the size.
            apart = " " if re.search("&[0-9]+$", text) and item[:1].isdecimal() else ""
            text += apart + xml_text(item).replace("&", "&&")
    return text


def _plain(tagged: TaggedText[str], translation: str) -> str:
    return "".join(item for item in tagged.restore(translation) if isinstance(item, str))
