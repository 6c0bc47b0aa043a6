"""Turns a paragraph's runs and inline codes into tagged text, and translations of that back.

In tagged text a code around text, such as bold, is `<g id="1">…</g>`, and a code that stands by
itself, such as an image, is `<x id="2"/>`. `&` and `<` are written `&amp;` and `&lt;`. A line break
within a paragraph is a line feed. A code's id is its number in the text, from 1.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeAlias, TypeVar

from tarjama.formats.tags import Group, Node, Point, escape, mend, parse, repair_tags

__all__ = ["Inline", "LineBreak", "Paired", "Run", "Standalone", "TaggedText", "group_runs"]

C = TypeVar("C")

# HTML's white space: a no-break space is a character like any other.
_SPACES = re.compile("[ \\t\\n\\f\\r]+")
_AROUND_BREAK = re.compile(" *\n *")


@dataclass(frozen=True, slots=True)
class Standalone(Generic[C]):
    """A code that stands by itself: an image, a tab, a reference to a footnote.

    Attributes:
        code: The format's own record of it.
    """

    code: C


@dataclass(frozen=True, slots=True)
class LineBreak(Generic[C]):
    """A code that ends a line within a paragraph.

    Attributes:
        code: The format's own record of it.
    """

    code: C


@dataclass(frozen=True, slots=True)
class Paired(Generic[C]):
    """A code around a part of the paragraph: bold, a link.

    Attributes:
        code: The format's own record of it.
        content: What it is around.
    """

    code: C
    content: tuple["Inline[C]", ...]


Inline: TypeAlias = str | Standalone[C] | LineBreak[C] | Paired[C]
"""A piece of a paragraph. A line feed in a string is a line end in its own right, not a code."""


@dataclass(frozen=True, slots=True)
class Run(Generic[C]):
    """A piece of a paragraph in a format that gives every piece a formatting.

    Attributes:
        formatting: How the piece looks. Compared and hashed.
        item: The piece.
    """

    formatting: C
    item: Inline[C]


def group_runs(runs: Sequence[Run[C]], *, base: C | None = None) -> tuple[C, tuple[Inline[C], ...]]:
    """Groups runs so that few tags are needed.

    Adjacent runs of equal formatting become one. White space between them takes the formatting of
    what is before it. The formatting that most of the text has gets no code.

    Args:
        runs: The runs of a paragraph, at least one.
        base: The formatting that gets no code; None for that of most of the text.

    Returns:
        That formatting, and the content with a `Paired` around runs of any other formatting,
        whose code is the formatting.
    """
    runs = list(_spread(runs))
    if base is None:
        base = _prevalent(runs)
    content: list[Inline[C]] = []
    for formatting, group in groupby(runs, key=lambda run: run.formatting):
        items = tuple(_joined(run.item for run in group))
        content.extend(items if formatting == base else [Paired(formatting, items)])
    return base, tuple(content)


def _spread(runs: Iterable[Run[C]]) -> Iterator[Run[C]]:
    """Lets white space look like what is before it."""
    before: Run[C] | None = None
    for run in runs:
        if before is not None and isinstance(run.item, str) and not run.item.strip():
            run = Run(before.formatting, run.item)
        before = run
        yield run


def _prevalent(runs: Sequence[Run[C]]) -> C:
    lengths = {run.formatting: 0 for run in runs}
    for run in runs:
        lengths[run.formatting] += _word_length(run.item)
    return max(lengths, key=lambda formatting: lengths[formatting])


def _joined(items: Iterable[Inline[C]]) -> Iterator[Inline[C]]:
    for is_text, group in groupby(items, key=lambda item: isinstance(item, str)):
        if is_text:
            text = "".join(item for item in group if isinstance(item, str))
            yield from [text] if text else []
        else:
            yield from group


def _word_length(item: Inline[C]) -> int:
    """Counts the characters in a piece that are not white space."""
    if isinstance(item, str):
        return len("".join(item.split()))
    return sum(map(_word_length, item.content)) if isinstance(item, Paired) else 0


def _text_length(item: Inline[C]) -> int:
    if isinstance(item, str):
        return len(item)
    if isinstance(item, Paired):
        return sum(map(_text_length, item.content))
    return int(isinstance(item, LineBreak))


@dataclass(frozen=True, slots=True)
class _Layer(Generic[C]):
    """What is around the text and needs no tag: codes and white space before and after it.

    `wrapper` is the code around all that is further inside, if there is one.
    """

    before: tuple[Inline[C], ...]
    wrapper: tuple[C, ...]
    after: tuple[Inline[C], ...]


class TaggedText(Generic[C]):
    """The content of a paragraph as tagged text, and the way back.

    Codes and white space at the ends of the paragraph, and codes around all of it, are no part of
    the text. A code around exactly what another is around shares its tag, and so do codes that
    stand side by side: the fewer tags, the better the translation.

    Attributes:
        text: The tagged text, without white space at its ends. Empty if there are no words.
    """

    def __init__(self, content: Sequence[Inline[C]], *, collapse_spaces: bool = False) -> None:
        """Encodes the content of a paragraph.

        Args:
            content: The pieces, in order.
            collapse_spaces: Whether a run of white space, line ends too, means one space, as it
                does in HTML.
        """
        self._collapse_spaces = collapse_spaces
        self._pairs: dict[int, tuple[C, ...]] = {}
        self._points: dict[int, tuple[Inline[C], ...]] = {}
        self._breaks: list[LineBreak[C] | None] = []
        self._layers: list[_Layer[C]] = []
        text = self._encode(self._peel(_normal(content)))
        self.text = _AROUND_BREAK.sub("\n", text) if collapse_spaces else text

    def restore(self, translation: str) -> tuple[Inline[C], ...]:
        """Turns a translation of `text` back into content, with every code exactly once.

        A line break comes back in the order of the breaks; those that the translation lacks come
        at its end, and one too many is a space. Wrong tags are mended as `repair_tags` does.

        Args:
            translation: Tagged text with the tags of `text`.
        """
        breaks = iter(self._breaks)
        nodes, _ = mend(translation, parse(self.text))
        content = self._decode(nodes, breaks) + tuple(left for left in breaks if left is not None)
        for layer in reversed(self._layers):
            for code in reversed(layer.wrapper):
                content = (Paired(code, content),)
            content = layer.before + content + layer.after
        return _normal(content)

    def read(self, translation: Sequence[Inline[C]], key: Callable[[C], Hashable]) -> str:
        """Turns a translation that the file holds already into tagged text.

        Args:
            translation: The pieces, in order.
            key: What is equal for a code of the source and the same code in the translation.

        Returns:
            Tagged text with every tag of `text` once, mended where the file lacks one. Codes that
            have no tag in `text` are left out.
        """
        tags: dict[Hashable, str] = {}
        for number, items in self._points.items():
            first = items[0]
            assert isinstance(first, Standalone | Paired)
            tags[key(first.code)] = f'<x id="{number}"/>'
        tags.update((key(codes[0]), f'<g id="{number}">') for number, codes in self._pairs.items())
        return repair_tags(self.text, _read(translation, key, tags).strip())

    def _peel(self, content: tuple[Inline[C], ...]) -> tuple[Inline[C], ...]:
        """Takes off what is around the words, in as many layers as there are."""
        while True:
            before, content = _split_edge(content)
            after, content = _split_edge(content, at_end=True)
            if len(content) != 1 or not isinstance(content[0], Paired):
                self._layers.append(_Layer(before, (), after))
                return content
            self._layers.append(_Layer(before, (content[0].code,), after))
            content = content[0].content

    def _encode(self, content: Sequence[Inline[C]]) -> str:
        return "".join(
            self._encode_point(tuple(group)) if is_point else "".join(map(self._encode_item, group))
            for is_point, group in groupby(content, key=_is_point)
        )

    def _encode_point(self, items: tuple[Inline[C], ...]) -> str:
        number = self._next_id()
        self._points[number] = items
        return f'<x id="{number}"/>'

    def _encode_item(self, item: Inline[C]) -> str:
        if isinstance(item, str):
            text = _SPACES.sub(" ", item) if self._collapse_spaces else item
            self._breaks.extend([None] * text.count("\n"))
            return escape(text)
        if isinstance(item, LineBreak):
            self._breaks.append(item)
            return "\n"
        assert isinstance(item, Paired)
        codes = [item.code]
        content = item.content
        while len(content) == 1 and isinstance(content[0], Paired):
            codes.append(content[0].code)
            content = content[0].content
        number = self._next_id()
        self._pairs[number] = tuple(codes)
        return f'<g id="{number}">{self._encode(content)}</g>'

    def _next_id(self) -> int:
        return len(self._pairs) + len(self._points) + 1

    def _decode(
        self, nodes: Iterable[Node], breaks: Iterator[LineBreak[C] | None]
    ) -> tuple[Inline[C], ...]:
        content: list[Inline[C]] = []
        for node in nodes:
            if isinstance(node, Point):
                content.extend(self._points[node.id])
            elif isinstance(node, Group):
                inner = self._decode(node.content, breaks)
                for code in reversed(self._pairs[node.id]):
                    inner = (Paired(code, inner),)
                content.extend(inner)
            else:
                content.extend(_with_breaks(node, breaks))
        return tuple(content)


def _read(
    content: Sequence[Inline[C]], key: Callable[[C], Hashable], tags: Mapping[Hashable, str]
) -> str:
    pieces: list[str] = []
    for item in content:
        if isinstance(item, str):
            pieces.append(escape(item))
        elif isinstance(item, LineBreak):
            pieces.append("\n")
        else:
            tag = tags.get(key(item.code), "")
            inner = _read(item.content, key, tags) if isinstance(item, Paired) else ""
            pieces.append(tag + inner + ("</g>" if tag.startswith("<g") else ""))
    return "".join(pieces)


def _with_breaks(text: str, breaks: Iterator[LineBreak[C] | None]) -> Iterator[Inline[C]]:
    for number, line in enumerate(text.split("\n")):
        if number:
            known = next(breaks, " ")
            yield "\n" if known is None else known
        if line:
            yield line


def _normal(content: Iterable[Inline[C]]) -> tuple[Inline[C], ...]:
    """Joins text that stands beside text, at every depth."""
    return tuple(
        Paired(item.code, _normal(item.content)) if isinstance(item, Paired) else item
        for item in _joined(content)
    )


def _is_point(item: Inline[C]) -> bool:
    """Whether a piece is a code without any text that a translation could be put into."""
    return isinstance(item, Standalone) or (isinstance(item, Paired) and not _text_length(item))


def _split_edge(
    content: tuple[Inline[C], ...], *, at_end: bool = False
) -> tuple[tuple[Inline[C], ...], tuple[Inline[C], ...]]:
    """Parts what has no words at one end of a content from the rest. Gives the end first."""
    items = list(reversed(content)) if at_end else list(content)
    count = 0
    while count < len(items) and not _word_length(items[count]):
        count += 1
    edge, rest = items[:count], items[count:]
    if rest and isinstance(rest[0], str):
        text = rest[0].rstrip() if at_end else rest[0].lstrip()
        space = rest[0][len(text) :] if at_end else rest[0][: len(rest[0]) - len(text)]
        rest[0] = text
        edge.extend([space] if space else [])
    if at_end:
        return tuple(reversed(edge)), tuple(reversed(rest))
    return tuple(edge), tuple(rest)
