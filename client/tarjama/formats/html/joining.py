"""Joins neighbours that look alike, such as Word's `<span>` around each word.

The fewer tags, the better the translation. What is around each of several boxes, such as the
labels of a shop, is not joined, for two of them would become one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tarjama.formats.html.attributes import attributes_of
from tarjama.formats.html.segmentation import Range
from tarjama.formats.html.tokens import Token
from tarjama.formats.inline import Inline, Paired

__all__ = ["joined"]

_NAMES = frozenset({"b", "em", "font", "i", "span", "strong", "u"})
# Of others, such as a class, only a style sheet tells what they do.
_ATTRIBUTES = frozenset({"color", "dir", "face", "lang", "size", "style", "xml:lang"})
_BOXED = re.compile(r"\b(?:background|border|display|float|margin|padding|position)\b", re.I)


@dataclass(slots=True)
class _Pair:
    """A pair of tags that others are joined to: the start tag, the last end tag, the content."""

    start: int
    end: int
    content: list[Inline[Range]]


def joined(content: Iterable[Inline[Range]], tokens: Sequence[Token]) -> list[Inline[Range]]:
    """Joins pairs of equal tags with nothing but white space between them.

    Args:
        content: What `content_of` gives.
        tokens: The page's.

    Returns:
        The content, with the first start tag and the last end tag around what was joined.
    """
    made: list[_Pair | Inline[Range]] = []
    for item in content:
        if not isinstance(item, Paired):
            made.append(item)
            continue
        space = [made.pop()] if made and _is_space(made[-1]) else []
        before = made[-1] if made else None
        if isinstance(before, _Pair) and _look_alike(before.start, item.code[0], tokens):
            before.end = item.code[1]
            before.content += [one for one in space if isinstance(one, str)]
            before.content += item.content
        else:
            made += [*space, _Pair(*item.code, list(item.content))]
    return [
        Paired((one.start, one.end), tuple(joined(one.content, tokens)))
        if isinstance(one, _Pair)
        else one
        for one in made
    ]


def _is_space(item: _Pair | Inline[Range]) -> bool:
    return isinstance(item, str) and not item.strip()


def _look_alike(first: int, second: int, tokens: Sequence[Token]) -> bool:
    tag, other = tokens[first], tokens[second]
    if tag.raw != other.raw or tag.name not in _NAMES:
        return False
    return all(
        attribute.name in _ATTRIBUTES
        and (attribute.name != "style" or not _BOXED.search(attribute.value))
        for attribute in attributes_of(tag.raw)
    )
