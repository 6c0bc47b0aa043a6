"""Reads tagged text, tells what is wrong with the tags of a translation, and mends them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["escape", "plain_text", "repair_tags", "tag_problem", "unescape"]

_TAG = re.compile(
    r"""<(?P<name>[gx])\s+id\s*=\s*["'](?P<id>[0-9]{1,9})["']\s*(?P<empty>/?)>|</(?P<closed>[gx])\s*>"""
)
_ENTITY = re.compile("&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


@dataclass(frozen=True, slots=True)
class Point:
    """A code that stands by itself: `<x id="2"/>`."""

    id: int


@dataclass(frozen=True, slots=True)
class Group:
    """A code around text: `<g id="1">…</g>`."""

    id: int
    content: tuple["Node", ...]


Node: TypeAlias = str | Point | Group


def escape(text: str) -> str:
    """Writes plain text as tagged text."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def unescape(tagged: str) -> str:
    """Reads the text between tags. What only looks like a reference stays as it is."""
    return _ENTITY.sub(_character, tagged)


def plain_text(tagged: str) -> str:
    """Gives the text of tagged text, without any tag."""
    return unescape(_TAG.sub("", tagged))


def _character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return _CHARACTERS[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    # Surrogates and numbers past Unicode are no characters.
    if 0xD800 <= number <= 0xDFFF or not 0 < number <= 0x10FFFF:
        return match[0]
    return chr(number)


def tag_problem(source: str, translation: str) -> str | None:
    """Tells what is wrong with the tags of a translation.

    Args:
        source: The tagged text that was translated.
        translation: Its translation, as tagged text.

    Returns:
        None if every tag of the source is there once and all are well nested; else what is not,
        such as `tag 2 is missing`, without any text.
    """
    _, problems = mend(translation, parse(source))
    return "; ".join(problems) or None


def repair_tags(source: str, translation: str) -> str:
    """Makes the tags of a translation right, moving no text.

    A tag that is not in the source, or comes a second time, is dropped and its content stays; one
    that is not closed reaches to the end of what it is in; those that are missing come
    at the end, in the order of the source, around nothing.

    Args:
        source: The tagged text that was translated.
        translation: Its translation, as tagged text.

    Returns:
        The translation with every tag of the source once, well nested.
    """
    nodes, _ = mend(translation, parse(source))
    return write(nodes)


def parse(tagged: str) -> tuple[Node, ...]:
    """Reads tagged text whose tags are right."""
    return _Reader(None).read(tagged)


def mend(translation: str, source: Sequence[Node]) -> tuple[tuple[Node, ...], list[str]]:
    """Reads a translation as `repair_tags` makes it, and tells what was wrong."""
    reader = _Reader({node.id: isinstance(node, Group) for node in _tags(source)})
    return reader.read(translation), reader.problems


def write(nodes: Iterable[Node]) -> str:
    """Writes tagged text."""
    return "".join(map(_written, nodes))


def _written(node: Node) -> str:
    if isinstance(node, str):
        return escape(node)
    if isinstance(node, Point):
        return f'<x id="{node.id}"/>'
    return f'<g id="{node.id}">{write(node.content)}</g>'


def _tags(nodes: Iterable[Node]) -> Iterator[Point | Group]:
    for node in nodes:
        if not isinstance(node, str):
            yield node
        if isinstance(node, Group):
            yield from _tags(node.content)


@dataclass(slots=True)
class _Open:
    """A tag that is not closed yet. `id` is None for one that is to be dropped."""

    id: int | None
    content: list[Node] = field(default_factory=list)


class _Reader:
    """Reads tagged text into a tree that has each expected tag once.

    Attributes:
        problems: What was wrong, once read.
    """

    def __init__(self, expected: dict[int, bool] | None) -> None:
        """Begins a text.

        Args:
            expected: Whether a tag is a group, by its id; None to expect just what is there.
        """
        self._expected = expected
        self._seen: set[int] = set()
        self._open = [_Open(None)]
        self.problems: list[str] = []

    def read(self, tagged: str) -> tuple[Node, ...]:
        at = 0
        for match in _TAG.finditer(tagged):
            self._add_text(tagged[at : match.start()])
            at = match.end()
            if match["closed"]:
                self._close(match["closed"])
            else:
                self._tag(int(match["id"]), match["name"] == "g", bool(match["empty"]))
        self._add_text(tagged[at:])
        while len(self._open) > 1:
            if self._open[-1].id is not None:
                self.problems.append(f"tag {self._open[-1].id} is not closed")
            self._fold()
        self._add_missing()
        return tuple(self._open[0].content)

    def _add_text(self, text: str) -> None:
        if text:
            _append(self._open[-1].content, [unescape(text)])

    def _tag(self, number: int, is_group: bool, is_empty: bool) -> None:
        known: int | None = number
        if number in self._seen:
            self.problems.append(f"tag {number} is doubled")
            known = None
        elif self._expected is not None and number not in self._expected:
            self.problems.append(f"tag {number} is not in the source")
            known = None
        elif self._expected is not None and self._expected[number] != is_group:
            self.problems.append(f"tag {number} is of the wrong kind")
        if known is not None:
            self._seen.add(known)
        opens = is_group and not is_empty
        if known is not None and not self._is_group(known, is_group):
            self._open[-1].content.append(Point(known))
            known = None
        elif known is not None and not opens:
            self._open[-1].content.append(Group(known, ()))
        if opens:
            self._open.append(_Open(known))

    def _is_group(self, number: int, by_name: bool) -> bool:
        return by_name if self._expected is None else self._expected[number]

    def _close(self, name: str) -> None:
        if name == "x" or len(self._open) == 1:
            self.problems.append(f"a closing </{name}> closes nothing")
        else:
            self._fold()

    def _fold(self) -> None:
        done = self._open.pop()
        if done.id is None:
            _append(self._open[-1].content, done.content)
        else:
            self._open[-1].content.append(Group(done.id, tuple(done.content)))

    def _add_missing(self) -> None:
        for number, is_group in (self._expected or {}).items():
            if number not in self._seen:
                self.problems.append(f"tag {number} is missing")
                self._open[0].content.append(Group(number, ()) if is_group else Point(number))


def _append(content: list[Node], nodes: Iterable[Node]) -> None:
    """Appends nodes, so that text beside text is one node."""
    for node in nodes:
        if isinstance(node, str) and content and isinstance(content[-1], str):
            content[-1] += node
        else:
            content.append(node)
