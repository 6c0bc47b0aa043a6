"""Cuts paragraphs into stretches that can be translated, none of which breaks a field.

A field is written as a series of marks between runs: begin, its instruction, separate, its result,
end. Some begin in one paragraph and end in another one, as tables of contents do. The marks of
those stay where they are, and what stands between them is translated by itself.

So is what stands between tabs and between breaks of pages: a heading and its page in a table of
contents, a label and its value. No translation moves words across a tab.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from tarjama.formats.errors import BadFile
from tarjama.formats.ooxml.names import W
from tarjama.formats.ooxml.places import Element

__all__ = [
    "CONTAINERS",
    "NOISE",
    "PROPERTIES",
    "TRANSPARENT",
    "Field",
    "Stretch",
    "body_of",
    "check_nesting",
    "fields_in",
    "items_of",
    "stretches",
]

MAX_NESTED_FIELDS = 32
"""Word itself allows 20."""

MAX_NESTED_CONTAINERS = 64
"""Python's stack allows about twice as many. A reviewed template with forms nests ten."""

CONTAINERS = frozenset(
    W + name for name in ("customXml", "fldSimple", "hyperlink", "ins", "moveTo", "sdt")
)
"""What stands around runs and is kept around their translation."""

TRANSPARENT = frozenset(W + name for name in ("bdo", "dir", "smartTag"))
"""What stands around runs and is left out once they are translated: marks of direction, which
English needs no more, and smart tags, which Word passes over since 2010."""

PROPERTIES = frozenset(
    W + name for name in ("customXmlPr", "fldData", "pPr", "rPr", "rubyPr", "smartTagPr")
)
_TABS = frozenset({f"{W}tab", f"{W}ptab"})
_PAGE_BREAKS = frozenset({"page", "column"})
NOISE = frozenset({f"{W}proofErr", f"{W}lastRenderedPageBreak"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field whose marks all stand in one stretch, by their numbers in it.

    Attributes:
        separator: Where the result begins after, or None for a field without result.
        end: Where the field ends.
    """

    separator: int | None
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a paragraph.

    Attributes:
        parent: The paragraph, or a container in it.
        items: What is in the runs, each thing by itself, and what stands beside runs.
    """

    parent: Element
    items: tuple[Element, ...]


def stretches(parent: Element) -> Iterator[Stretch]:
    """Cuts a paragraph, or what else holds runs.

    Raises:
        BadFile: fields are nested more than `MAX_NESTED_FIELDS` deep.
    """
    items = items_of(parent)
    loose = _loose(items)
    current: list[Element] = []
    for at, item in enumerate(items):
        if at not in loose:
            current.append(item)
            continue
        if current:
            yield Stretch(parent, tuple(current))
            current = []
        if item.tag in CONTAINERS:
            yield from stretches(body_of(item))
    if current:
        yield Stretch(parent, tuple(current))


def check_nesting(root: Element) -> None:
    """Refuses a part whose runs are too deep in containers.

    Raises:
        BadFile: containers are nested more than `MAX_NESTED_CONTAINERS` deep.
    """
    kinds = (*CONTAINERS, *TRANSPARENT)
    for element in root.iter(*kinds):
        if sum(1 for _ in element.iterancestors(*kinds)) >= MAX_NESTED_CONTAINERS:
            raise BadFile(
                "The file has links, controls or tracked changes nested more than "
                f"{MAX_NESTED_CONTAINERS} deep. Accept the changes in Word and save it."
            )


def body_of(container: Element) -> Element:
    """Gives the element in which a container's runs stand."""
    content = container.find(f"{W}sdtContent")
    return container if content is None else content


def items_of(parent: Element) -> list[Element]:
    """Lists what is in the runs of an element, and what stands beside runs."""
    items: list[Element] = []
    for child in parent:
        if child.tag in PROPERTIES or not isinstance(child.tag, str):
            continue
        if child.tag in TRANSPARENT:
            items += items_of(child)
        elif child.tag == f"{W}r":
            items += [one for one in child if one.tag not in PROPERTIES]
        else:
            items.append(child)
    return [item for item in items if item.tag not in NOISE]


@dataclass(slots=True)
class _Open:
    """A field that has not ended yet."""

    begin: int
    separator: int | None = field(default=None)


def fields_in(items: Sequence[Element], barriers: Set[int] = frozenset()) -> dict[int, Field]:
    """Finds the fields whose marks are all among the items, by the number of their beginning.

    Args:
        items: What is in the runs.
        barriers: Those of the items that no field may reach across.

    Raises:
        BadFile: fields are nested more than `MAX_NESTED_FIELDS` deep.
    """
    found: dict[int, Field] = {}
    open_fields: list[_Open] = []
    for at, item in enumerate(items):
        if at in barriers:
            open_fields.clear()
        if item.tag != f"{W}fldChar":
            continue
        kind = item.get(f"{W}fldCharType")
        if kind == "begin":
            open_fields.append(_Open(at))
            _check_depth(len(open_fields))
        elif kind == "separate" and open_fields:
            open_fields[-1].separator = at
        elif kind == "end" and open_fields:
            done = open_fields.pop()
            found[done.begin] = Field(done.separator, at)
    return found


def _check_depth(depth: int) -> None:
    if depth > MAX_NESTED_FIELDS:
        raise BadFile(
            f"The file has fields nested more than {MAX_NESTED_FIELDS} deep. "
            "Replace them by their text in Word (Ctrl+Shift+F9) and save it."
        )


def _loose(items: Sequence[Element]) -> set[int]:
    """Finds what parts stretches: marks of fields that reach further, tabs, breaks of pages.

    A container that holds such is among it.
    """
    barriers = {
        at
        for at, item in enumerate(items)
        if _parts(item) or (item.tag in CONTAINERS and _is_parted(item))
    }
    whole: set[int] = set()
    for begin, one in fields_in(items, barriers).items():
        whole |= {begin, one.end}
        if one.separator is not None:
            whole.add(one.separator)
    marks = {at for at, item in enumerate(items) if item.tag == f"{W}fldChar"}
    return barriers | (marks - whole)


def _parts(item: Element) -> bool:
    """Tells whether an item is a tab or breaks the page."""
    return item.tag in _TABS or (item.tag == f"{W}br" and item.get(f"{W}type") in _PAGE_BREAKS)


def _is_parted(container: Element) -> bool:
    # Most containers have nothing of it, and to look for it takes least.
    if next(container.iter(f"{W}fldChar", f"{W}br", *_TABS), None) is None:
        return False
    return bool(_loose(items_of(body_of(container))))
