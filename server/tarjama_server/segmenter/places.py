"""What the punctuation around a gap between two words says about cutting there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

MAX_ENCLOSED_CHARACTERS: Final = 400
"""A quotation or bracket longer than this (some 60 words) protects nothing: its text is prose to
cut like any other, or its other half belongs to something else."""


class Mark(IntEnum):
    """What stands at the end of a word, by how well a sentence may be cut after it."""

    NONE = 0
    MEDIUM = 1
    """A semicolon, colon or comma."""
    STRONG = 2
    """A mark that ends sentences, or a line end."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, with the white space after it.

    Attributes:
        text: its characters without white space.
        start: offset of its first character.
        end: offset behind its last character that is not white space.
        line_end: whether the white space after it holds a line end.
    """

    text: str
    start: int
    end: int
    line_end: bool


_WORD = re.compile(r"(\S+)(\s*)")
_LINE_END = re.compile("[\n\r\u0085\u2028\u2029]")
_BEHIND_MARK = "\"'»”’)]}\u200b-\u200f\u061c"
_STRONG = re.compile(f"[.!?؟…۔][{re.escape(_BEHIND_MARK)}]*$")
_MEDIUM = re.compile(f"[;؛:,،][{re.escape(_BEHIND_MARK)}]*$")
# Letters with stops: د. (Dr), ج.م.ع (Arab Republic of Egypt), U.S.
_INITIALS = re.compile(r"\W*(?:[^\W\d_]\.)+[^\W\d_]?\W*")
# Possessive, as the parts overlap: a vast word of stops must not take quadratic time.
_NUMBER = re.compile(r"\W*+\d[\d.,/:٫٬-]*+\W*+")
_MONTHS = (
    "يناير|فبراير|مارس|أبريل|إبريل|مايو|يونيو|يونيه|يوليو|يوليه|أغسطس|اغسطس|سبتمبر|أكتوبر|اكتوبر|"
    "نوفمبر|ديسمبر|كانون|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين|محرم|صفر|ربيع|جمادى|رجب|"
    "شعبان|رمضان|شوال|ذو"
)
_SCALES_AND_UNITS = (
    "ألف|آلاف|مليون|ملايين|مليار|مليارات|تريليون|بالمئة|بالمائة|%|٪|دولار|دولارا|يورو|جنيه|ريال|"
    "درهم|دينار|كيلومتر|كيلومترا|متر|مترا|كم|سم|كغ|كجم|درجة|عاما|سنة|سنوات|شهرا|يوما|أيام|ساعة|ساعات|دقيقة"
)
_AFTER_NUMBER = re.compile(rf"(?:{_MONTHS}|{_SCALES_AND_UNITS})\W*")
# Months of two words.
_FIRST_OF_MONTH = re.compile("(?:كانون|تشرين|ربيع|جمادى)")
_SECOND_OF_MONTH = re.compile("(?:الأول|الثاني|الأولى|الثانية|الآخر|الآخرة)")
# What has its number behind it, the month of a date included.
_BEFORE_NUMBER = re.compile(rf"(?:{_MONTHS}|الأول|الثاني|عام|سنة|الساعة|رقم|صفحة|المادة|القرار)")
_BRACKETS = {"»": "«", "”": "“", ")": "(", "]": "[", "}": "{"}
_ENCLOSING = re.compile('["«»“”()\\[\\]{}]')


def split_words(text: str) -> list[Word]:
    """Return the words of `text`; white space before the first one belongs to no word."""
    return [
        Word(match[1], match.start(), match.end(1), _LINE_END.search(match[2]) is not None)
        for match in _WORD.finditer(text)
    ]


def mark_after(word: Word) -> Mark:
    """Return the best reason that punctuation gives to cut after `word`."""
    if word.line_end:
        return Mark.STRONG
    if _STRONG.search(word.text) and not _INITIALS.fullmatch(word.text):
        return Mark.STRONG
    return Mark.MEDIUM if _MEDIUM.search(word.text) else Mark.NONE


def protected_gaps(text: str, words: Sequence[Word]) -> list[bool]:
    """Say which gaps between `words` are inside something that reads as one.

    Returns:
        One value for each gap, so one fewer than `words`: whether the gap is inside a quotation
        or bracket of at most `MAX_ENCLOSED_CHARACTERS`, a number, a date or a row of initials.
    """
    protected = [_belong_together(left.text, right.text) for left, right in pairwise(words)]
    gap = 0
    for start, end in _enclosed(text):
        while gap < len(protected) and words[gap].end <= start:
            gap += 1
        inside = gap
        while inside < len(protected) and words[inside].end < end:
            protected[inside] = True
            inside += 1
    return protected


def _belong_together(left: str, right: str) -> bool:
    if _INITIALS.fullmatch(left):
        return True
    if _FIRST_OF_MONTH.fullmatch(left):
        return _SECOND_OF_MONTH.match(right) is not None
    if _NUMBER.fullmatch(left):
        return bool(_NUMBER.fullmatch(right) or _AFTER_NUMBER.fullmatch(right))
    return bool(_NUMBER.fullmatch(right) and _BEFORE_NUMBER.fullmatch(left))


def _enclosed(text: str) -> list[tuple[int, int]]:
    """Return the spans between quotes and brackets that match and are near, by their start."""
    spans: list[tuple[int, int]] = []
    opened: dict[str, list[int]] = {}
    for match in _ENCLOSING.finditer(text):
        mark, offset = match[0], match.start()
        # A straight quote closes the one before it, and opens where there is none.
        opener = _BRACKETS.get(mark, mark)
        pending = opened.setdefault(opener, [])
        if pending and (mark in _BRACKETS or mark == '"'):
            start = pending.pop()
            if offset - start <= MAX_ENCLOSED_CHARACTERS:
                spans.append((start, offset))
        elif mark not in _BRACKETS:
            pending.append(offset)
    return sorted(spans)
