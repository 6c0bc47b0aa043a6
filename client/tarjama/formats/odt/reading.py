"""Reads a paragraph as inline content."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tarjama.formats.inline import Inline, LineBreak, Paired, Run, Standalone, group_runs
from tarjama.formats.odt.names import LOEXT, OFFICE, TEXT
from tarjama.formats.odt.styles import PLAIN, Formatting, Styles
from tarjama.formats.ooxml.places import Element

__all__ = ["CONTAINERS", "Bracket", "Code", "is_invisible", "read_paragraph"]

CONTAINERS = frozenset({f"{TEXT}a", f"{TEXT}meta", f"{TEXT}meta-field", f"{LOEXT}content-control"})
"""What stands around text and is kept around its translation."""

_MAX_SPACES = 100
"""More spaces in one `text:s` stay as they are, and are no text."""

_MAX_NESTED_RANGES = 32
"""Ranges further in are moved to the ends of the paragraph, as those that overlap are."""

_WHITE_SPACE = re.compile("[ \t\r\n]+")
_INVISIBLE = frozenset(
    {f"{OFFICE}annotation", f"{OFFICE}annotation-end", f"{TEXT}soft-page-break", f"{TEXT}change"}
)
_MARK = re.compile(r"\{[^}]*\}(?:bookmark|reference-mark|change|[a-z-]+-mark)(?:-start|-end)?\Z")
_NAMES = (f"{TEXT}name", f"{TEXT}id", f"{TEXT}change-id", f"{OFFICE}name")


@dataclass(frozen=True, slots=True)
class Bracket:
    """Two elements at either end: a bookmark's, a comment's."""

    before: Element
    after: Element


Code: TypeAlias = Formatting | Element | Bracket
_Found: TypeAlias = Run[Code]


def read_paragraph(paragraph: Element, styles: Styles) -> tuple[Formatting, Sequence[Inline[Code]]]:
    """Reads what is in a paragraph.

    Returns:
        The formatting that most of the text has, and the content, without codes for it.
    """
    return _Reader(styles).content(paragraph, PLAIN)


def is_invisible(element: Element) -> bool:
    """Tells whether an element takes no room in its line, so that spaces on both sides are one."""
    return (
        not isinstance(element.tag, str)
        or element.tag in _INVISIBLE
        or _MARK.match(element.tag) is not None
    )


class _Reader:
    """Reads one paragraph, and knows whether a space at this place counts."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._after_space = True

    def content(
        self, parent: Element, formatting: Formatting
    ) -> tuple[Formatting, Sequence[Inline[Code]]]:
        return _grouped(_with_ranges(list(self._runs(parent, formatting))), formatting)

    def _runs(self, parent: Element, formatting: Formatting) -> Iterator[_Found]:
        yield from self._text(parent.text, formatting)
        for child in parent:
            if child.tag == f"{TEXT}span":
                yield from self._runs(child, self._styles.within(formatting, child))
            elif child.tag in CONTAINERS:
                base, content = self.content(child, formatting)
                yield Run(base, Paired(child, tuple(content)))
            else:
                yield Run(formatting, self._item(child))
            yield from self._text(child.tail, formatting)

    def _text(self, text: str | None, formatting: Formatting) -> Iterator[_Found]:
        """Makes one space of white space, and none after a space, as the format says."""
        text = _WHITE_SPACE.sub(" ", text or "")
        if self._after_space:
            text = text.removeprefix(" ")
        if text:
            self._after_space = text.endswith(" ")
            yield Run(formatting, text)

    def _item(self, element: Element) -> Inline[Code]:
        self._after_space &= is_invisible(element)
        if element.tag == f"{TEXT}line-break":
            return LineBreak(element)
        if element.tag == f"{TEXT}s":
            count = element.get(f"{TEXT}c", "1")
            if count.isdecimal() and len(count) < 4 and int(count) <= _MAX_SPACES:
                return " " * int(count)
        return Standalone(element)


def _grouped(
    runs: Sequence[_Found], otherwise: Formatting
) -> tuple[Formatting, Sequence[Inline[Code]]]:
    if not runs:
        return otherwise, ()
    base, content = group_runs(runs)
    assert isinstance(base, Formatting)
    return base, content


def _with_ranges(runs: Sequence[_Found]) -> list[_Found]:
    """Puts what is between the ends of a range into one code."""
    ends, first, last = _ranges(runs)
    moved = {*first, *last}

    def read(start: int, stop: int) -> Iterator[_Found]:
        at = start
        while at < stop:
            end = ends.get(at)
            if end is not None:
                inner = list(read(at + 1, end))
                base, content = _grouped(inner, _formatting(runs[at]))
                bracket = Bracket(_element(runs[at]), _element(runs[end]))
                yield Run(base, Paired(bracket, tuple(content)))
                at = end
            elif at not in moved:
                yield runs[at]
            at += 1

    return [*(runs[at] for at in first), *read(0, len(runs)), *(runs[at] for at in last)]


def _ranges(runs: Sequence[_Found]) -> tuple[dict[int, int], list[int], list[int]]:
    """Finds ranges: where those end that cut no other one, and where the others begin and end."""
    ends: dict[int, int] = {}
    crossing: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    begun: dict[str, int] = {}
    for at, run in enumerate(runs):
        start, end = _range_keys(run)
        if start:
            begun[start] = at
            if len(stack) < _MAX_NESTED_RANGES:
                stack.append((start, at))
        elif end in begun:
            if stack and stack[-1][0] == end:
                ends[stack.pop()[1]] = at
            else:
                crossing.append((begun[end], at))
                stack = [one for one in stack if one[0] != end]
            del begun[end]
    return ends, [start for start, _ in crossing], [end for _, end in crossing]


def _range_keys(run: _Found) -> tuple[str, str]:
    """Names the range that a run begins, and the one that it ends; empty for neither."""
    item = run.item
    if not isinstance(item, Standalone) or not isinstance(_element(run).tag, str):
        return "", ""
    element = _element(run)
    tag = str(element.tag)
    name = next((element.get(one, "") for one in _NAMES if one in element.attrib), "")
    if not name:
        return "", ""
    if tag == f"{OFFICE}annotation" or tag.endswith("-start"):
        return f"{tag.removesuffix('-start')} {name}", ""
    if tag.endswith("-end"):
        return "", f"{tag.removesuffix('-end')} {name}"
    return "", ""


def _element(run: _Found) -> Element:
    assert isinstance(run.item, Standalone)
    code = run.item.code
    assert not isinstance(code, Formatting | Bracket)
    return code


def _formatting(run: _Found) -> Formatting:
    assert isinstance(run.formatting, Formatting)
    return run.formatting
