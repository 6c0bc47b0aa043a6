"""A text in Markdown as units, and the way back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tarjama.formats.html import HtmlPage
from tarjama.formats.inline import TaggedText
from tarjama.formats.markdown.inlines import (
    InlineReader,
    Markup,
    Pair,
    structure_of,
    structure_wanted,
    text_of,
)
from tarjama.formats.markdown.parser import Block, MarkdownSource
from tarjama.formats.markdown.writing import InlineWriter, escape_all, escape_few
from tarjama.formats.script import has_arabic
from tarjama.formats.tags import escape, plain_text
from tarjama.formats.units import Direction, Unit

__all__ = ["MarkdownText"]


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A block of text that was read."""

    id: str
    block: Block
    tagged: TaggedText[Markup | Pair]
    markups: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class _HtmlBlock:
    """A block of HTML that was read."""

    block: Block
    page: HtmlPage


class MarkdownText:
    """A text, of which nothing changes but what is translated.

    Attributes:
        units: Paragraphs, headings, cells, titles and the like with anything in Arabic script.
        notices: Sentences for the user on what was left out.
    """

    def __init__(self, text: str) -> None:
        """Parses a text."""
        self._source = MarkdownSource(text)
        self._blocks: list[_Paragraph | _HtmlBlock] = []
        units: list[Unit] = []
        for number, block in enumerate(self._source.blocks):
            if block.kind == "html":
                page = HtmlPage(block.content, id_prefix=f"{number}.")
                self._blocks.append(_HtmlBlock(block, page))
                units.extend(page.units)
            else:
                paragraph = self._paragraph(block, str(number))
                self._blocks.append(paragraph)
                units.extend(_units(paragraph))
        self.units = tuple(units)
        count = self._source.unplaced_count
        self.notices = (f"Blocks left untranslated: {count}.",) if count else ()

    def write(self, translations: Mapping[str, str], *, direction: Direction) -> str:
        """Gives the text with units replaced, as `FormatDocument.write` says."""
        new = {
            unit.id: translations[unit.id]
            for unit in self.units
            if translations.get(unit.id, unit.text) != unit.text
        }
        output: list[str] = []
        at = 0
        for start, end, replacement in self._edits(new, direction):
            output += [self._source.text[at:start], replacement]
            at = end
        return "".join([*output, self._source.text[at:]])

    def _paragraph(self, block: Block, key: str) -> _Paragraph:
        reader = InlineReader(self._source.text, block, key)
        tagged = TaggedText(reader.read(), collapse_spaces=True)
        return _Paragraph(key, block, tagged, tuple(reader.markups))

    def _edits(
        self, new: Mapping[str, str], direction: Direction
    ) -> Iterator[tuple[int, int, str]]:
        """Gives what is replaced by what, in order."""
        texts = {**new, **dict(self._texts_in_markup(new))}
        for one in self._blocks:
            if isinstance(one, _HtmlBlock):
                html = one.page.write(new, direction=direction)
                if html != one.block.content:
                    yield from self._html_edits(one.block, html)
            elif one.id in new:
                rendered = self._rendered(one, new[one.id], texts, direction)
                yield one.block.offsets[0], one.block.offsets[-1], rendered
            else:
                for markup in one.markups:
                    rendered = markup.render(texts, direction)
                    if rendered != markup.raw:
                        yield markup.start, markup.start + len(markup.raw), rendered

    def _texts_in_markup(self, new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Gives translated titles and the like by their ids, as they are written in markup."""
        for one in self._blocks:
            for markup in one.markups if isinstance(one, _Paragraph) else ():
                for slot in markup.slots:
                    if slot.id in new:
                        text = plain_text(new[slot.id])
                        yield slot.id, escape_all(" ".join(text.split()))

    def _html_edits(self, block: Block, html: str) -> Iterator[tuple[int, int, str]]:
        """Lays HTML out behind what its lines begin with, such as a quotation's `>`."""
        first_end = block.content.find("\n")
        if first_end >= 0:
            second = block.content[first_end + 1 :]
            indent = len(second) - len(second.lstrip())
            begin = block.offsets[first_end + 1 + indent] - indent
            html = html.replace("\n", self._source.text[block.offsets[first_end] : begin])
        yield block.offsets[0], block.offsets[-1], html

    def _rendered(
        self, one: _Paragraph, translation: str, texts: Mapping[str, str], direction: Direction
    ) -> str:
        """Writes a block with as few escapes as keep its structure."""
        content = one.tagged.restore(translation)
        in_table = one.block.kind in {"td", "th"}
        wanted = structure_wanted(content)
        for escaping in (escape_few, escape_all):
            writer = InlineWriter(texts, direction, escape=escaping, in_table=in_table)
            bare = writer.write_bare(content)
            if structure_of(self._source.parse_inline(bare)) == wanted:
                return writer.write(content)
        writer = InlineWriter(texts, direction, escape=escape_all, in_table=in_table, as_html=True)
        return writer.write(content)


def _units(paragraph: _Paragraph) -> Iterator[Unit]:
    if has_arabic(paragraph.tagged.text):
        yield Unit(id=paragraph.id, text=paragraph.tagged.text, context=paragraph.block.kind)
    for markup in paragraph.markups:
        for slot in markup.slots:
            text = escape(text_of(markup.raw[slot.start : slot.end]))
            yield Unit(id=slot.id, text=text, context=slot.context)
        if markup.page is not None:
            yield from markup.page.units
