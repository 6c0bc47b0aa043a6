"""Finds what is marked at either end in a stretch: fields, bookmarks, ranges of comments."""

from collections.abc import Sequence
from dataclasses import dataclass

from tarjama.formats.docx.stretches import Field, fields_in
from tarjama.formats.ooxml.names import W
from tarjama.formats.ooxml.places import Element

__all__ = ["Ranges"]

_STARTS = {
    f"{W}{name}Start": f"{W}{name}End"
    for name in ("bookmark", "commentRange", "moveFromRange", "moveToRange", "perm")
}
_ENDS = frozenset(_STARTS.values())

MAX_NESTED_RANGES = 32
"""Ranges further in are moved to the ends of the stretch, as those that overlap are."""

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Open:
    """What has begun: a range, or a field where there is no key."""

    begin: int
    key: _Key | None


class Ranges:
    """What reaches from one item of a stretch to another one, by the items' numbers.

    Attributes:
        fields: Fields by where they begin.
        ends: Where a range ends by where it begins, for those that neither cut another range or
            field nor are cut.
        first: Where ranges begin that do, or are. They go before all else in the stretch, so that
            no translation puts an end before its beginning.
        last: Where they end. They go after all else.
    """

    def __init__(self, items: Sequence[Element]) -> None:
        """Looks for ranges.

        Raises:
            BadFile: fields are nested too deep.
        """
        self.fields = fields_in(items)
        self._items = items
        self._field_ends = {one.end for one in self.fields.values()}
        # What is not read, with the outermost field that it belongs to.
        self._opaque: dict[int, int] = {}
        for begin, one in sorted(self.fields.items()):
            for at in range(begin + 1, _result(one)):
                self._opaque.setdefault(at, begin)
        self.ends = self._paired()
        self.first, self.last = self._crossing()
        self.moved = frozenset((*self.first, *self.last))

    def _paired(self) -> dict[int, int]:
        ends: dict[int, int] = {}
        stack: list[_Open] = []
        for at, item in enumerate(self._items):
            if at in self._opaque:
                continue
            if at in self.fields and self.fields[at].separator is not None:
                stack.append(_Open(at, None))
            elif item.tag in _STARTS and len(stack) < MAX_NESTED_RANGES:
                stack.append(_Open(at, _key(item, _STARTS[str(item.tag)])))
            elif at in self._field_ends:
                while stack and stack.pop().key is not None:
                    pass
            elif item.tag in _ENDS:
                # What is above it in the stack has no end before this one: they overlap.
                if stack and stack[-1].key == _key(item, str(item.tag)):
                    ends[stack.pop().begin] = at
                else:
                    self._drop(stack, _key(item, str(item.tag)))
        return ends

    @staticmethod
    def _drop(stack: list[_Open], key: _Key) -> None:
        for at, one in enumerate(stack):
            if one.key == key:
                del stack[at]
                return

    def _crossing(self) -> tuple[list[int], list[int]]:
        """Finds the ranges that begin and end here, but neither are paired nor in one piece."""
        paired = {*self.ends, *self.ends.values()}
        begun: dict[_Key, int] = {}
        first: list[int] = []
        last: list[int] = []
        for at, item in enumerate(self._items):
            if at in paired:
                continue
            if item.tag in _STARTS:
                begun[_key(item, _STARTS[str(item.tag)])] = at
            elif item.tag in _ENDS and _key(item, str(item.tag)) in begun:
                start = begun.pop(_key(item, str(item.tag)))
                if start not in self._opaque or self._opaque[start] != self._opaque.get(at):
                    first.append(start)
                    last.append(at)
        return first, last


def _result(one: Field) -> int:
    """Gives the first item of a field that is read: of its result, else its end."""
    return one.end if one.separator is None else one.separator + 1


def _key(item: Element, end_tag: str) -> _Key:
    return end_tag, item.get(f"{W}id", "")
