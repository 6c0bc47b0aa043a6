"""What every format is held to: samples, translators to test with, and independent readers."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import polib
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from tarjama.formats.registry import all_formats
from tarjama.formats.tags import Group, Node, parse, write
from tarjama.formats.units import FileFormat, FormatDocument
from tests.client.formats.docx.word_file import docx_formatting
from tests.client.formats.epub.book_file import epub_formatting
from tests.client.formats.odt.opendocument_file import odt_formatting
from tests.client.formats.pptx.powerpoint_file import pptx_formatting
from tests.client.formats.xlsx.excel_file import xlsx_formatting

SAMPLES_FOLDER = Path(__file__).with_name("samples")
ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]+")

# Swaps letters of one kind, so that text stays Arabic and each swap undoes itself.
_SWAPPED = str.maketrans("بتدذسش", "تبذدشس")
_ROTATED = str.maketrans("أبج", "بجأ")
_LATIN = {
    ord(letter): "abcdefghijklmnopqrstuvwxyz"[at % 26]
    for at, letter in enumerate(map(chr, range(0x600, 0x700)))
} | {ord("،"): ",", ord("؟"): "?", ord("؛"): ";"}


@dataclass(frozen=True)
class Sample:
    """A sample file of a format.

    Attributes:
        name: The file's, in `SAMPLES_FOLDER`.
        formatting: Lists the formatted pieces of text in a written file, each by its formatting,
            with an independent reader; None for a format that has no formatting.
        kept: Arabic text in the file that must not be translated: code, names, comments.
        sources: Finds what is the source in a file of sources and their translations.
        changed_parts: How many parts of an archive must change with the first unit.
    """

    name: str
    formatting: Callable[[bytes], Counter[str]] | None = None
    kept: tuple[str, ...] = ()
    sources: re.Pattern[bytes] | None = None
    changed_parts: int = 1

    @property
    def path(self) -> Path:
        return SAMPLES_FOLDER / self.name

    @property
    def format(self) -> FileFormat:
        suffix = self.path.suffix
        return next(one for one in all_formats() if suffix in one.extensions)


def html_formatting(data: bytes) -> Counter[str]:
    """Lists HTML's elements with text in them, by tag and attributes that set no direction."""
    skipped = {
        "dir",
        "lang",
        "align",
        "style",
        "title",
        "alt",
        "placeholder",
        "value",
        "abbr",
        "label",
    }
    found: Counter[str] = Counter()
    for element in lxml_html.document_fromstring(data).iter():
        if not isinstance(element.tag, str) or not (element.text_content() or "").strip():
            continue
        attributes = sorted(
            (name, value)
            for name, value in element.attrib.items()
            if str(name) not in skipped and not str(name).startswith(("aria-", "xml:"))
        )
        found[f"{element.tag} {attributes}"] += 1
    return found


def markdown_formatting(data: bytes) -> Counter[str]:
    """Lists the elements of the HTML that markdown-it, without any plugin, makes of Markdown."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    return html_formatting(parser.render(data.decode("utf-8")).encode())


def subtitle_formatting(data: bytes) -> Counter[str]:
    """Lists the tags of subtitles. Names of who speaks are text."""
    return Counter(re.findall(r"</?[a-z]+[^<>\s]*", data.decode("utf-8")))


def xliff_formatting(data: bytes) -> Counter[str]:
    """Lists the codes of every segment: those of its target, or of its source if it has none."""
    found: Counter[str] = Counter()
    for holder in etree.fromstring(data).iter("{*}trans-unit", "{*}segment"):
        texts: dict[str, list[etree._Element]] = {}
        for text in holder.iterchildren("{*}target", "{*}seg-source", "{*}source"):
            for part in text.xpath(".//*[@mtype='seg']") or [text]:
                texts.setdefault(part.get("mid", ""), []).append(part)
        if len(texts) > 1:
            del texts[""]
        for parts in texts.values():
            # Targets stand behind their sources.
            with_text = [part for part in parts if "".join(part.itertext()).strip()] or parts
            for code in with_text[-1].iterdescendants():
                attributes = {name: value for name, value in code.attrib.items() if name != "dir"}
                found[f"{etree.QName(code).localname} {sorted(attributes.items())}"] += 1
    return found


# What stays Arabic in a bilingual file: sources, notes and other candidates.
XLIFF_SOURCES = re.compile(
    rb"<(source|seg-source|note|alt-trans|mq:minorversions)[ >].*?</\1>", re.DOTALL
)


def po_formatting(data: bytes) -> Counter[str]:
    """Lists the tags and placeholders in what each message of PO is translated by."""
    found: Counter[str] = Counter()
    for entry in polib.pofile(data.decode("utf-8")):
        pairs = [(entry.msgid, entry.msgstr)]
        if entry.msgid_plural:
            forms = entry.msgstr_plural
            pairs = [(entry.msgid, forms[0]), (entry.msgid_plural, forms[1])]
        for source, translation in pairs:
            # Numbers are put in where the order changes.
            text = re.sub(r"%\d+\$", "%", translation or source)
            found.update(re.findall(r"%[a-z%]|\{\w*\}|</?\w+[^<>]*>", text))
    return found


# What stays Arabic in PO: messages, what they were before, comments, and what is obsolete.
PO_SOURCES = re.compile(rb'^(?:(?:msgid|msgctxt).*\n(?:".*\n)*|#.*\n)', re.MULTILINE)

SAMPLES = (
    Sample(
        "page.html",
        html_formatting,
        kept=("تعليق لا يقرؤه أحد", "مرحبا", "احجز", "وزارة الثقافة", "تبقى"),
    ),
    Sample("windows-1256.html", html_formatting),
    Sample("docutils.html", html_formatting, kept=("كود",)),
    Sample(
        "guide.md",
        markdown_formatting,
        kept=("دليل الاستعمال", "عربي", "رمز", "ا\\|ب", "مرحبا", "كود بالإزاحة", "س"),
    ),
    Sample("markdownify.md", markdown_formatting, kept=("كود",)),
    Sample("table.csv"),
    Sample("table.tsv"),
    Sample("record.json"),
    Sample("records.jsonl"),
    Sample("film.srt", subtitle_formatting),
    Sample("film.vtt", subtitle_formatting),
    Sample("everything.docx", docx_formatting, kept=("<m:t>س</m:t>",)),
    Sample("word-comments.docx", docx_formatting),
    Sample("word-tracked.docx", docx_formatting),
    Sample("libreoffice.docx", docx_formatting),
    Sample("deck.pptx", pptx_formatting),
    # A diagram and what it looked like, and a prompt, say what a slide says.
    Sample("powerpoint-shapes.pptx", pptx_formatting, changed_parts=3),
    Sample("libreoffice.pptx", pptx_formatting),
    Sample("workbook.xlsx", xlsx_formatting, kept=("سامي",)),
    # The list of sheets says that Excel is to calculate anew; a table names its columns.
    Sample("excel-table.xlsx", xlsx_formatting, changed_parts=3),
    Sample("libreoffice.xlsx", xlsx_formatting, changed_parts=2),
    Sample("libreoffice-founders.xlsx", xlsx_formatting, changed_parts=2),
    Sample("libreoffice.odt", odt_formatting, kept=("سامي",)),
    Sample("libreoffice-fields.odt", odt_formatting),
    # docutils puts the table's title where no program looks for it, too.
    Sample("docutils.odt", odt_formatting, kept=('">جدول الأطوال<table:',)),
    Sample("book.epub", epub_formatting, kept=("سامي النجار", "النجار، سامي")),
    # The title of its first page is the book's: in the page, both tables of contents, the package.
    Sample("sphinx.epub", epub_formatting, kept=("سامي", "كود"), changed_parts=4),
    # Its first heading is in both tables of contents.
    Sample("libreoffice.epub", epub_formatting, changed_parts=3),
    Sample("app.po", po_formatting, sources=PO_SOURCES),
    Sample("babel.pot", po_formatting, sources=PO_SOURCES),
    Sample("strings.xlf", xliff_formatting, kept=("اسم ثابت",), sources=XLIFF_SOURCES),
    Sample("article.xliff", xliff_formatting, kept=("لسان العرب",), sources=XLIFF_SOURCES),
    Sample("report.sdlxliff", xliff_formatting, sources=XLIFF_SOURCES),
    Sample("manual.mqxliff", xliff_formatting, sources=XLIFF_SOURCES),
    Sample("job.mxliff", xliff_formatting, sources=XLIFF_SOURCES),
    Sample("js-messages.xlf", xliff_formatting, sources=XLIFF_SOURCES),
    Sample("js-messages.xliff", xliff_formatting, sources=XLIFF_SOURCES),
)


def written(document: FormatDocument, translate: Callable[[str], str] | None = None) -> bytes:
    """Writes a document, its units translated, with direction "ltr"; or as it is, with "keep"."""
    target = io.BytesIO()
    if translate is None:
        document.write(target, {one.id: one.text for one in document.units}, direction="keep")
    else:
        translations = {
            one.id: translate(one.text) for one in document.units if one.is_translatable
        }
        document.write(target, translations)
    return target.getvalue()


def to_latin(tagged: str) -> str:
    """Writes every Arabic letter as a Latin one, and moves no tag."""
    return write(_mapped(parse(tagged), lambda text: text.translate(_LATIN)))


def to_other_arabic(tagged: str) -> str:
    """Swaps letters, so that the result is Arabic again, and moves no tag."""
    return write(_mapped(parse(tagged), lambda text: text.translate(_SWAPPED)))


def rotated(tagged: str) -> str:
    """Puts other Arabic letters in the place of a few, and moves no tag."""
    return write(_mapped(parse(tagged), lambda text: text.translate(_ROTATED)))


def scrambled(tagged: str) -> str:
    """Writes Latin letters and moves words and tags as a translation may: all is turned round."""
    return write(_turned(parse(to_latin(tagged))))


def _mapped(nodes: tuple[Node, ...], change: Callable[[str], str]) -> tuple[Node, ...]:
    return tuple(
        change(node)
        if isinstance(node, str)
        else Group(node.id, _mapped(node.content, change))
        if isinstance(node, Group)
        else node
        for node in nodes
    )


def _turned(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    turned: list[Node] = []
    for node in reversed(nodes):
        if isinstance(node, str):
            # Line ends keep their number and white space its place among the words.
            turned.append("".join(reversed(re.split(r"(\s)", node))))
        elif isinstance(node, Group):
            turned.append(Group(node.id, _turned(node.content)))
        else:
            turned.append(node)
    return tuple(turned)


def arabic_left(data: bytes, kept: tuple[str, ...]) -> list[str]:
    """Finds the Arabic in a file, all entries of an archive included, but for what is kept.

    Knows of no format: bytes are text in the first encoding that fits, and references are resolved.
    """
    found: list[str] = []
    for part in _parts(data):
        text = _decoded(part)
        for phrase in kept:
            text = text.replace(phrase, "")
        found += ARABIC.findall(text)
    return found


def _parts(data: bytes) -> list[bytes]:
    if not data.startswith(b"PK"):
        return [data]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def _decoded(part: bytes) -> str:
    for codec in ("utf-16", "utf-8"):
        if codec == "utf-16" and not part.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            text = part.decode(codec)
        except UnicodeDecodeError:
            continue
        return unescape(re.sub(r"\\u([0-9a-fA-F]{4})", r"&#x\1;", text))
    # Pictures and other binary entries have no text; a page of the web may.
    return unescape(part.decode("cp1256")) if b"windows-1256" in part else ""
