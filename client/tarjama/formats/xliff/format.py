"""Reads and writes XLIFF."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.inline import Inline, Paired, TaggedText
from tarjama.formats.script import has_arabic
from tarjama.formats.units import Direction, Unit
from tarjama.formats.xliff.codes import Code, CodeReader, key_of, subflows, write_content
from tarjama.formats.xliff.dialects import dialect_of
from tarjama.formats.xliff.located import Edits, Element, LocatedXml
from tarjama.formats.xliff.segments import Segment, find_files, find_segments, is_for_us
from tarjama.formats.xliff.writing import TargetWriter

__all__ = ["XliffDocument", "XliffFormat"]

_ROOT = re.compile(r"<(?:[\w.-]+:)?xliff[\s>]")
_RIGHT_TO_LEFT = re.compile(
    r"""(<(?:[\w.-]+:)?(?:pc|sc|ec)\s(?:[^<>"']|"[^"]*"|'[^']*')*?dir\s*=\s*["'])rtl\b"""
)
_LANGUAGE_TAG = re.compile("[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_INDENTED = re.compile(r"\n[ \t]")
_DECLARATION = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})""")


class XliffFormat:
    """XLIFF 1.2 and 2.x, and what Trados Studio, memoQ and Phrase make of it.

    A unit is a segment whose source holds Arabic. Its translation goes into the target, marked as
    a machine's. Segments that are locked, confirmed or not to be translated stay byte for byte.
    """

    def __init__(self, *, replace_targets: bool = False) -> None:
        """Chooses what becomes of translations.

        Args:
            replace_targets: Whether a target that is neither confirmed nor a machine's is
                translated anew; it is kept otherwise.
        """
        self._replace_targets = replace_targets

    @property
    def name(self) -> str:
        """What people call such a file."""
        return "an XLIFF file"

    @property
    def extensions(self) -> tuple[str, ...]:
        """File name extensions."""
        return (".xlf", ".xliff", ".sdlxliff", ".mqxliff", ".mxliff")

    def recognises(self, content: FileContent) -> bool:
        """Tells whether the content can be XML."""
        return content.description is None and content.text_head.lstrip().startswith("<")

    def claims(self, content: FileContent) -> bool:
        """Tells whether the root element is XLIFF's."""
        return self.recognises(content) and _ROOT.search(content.text_head) is not None

    def read(self, path: Path) -> "XliffDocument":
        """Reads a file whole.

        Raises:
            BadFile: it is broken, hostile or no XLIFF, or nothing in it is from Arabic to English.
        """
        data = FileContent.of(path).data
        declared = _DECLARATION.match(data)
        encoded = EncodedText.decode(data, declared=declared[1].decode() if declared else "utf-8")
        return XliffDocument(encoded, LocatedXml(encoded.text), self._replace_targets)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to translate: that of a segment, or one within a code of it."""

    segment: Segment
    element: Element
    tagged: TaggedText[Code]
    target: str | None
    is_translatable: bool


class XliffDocument:
    """XLIFF that was read."""

    def __init__(self, encoded: EncodedText, located: LocatedXml, replace_targets: bool) -> None:
        """Finds the segments that hold Arabic.

        Raises:
            BadFile: the document is no XLIFF, or nothing in it is from Arabic to English.
        """
        self._encoded = encoded
        self._located = located
        self._replace_targets = replace_targets
        self._dialect = dialect_of(located)
        self._reader = CodeReader(located, has_placeholders=self._dialect.has_placeholders)
        files = find_files(located)
        ours = [file for file in files if is_for_us(located, file)]
        if not ours:
            raise BadFile(_other_languages(located, files[0]))
        self._segments = {file: list(find_segments(file, self._dialect)) for file in ours}
        self._texts: dict[str, _Text] = {}
        for number, file in enumerate(files, start=1):
            for segment in self._segments.get(file, ()):
                self._add_segment(f"{number}/{segment.id}", segment)
        self.units: Sequence[Unit] = [
            Unit(
                id=unit_id,
                text=text.tagged.text,
                is_translatable=text.is_translatable,
                target=text.target,
                context=text.segment.context,
                note=text.segment.note,
            )
            for unit_id, text in self._texts.items()
        ]
        self.notices: Sequence[str] = list(self._notices(len(files) - len(ours), len(files)))

    def write(
        self, target: BinaryIO, translations: Mapping[str, str], *, direction: Direction = "ltr"
    ) -> None:
        """Writes the document, translations in its targets."""
        writer = TargetWriter(self._located, self._dialect)
        contents = self._contents(translations, direction)
        for file, segments in self._segments.items():
            writer.add(segments, contents)
            if any(segment in contents for segment in segments):
                self._name_language(writer, file)
            if direction == "ltr":
                for element in _directed(file):
                    writer.set(element, "trgDir", "ltr")
        self._encoded.write(target, writer.result(), markup=True)

    def _add_segment(self, unit_id: str, segment: Segment) -> None:
        is_kept = segment.is_fixed or (
            segment.target is not None
            and not self._replace_targets
            and not self._dialect.is_untranslated(segment.place)
            and self._is_translation(segment.source, segment.target)
        )
        held_subs = {} if segment.target is None else dict(subflows(segment.target))
        self._add(unit_id, segment, segment.source, segment.target, not is_kept)
        for key, sub in subflows(segment.source):
            self._add(f"{unit_id}#{key}", segment, sub, held_subs.get(key), not is_kept)

    def _add(
        self,
        unit_id: str,
        segment: Segment,
        element: Element,
        target: Element | None,
        is_translatable: bool,
    ) -> None:
        content = self._reader.read(element)
        # Lines that an indenting writer broke within a text are no lines of it.
        is_indented = not segment.keeps_space and _INDENTED.search("".join(_words(content)))
        tagged = TaggedText(content, collapse_spaces=bool(is_indented))
        if not has_arabic(tagged.text):
            return
        held = None
        if target is not None and self._is_translation(element, target):
            held = tagged.read(self._reader.read(target), key_of)
        # Ids should be unique in a file, but where they are not nothing may be lost.
        if unit_id in self._texts:
            unit_id = f"{unit_id}@{element.start}"
        self._texts[unit_id] = _Text(segment, element, tagged, held, is_translatable)

    def _is_translation(self, source: Element, target: Element) -> bool:
        """Tells whether a target has words, and others than a copy of its source has."""
        words = "".join(_words(self._reader.read(target))).strip()
        return words not in {"", "".join(_words(self._reader.read(source))).strip()}

    def _contents(
        self, translations: Mapping[str, str], direction: Direction
    ) -> dict[Segment, str]:
        """What the targets of translated segments are to hold."""
        subs: dict[Segment, Edits] = {}
        mains: dict[Segment, tuple[Inline[Code], ...]] = {}
        for unit_id, text in self._texts.items():
            translation = translations.get(unit_id, text.tagged.text)
            if not text.is_translatable or translation == text.tagged.text:
                continue
            restored = text.tagged.restore(translation)
            if text.element is text.segment.source:
                mains[text.segment] = restored
            else:
                span = (text.element.inner_start, text.element.inner_end)
                written = write_content(self._located, restored, {})
                subs.setdefault(text.segment, {})[span] = written
        for segment in subs:
            content = self._reader.read(segment.source)
            # Beside text that was not translated, a text in a code must wait.
            if not has_arabic("".join(_words(content))):
                mains.setdefault(segment, content)
        contents = {
            segment: write_content(self._located, content, subs.get(segment, {}))
            for segment, content in mains.items()
        }
        if direction == "ltr":
            return {key: _RIGHT_TO_LEFT.sub(r"\1ltr", text) for key, text in contents.items()}
        return contents

    def _name_language(self, writer: TargetWriter, file: Element) -> None:
        """Says that targets are English, if nothing is said."""
        root = self._located.root
        if root.attributes.get("version", "").startswith("2"):
            if not root.attributes.get("trgLang"):
                writer.set(root, "trgLang", "en")
        elif not file.attributes.get("target-language"):
            writer.set(file, "target-language", "en")

    def _notices(self, other_count: int, file_count: int) -> Iterator[str]:
        kept_count = sum(not text.is_translatable for text in self._texts.values())
        if kept_count:
            yield (
                "Segments kept, since they are locked, confirmed or translated already: "
                f"{kept_count:,} of {len(self._texts):,}."
            )
        if other_count:
            yield (
                "Documents in the file kept, since they are not from Arabic to English: "
                f"{other_count:,} of {file_count:,}."
            )


def _words(content: Sequence[Inline[Code]]) -> Iterator[str]:
    """The text in a content, without that within codes."""
    for item in content:
        if isinstance(item, str):
            yield item
        elif isinstance(item, Paired):
            yield from _words(item.content)


def _directed(element: Element) -> Iterator[Element]:
    """The elements of a file that say their targets are right-to-left."""
    if element.attributes.get("trgDir") == "rtl":
        yield element
    for child in element.elements:
        if child.name in {"group", "unit"}:
            yield from _directed(child)


def _other_languages(located: LocatedXml, file: Element) -> str:
    root = located.root.attributes
    source = file.attributes.get("source-language") or root.get("srcLang") or ""
    target = file.attributes.get("target-language") or root.get("trgLang") or ""
    # What is no language tag is text of the document, which no message may show.
    shown = [tag if _LANGUAGE_TAG.fullmatch(tag) else "?" for tag in (source, target)]
    return (
        f"The file is from {shown[0]!r} to {shown[1]!r}; only Arabic to English is translated. "
        "Take a file from Arabic to English, or correct its languages."
    )
