"""Turns style sheets from right-to-left to left-to-right."""

import re

__all__ = ["is_right_to_left", "root_is_right_to_left", "to_left_to_right"]

# A property's name begins a declaration: `text-direction` is another one.
_DIRECTION = re.compile(r"(?<![\w-])(direction\s*:\s*)rtl\b", re.IGNORECASE)
_ROOT_RULE = re.compile(r"(?:^|[\s},/])(?:html|body|:root|\*)[^{}]{0,1000}\{([^}]*)", re.IGNORECASE)
_LEFT_TO_RIGHT = re.compile(r"(?<![\w-])direction\s*:\s*ltr\b", re.IGNORECASE)
_BLOCK_EDGE = re.compile("([{}])")
_SIDE = re.compile(
    r"(?<![\w-])((?:text-align(?:-last)?|float|clear)\s*:\s*|(?:margin|padding|border)-)"
    r"(left|right)\b",
    re.IGNORECASE,
)
# Top, right, bottom and left.
_FOUR_SIDES = re.compile(
    r"(?<![\w-])((?:margin|padding)\s*:\s*[^\s;:{}()]+\s+)([^\s;:{}()]+)(\s+[^\s;:{}()]+\s+)"
    r"([^\s;:{}()!]+)(?=\s*(?:[;!}]|\Z))",
    re.IGNORECASE,
)
_NUMBERING = re.compile(
    r"(?<![\w-])(list-style(?:-type)?\s*:[^;}]{0,200}?)\b(?:arabic-indic|persian|urdu)\b",
    re.IGNORECASE,
)


def is_right_to_left(css: str) -> bool:
    """Tells whether a style sheet, or the value of a `style` attribute, sets right-to-left."""
    return _DIRECTION.search(css) is not None


def root_is_right_to_left(sheet: str) -> bool:
    """Tells whether a style sheet sets a whole page right-to-left."""
    return any(is_right_to_left(rule) for rule in _ROOT_RULE.findall(sheet))


def to_left_to_right(css: str, *, swap_sides: bool) -> str:
    """Turns a style sheet, or the value of a `style` attribute.

    Args:
        css: The style sheet.
        swap_sides: Whether what it styles was right-to-left, so that what is at one side, such as
            a margin, is at the other now. Rules that set left-to-right themselves keep theirs.
    """
    return "".join(_turned(piece, swap_sides) for piece in _BLOCK_EDGE.split(css))


def _turned(block: str, swap_sides: bool) -> str:
    """Turns what is between two braces."""
    keeps_sides = _LEFT_TO_RIGHT.search(block) is not None
    block = _DIRECTION.sub(r"\1ltr", block)
    block = _NUMBERING.sub(r"\1decimal", block)
    if not swap_sides or keeps_sides:
        return block
    return _FOUR_SIDES.sub(r"\1\4\3\2", _SIDE.sub(_swapped, block))


def _swapped(match: re.Match[str]) -> str:
    return match[1] + ("right" if match[2].lower() == "left" else "left")
