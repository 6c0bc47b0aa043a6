"""Puts translations into an XLIFF document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from tarjama.formats.script import has_arabic
from tarjama.formats.xliff.dialects import Dialect
from tarjama.formats.xliff.located import Edits, Element, LocatedXml, with_attributes
from tarjama.formats.xliff.segments import Segment, segment_marks

__all__ = ["TargetWriter"]

_SPACE = "http://www.w3.org/XML/1998/namespace space"
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_END_OF_TAG = re.compile(r"\s*/?>\Z")


@dataclass(slots=True)
class TargetWriter:
    """Collects what changes in a document.

    Attributes:
        document: The document.
        dialect: How it marks a machine's translation.
    """

    document: LocatedXml
    dialect: Dialect
    _edits: Edits = field(default_factory=dict)
    _attributes: dict[Element, dict[str, str | None]] = field(default_factory=dict)

    def add(self, segments: list[Segment], contents: Mapping[Segment, str]) -> None:
        """Puts translations into the targets of a file.

        Args:
            segments: Those of the file, in order, also those that stay as they are.
            contents: What the targets of some of them are to hold, as XML.
        """
        for _, group in groupby(segments, key=lambda segment: segment.place.holder):
            together = list(group)
            changed = [segment for segment in together if segment in contents]
            if changed and together[0].is_marked:
                self._add_marked(together, changed, contents)
            elif changed:
                self._add_plain(changed[0], contents[changed[0]])

    def set(self, element: Element, name: str, value: str) -> None:
        """Sets an attribute, named as it is written."""
        self._attributes.setdefault(element, {})[name] = value

    def result(self) -> str:
        """Gives the whole document, changed."""
        for element, values in self._attributes.items():
            tag = with_attributes(self.document.start_tag(element), values)
            self._edits[element.start, element.inner_start] = tag
        return self.document.raw(0, len(self.document.data), self._edits)

    def _add_plain(self, segment: Segment, content: str) -> None:
        marks = self._mark(segment)
        self._write_target(segment, segment.place.target, content, marks)

    def _add_marked(
        self, segments: list[Segment], changed: list[Segment], contents: Mapping[Segment, str]
    ) -> None:
        target = segments[0].place.target
        marks: dict[str, str | None] = {}
        for segment in changed:
            marks |= self._mark(segment)
        held = [] if target is None else list(segment_marks(target))
        if target is None or _lacks_some(held, segments):
            content = self._segmented(segments, contents)
            self._write_target(segments[0], target, content, marks)
            return
        for segment in changed:
            mark = segment.target
            if mark is None:
                # Whoever put segments into the target that the source has not knows their order.
                place = (target.inner_end, target.inner_end)
                written = self._filled(segment.source, contents[segment])
                self._edits[place] = self._edits.get(place, "") + written
            else:
                self._edits[mark.start, mark.end] = self._filled(mark, contents[segment])
        if marks:
            self._attributes.setdefault(target, {}).update(marks)

    def _mark(self, segment: Segment) -> dict[str, str | None]:
        """Marks a segment's translation, and gives what is to be marked in the target itself."""
        marks = self.dialect.marks(segment.place)
        if marks.element is not None:
            self._attributes.setdefault(marks.element, {}).update(marks.attributes)
        return dict(marks.target)

    def _segmented(self, segments: list[Segment], contents: Mapping[Segment, str]) -> str:
        """A target's content after that of `seg-source`. What is left to translate is empty."""
        container = segments[0].container
        edits: Edits = {}
        for segment in segments:
            mark, held = segment.source, segment.target
            if segment in contents:
                edits[mark.start, mark.end] = self._filled(mark, contents[segment])
            elif held is not None and held is not segment.place.target:
                edits[mark.start, mark.end] = self.document.raw(held.start, held.end)
            elif has_arabic(mark.text):
                edits[mark.start, mark.end] = self._filled(mark, "")
        return self.document.raw(container.inner_start, container.inner_end, edits)

    def _write_target(
        self, segment: Segment, target: Element | None, content: str, marks: dict[str, str | None]
    ) -> None:
        if target is not None:
            tag = with_attributes(self.document.start_tag(target), marks)
            self._edits[target.start, target.end] = _around(tag, content)
            return
        # Behind the source, named and indented as it is.
        source = segment.container
        name = _tag_name(self.document.start_tag(source))
        prefix = name.rpartition(":")[0]
        tag = f"<{prefix}:target>" if prefix else "<target>"
        attributes = dict(marks)
        if _LANGUAGE in source.attributes:
            attributes = {"xml:lang": "en", **attributes}
        if _SPACE in source.attributes:
            attributes = {"xml:space": source.attributes[_SPACE], **attributes}
        written = _around(with_attributes(tag, attributes), content)
        self._edits[source.end, source.end] = self.document.indentation(source) + written

    def _filled(self, mark: Element, content: str) -> str:
        return _around(self.document.start_tag(mark), content)


def _lacks_some(held: list[Element], segments: list[Segment]) -> bool:
    """Tells whether a target lacks segments of its source, and has no others."""
    held_ids = {mark.attributes.get("mid") for mark in held}
    return held_ids < {segment.source.attributes.get("mid") for segment in segments}


def _around(tag: str, content: str) -> str:
    """Puts a start tag, which may be an empty one, and its end around content."""
    return f"{_END_OF_TAG.sub('>', tag)}{content}</{_tag_name(tag)}>"


def _tag_name(tag: str) -> str:
    found = re.match(r"<([^\s/>]+)", tag)
    assert found is not None
    return found[1]
