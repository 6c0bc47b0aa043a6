"""What Excel limits the length of, beyond which it calls a file damaged."""

from collections.abc import Callable
from dataclasses import replace

from tarjama.formats.ooxml.places import Element, Place, attribute_place

__all__ = ["LIMITS_NOTICE", "limited_place", "shortened"]

LIMITS_NOTICE = (
    "Excel limits names of sheets to 31 characters, titles of prompts to 32, prompts, lists of "
    "choices, headers and footers to 255: a longer translation is shortened there, but a list of "
    "choices stays as it is."
)
"""What the user is told of a workbook that has any of it."""

_ELLIPSIS = "…"


def shortened(text: str, limit: int) -> str:
    """Cuts a text that is too long at the end of a word, with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - len(_ELLIPSIS)]
    words, space, _ = cut.rpartition(" ")
    # A cut in the middle is better than to lose more than a third.
    return (words if space and len(words) * 3 > len(cut) * 2 else cut).rstrip() + _ELLIPSIS


def limited_place(
    element: Element,
    attribute: str,
    *,
    context: str,
    limit: int,
    change: Callable[[str], str] = str,
) -> Place:
    """Makes the place of an attribute's value that Excel limits.

    Args:
        element: What has the attribute.
        attribute: Its name.
        context: As `Unit.context`.
        limit: In characters.
        change: Makes a translated value one that Excel allows, before it is shortened.
    """
    place = attribute_place(element, attribute, context=context)

    def put(translation: str) -> None:
        place.replace(translation)
        element.set(attribute, shortened(change(element.get(attribute, "")), limit))

    return replace(place, replace=put)
