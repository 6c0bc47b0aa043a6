"""Reads glossaries: CSV, TSV and TBX."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from tarjama.formats.content import FileContent
from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.script import has_arabic
from tarjama.formats.tables import table_rows
from tarjama.formats.xml import XmlPart
from tarjama.glossary.entries import Glossary, GlossaryEntry

__all__ = ["read_glossary"]

_NOTE_HEADINGS = ("note", "notes", "comment", "comments", "definition", "ملاحظة", "ملاحظات")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_glossary(path: Path) -> Glossary:
    """Reads a glossary file.

    A table has a column in Arabic script, which may be any, and one in English: the first other,
    or that of the heading `en` or `English`. A third column, or that of the heading `note`, is
    the note. A first row without Arabic in the Arabic column is the headings. In TBX (v2 and v3)
    an entry's first English term stands for each of its Arabic terms.

    Raises:
        BadFile: it cannot be opened, is neither a table nor TBX, or holds no Arabic.
    """
    content = FileContent.of(path)
    if content.text_head.lstrip().startswith("<"):
        entries = tuple(_tbx_entries(XmlPart(content.data).root))
    elif content.description is not None:
        raise BadFile(
            f"A glossary is a CSV, TSV or TBX file; this is {content.description}. Save it as CSV."
        )
    else:
        rows = table_rows(EncodedText.decode(content.data).text)
        entries = tuple(_table_entries(rows))
    if not any(has_arabic(entry.source) for entry in entries):
        raise BadFile("The glossary holds no term in Arabic script. Is it the right file?")
    return Glossary(entries)


def _table_entries(rows: Sequence[tuple[int, list[str]]]) -> Iterator[GlossaryEntry]:
    arabic = _arabic_column(rows)
    if arabic is None:
        return
    headings: list[str] = []
    if rows and not has_arabic(_cell(rows[0][1], arabic)):
        headings = [cell.strip().casefold() for cell in rows[0][1]]
        rows = rows[1:]
    english = _column(headings, ("en", "eng", "english", "target"), besides=(arabic,))
    note = _column(headings, _NOTE_HEADINGS, besides=(arabic, english))
    for line, row in rows:
        source, target, told = (_cell(row, column) for column in (arabic, english, note))
        if source or target:
            yield GlossaryEntry(source, target, told, place=f"line {line}")


def _arabic_column(rows: Sequence[tuple[int, list[str]]]) -> int | None:
    width = max((len(row) for _, row in rows), default=0)
    counts = [sum(has_arabic(_cell(row, at)) for _, row in rows) for at in range(width)]
    return counts.index(max(counts)) if any(counts) else None


def _column(headings: Sequence[str], names: Sequence[str], *, besides: Sequence[int]) -> int:
    """The column called one of `names`, else the first that is none of `besides`."""
    for at, heading in enumerate(headings):
        if at not in besides and heading in names:
            return at
    return next(at for at in range(len(besides) + 1) if at not in besides)


def _cell(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _tbx_entries(root: etree._Element) -> Iterator[GlossaryEntry]:
    """The entries of `termEntry` (v2) or `conceptEntry` (v3) elements, whatever the namespace."""
    entries = root.iter("{*}termEntry", "{*}conceptEntry")
    for number, entry in enumerate(entries, start=1):
        terms: dict[str, list[str]] = {"ar": [], "en": []}
        for section in entry.iter("{*}langSet", "{*}langSec"):
            language = (section.get(_XML_LANG) or section.get("lang") or "").lower()[:2]
            for term in section.iter("{*}term"):
                terms.setdefault(language, []).append(_text(term))
        note = "; ".join(_text(each) for each in entry.iter("{*}note"))
        for source in terms["ar"] or [""]:
            target = next(iter(terms["en"]), "")
            yield GlossaryEntry(source, target, note, place=f"entry {number}")


def _text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())
