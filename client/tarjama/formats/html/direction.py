"""Turns the tags of a page from Arabic, right-to-left, to English, left-to-right."""

import re
from collections.abc import Mapping

from tarjama.formats.css import is_right_to_left, to_left_to_right
from tarjama.formats.html.segmentation import is_void
from tarjama.formats.html.tokens import Token, TokenKind

__all__ = ["DirectionTurner"]

_ARABIC_TAG = re.compile(r"ar(?:[-_].*)?\Z", re.IGNORECASE)
_SIDES = {"left": "right", "right": "left"}


class DirectionTurner:
    """Goes through the tags of a page in order, and knows which direction holds at each."""

    def __init__(self, *, right_to_left: bool, is_xml: bool = False) -> None:
        """Begins a page.

        Args:
            right_to_left: Whether a style sheet sets the whole page right-to-left.
            is_xml: Whether `xml:lang` tells the page's language, where `lang` does not.
        """
        self._is_xml = is_xml
        self._open: list[tuple[str, bool]] = [("", right_to_left)]

    @property
    def is_right_to_left(self) -> bool:
        """Whether the text at this place is right-to-left in the page as it was."""
        return self._open[-1][1]

    def end(self, token: Token) -> None:
        """Passes an end tag. One that closes nothing is passed over."""
        if any(name == token.name for name, _ in self._open[1:]):
            while self._open.pop()[0] != token.name:
                pass

    def turn(self, token: Token, values: Mapping[str, str]) -> dict[str, str]:
        """Passes a start tag.

        Args:
            token: The tag.
            values: Its attributes.

        Returns:
            The attributes that are to be set.
        """
        assert token.kind is TokenKind.START
        style = values.get("style", "")
        direction = values.get("dir", "").lower()
        was_rtl = self.is_right_to_left
        if direction in {"rtl", "ltr"}:
            was_rtl = direction == "rtl"
        was_rtl = was_rtl or is_right_to_left(style)
        if not is_void(token):
            self._open.append((token.name, was_rtl))
        turned = dict(_language(token, values))
        if direction == "rtl":
            turned["dir"] = "ltr"
        if token.name == "html":
            turned |= {self._language_name(values): "en", "dir": "ltr"}
        if "style" in values:
            turned["style"] = to_left_to_right(style, swap_sides=was_rtl)
        side = values.get("align", "").lower()
        if was_rtl and side in _SIDES:
            turned["align"] = _SIDES[side]
        return {name: value for name, value in turned.items() if values.get(name) != value}

    def _language_name(self, values: Mapping[str, str]) -> str:
        return "xml:lang" if self._is_xml and "lang" not in values else "lang"


def _language(token: Token, values: Mapping[str, str]) -> dict[str, str]:
    turned = {
        name: "en" for name in ("lang", "xml:lang") if _ARABIC_TAG.match(values.get(name, ""))
    }
    is_declaration = token.name == "meta" and (
        values.get("http-equiv", "").lower() == "content-language"
    )
    if is_declaration and _ARABIC_TAG.match(values.get("content", "")):
        turned["content"] = "en"
    return turned
