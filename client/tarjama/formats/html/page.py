"""A page of HTML or XHTML as units, and the way back."""

from collections.abc import Iterable, Iterator, Mapping

from tarjama.formats.css import root_is_right_to_left, to_left_to_right
from tarjama.formats.html.attributes import attributes_of, escape_text, with_attributes
from tarjama.formats.html.direction import DirectionTurner
from tarjama.formats.html.elements import TRANSLATED_ATTRIBUTES, TRANSLATED_META
from tarjama.formats.html.joining import joined
from tarjama.formats.html.segmentation import Range, content_of, opaque_ranges, paragraphs
from tarjama.formats.html.tokens import Token, TokenKind, tokenise
from tarjama.formats.inline import Inline, Paired, TaggedText
from tarjama.formats.script import has_arabic
from tarjama.formats.tags import escape, plain_text
from tarjama.formats.units import Direction, Unit
from tarjama.options import LineHandling

__all__ = ["HtmlPage"]

_BUTTONS = frozenset({"button", "reset", "submit"})


class HtmlPage:
    """A page, of which nothing changes but what is translated and what sets its direction.

    Attributes:
        units: Paragraphs and attributes with anything in Arabic script, in order.
    """

    def __init__(
        self,
        html: str,
        *,
        id_prefix: str = "",
        is_xml: bool = False,
        right_to_left: bool = False,
    ) -> None:
        """Reads a page, be it right or wrong.

        Args:
            html: The page or a part of one.
            id_prefix: Put before the units' ids, for a file of several pages.
            is_xml: Whether XML's rules hold, by which `xml:lang` tells the language.
            right_to_left: Whether a style sheet outside of the page sets it so.
        """
        self._prefix = id_prefix
        self._is_xml = is_xml
        self._right_to_left = right_to_left
        self._tokens = tokenise(html)
        self._opaque = opaque_ranges(self._tokens)
        self._texts: dict[str, TaggedText[Range]] = {}
        self._ends: dict[str, int] = {}
        found = sorted([*self._paragraph_units(), *self._attribute_units()], key=lambda one: one[0])
        self.units = tuple(unit for _, unit in found)

    @property
    def is_right_to_left(self) -> bool:
        """Whether the page as a whole is right-to-left, by its tags or a style sheet."""
        turner = self._turner()
        for token in self._tokens:
            if token.kind is TokenKind.START and token.name in {"html", "body"}:
                turner.turn(token, _values(token))
        return turner.is_right_to_left

    def write(self, translations: Mapping[str, str], *, direction: Direction) -> str:
        """Gives the page with units replaced, as `FormatDocument.write` says."""
        new = {
            unit.id: translations[unit.id]
            for unit in self.units
            if translations.get(unit.id, unit.text) != unit.text
        }
        pieces = self._tags(new, direction)
        output: list[str] = []
        at = 0
        while at < len(self._tokens):
            key = self._id(at)
            if key in self._texts and key in new:
                output.append(self._rendered(self._texts[key].restore(new[key]), pieces))
                at = self._ends[key]
            else:
                output.append(pieces[at])
                at += 1
        return "".join(output)

    def _id(self, token: int, attribute: str = "") -> str:
        return f"{self._prefix}{token}" + (f"@{attribute}" if attribute else "")

    def _paragraph_units(self) -> Iterator[tuple[int, Unit]]:
        for paragraph in paragraphs(self._tokens, self._opaque):
            content = joined(content_of(paragraph, self._tokens), self._tokens)
            text = TaggedText(content, collapse_spaces=not paragraph.preformatted)
            if not has_arabic(text.text):
                continue
            first = paragraph.pieces[0][0]
            key = self._id(first)
            self._texts[key] = text
            self._ends[key] = paragraph.pieces[-1][1]
            lines = LineHandling.LINES if paragraph.preformatted else LineHandling.PARAGRAPHS
            yield first, Unit(id=key, text=text.text, line_handling=lines, context=paragraph.block)

    def _attribute_units(self) -> Iterator[tuple[int, Unit]]:
        for at in self._translated_tags():
            tag = self._tokens[at]
            values = _values(tag)
            for name in _translated_names(tag, values):
                text = escape(values[name].strip())
                if has_arabic(text):
                    yield (
                        at,
                        Unit(id=self._id(at, name), text=text, context=f"{name} of {tag.name}"),
                    )

    def _translated_tags(self) -> Iterator[int]:
        """Gives the start tags that are not in what may not be translated."""
        at = 0
        while at < len(self._tokens):
            if at in self._opaque:
                at = self._opaque[at]
                continue
            if self._tokens[at].kind is TokenKind.START:
                yield at
            at += 1

    def _tags(self, new: Mapping[str, str], direction: Direction) -> list[str]:
        """Gives every token as it is to be, but for the text in paragraphs."""
        pieces = [token.raw for token in self._tokens]
        tags = set(self._translated_tags())
        turner = self._turner()
        for at, token in enumerate(self._tokens):
            if token.kind is TokenKind.END:
                turner.end(token)
            if at not in tags:
                continue
            values = _values(token)
            turned = turner.turn(token, values)
            changes = turned if direction == "ltr" else {}
            for name in values:
                key = self._id(at, name)
                if key in new:
                    changes[name] = _plain(values[name], new[key])
            if changes:
                pieces[at] = with_attributes(token.raw, changes)
        if direction == "ltr":
            rtl_page = self.is_right_to_left
            for at in self._sheets():
                pieces[at] = to_left_to_right(pieces[at], swap_sides=rtl_page)
        return pieces

    def _turner(self) -> DirectionTurner:
        sheets = (self._tokens[at].raw for at in self._sheets())
        right_to_left = self._right_to_left or any(map(root_is_right_to_left, sheets))
        return DirectionTurner(right_to_left=right_to_left, is_xml=self._is_xml)

    def _sheets(self) -> Iterator[int]:
        for at, token in enumerate(self._tokens[:-1]):
            if token.kind is TokenKind.START and token.name == "style":
                yield at + 1

    def _rendered(self, content: Iterable[Inline[Range]], pieces: list[str]) -> str:
        rendered = []
        for item in content:
            if isinstance(item, str):
                rendered.append(escape_text(item))
            elif isinstance(item, Paired):
                inner = self._rendered(item.content, pieces)
                rendered.append(pieces[item.code[0]] + inner + pieces[item.code[1]])
            else:
                rendered.append("".join(pieces[slice(*item.code)]))
        return "".join(rendered)


def _values(tag: Token) -> dict[str, str]:
    return {attribute.name: attribute.value for attribute in attributes_of(tag.raw)}


def _translated_names(tag: Token, values: Mapping[str, str]) -> list[str]:
    names = [name for name in values if name in TRANSLATED_ATTRIBUTES]
    if tag.name == "input" and values.get("type", "").lower() in _BUTTONS and "value" in values:
        names.append("value")
    kind = values.get("name", values.get("property", "")).lower()
    if tag.name == "meta" and kind in TRANSLATED_META and "content" in values:
        names.append("content")
    return names


def _plain(value: str, translation: str) -> str:
    """Gives an attribute's value with its translation in place of its text."""
    text = value.strip()
    before, _, after = value.partition(text)
    return before + plain_text(translation) + after
