"""Turns signs as they stand from left to right into text as it is read.

This undoes the Unicode Bidirectional Algorithm (UAX #9), rules N0 to L4. What it shows alike, such
as a number before or after a Latin word, is taken for what is more usual: `Python 3`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

__all__ = ["has_right_to_left", "logical_text", "turned_brackets"]

_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}

# A run that reads from left to right among Arabic: from a Latin letter to the last Latin letter or
# European digit before the next Arabic one.
_LATIN_RUN = re.compile("L(?:[LEnc]*[LE])?")
# Digits with single separators between them.
_NUMBER = re.compile("E(?:[Ec]*E)?|A(?:[Ac]*A)?")
_ARABIC_RUN = re.compile("[RA](?:[RAEnc]*[RA])?")
_DOUBLE_SEPARATOR = re.compile("cc+")


def has_right_to_left(text: str) -> bool:
    """Tells whether a text has a letter that is written from right to left."""
    return any(_kind(character) == "R" for character in text)


def logical_text(signs: Sequence[str], *, right_to_left: bool) -> str:
    """Gives the text of a line.

    Args:
        signs: What stands on the line, from left to right; a ligature is one sign.
        right_to_left: Whether the line's paragraph begins at the right.
    """
    if right_to_left:
        return "".join(_from_right(signs))
    kinds = _kinds(signs)
    pieces: list[str] = []
    at = 0
    for run in _ARABIC_RUN.finditer(kinds):
        pieces += signs[at : run.start()]
        pieces += _from_right(signs[run.start() : run.end()])
        at = run.end()
    return "".join([*pieces, *signs[at:]])


def turned_brackets(signs: Sequence[str]) -> list[str]:
    """Turns brackets to the other side, but for those within what reads from left to right.

    Args:
        signs: What stands on a line, from left to right.
    """
    turned: list[str] = []
    for piece in _pieces(signs):
        turned += [piece[0].translate(_MIRRORED)] if len(piece) == 1 else piece
    return turned


def _from_right(signs: Sequence[str]) -> list[str]:
    """Reads from right to left, but Latin words and numbers from left to right."""
    return ["".join(piece) for piece in _pieces(signs)][::-1]


def _pieces(signs: Sequence[str]) -> Iterator[Sequence[str]]:
    """Gives what reads from left to right as one piece, and every other sign by itself."""
    kinds = _kinds(signs)
    at = 0
    while at < len(signs):
        if latin := _LATIN_RUN.match(kinds, at):
            piece = _with_pairs(signs, at, latin.end())
        else:
            number = _NUMBER.match(kinds, at)
            piece = signs[at : number.end() if number else at + 1]
        yield piece
        at += len(piece)


def _with_pairs(signs: Sequence[str], start: int, end: int) -> Sequence[str]:
    """Gives a Latin run with its brackets in pairs.

    The bracket behind it that closes one within it belongs to it. LibreOffice writes the brackets
    within Latin words in a paragraph from right to left as if they were Arabic: turned.
    """
    for stop in (end + 1, end):
        run = signs[start:stop]
        for each in (run, [sign.translate(_MIRRORED) for sign in run]):
            if _is_paired(each):
                return each
    return signs[start:end]


def _is_paired(signs: Sequence[str]) -> bool:
    """Tells whether there are brackets, and all in pairs, the last sign being one or a letter."""
    open_brackets: list[str] = []
    for sign in signs:
        if sign in _CLOSED_BY:
            open_brackets.append(_CLOSED_BY[sign])
        elif sign in _CLOSED_BY.values() and (not open_brackets or open_brackets.pop() != sign):
            return False
    return not open_brackets and (signs[-1].isalnum() or signs[-1] in _CLOSED_BY.values())


def _kinds(signs: Sequence[str]) -> str:
    """Gives a letter for each sign: L, R, E and A digits, c separators of digits, n others."""
    kinds = "".join(_kind(sign[0]) for sign in signs)
    return _DOUBLE_SEPARATOR.sub(lambda match: "n" * len(match[0]), kinds)


def _kind(character: str) -> str:
    direction = unicodedata.bidirectional(character)
    return {"L": "L", "R": "R", "AL": "R", "EN": "E", "AN": "A", "CS": "c"}.get(direction, "n")
