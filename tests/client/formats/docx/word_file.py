"""Builds Word files from the XML of their parts, and reads them without the code under test."""

import base64
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from lxml import etree

from tarjama.formats.docx import DocxFormat
from tarjama.formats.units import Direction, FormatDocument

W_URI = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{W_URI}}}"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_NAMESPACES = {
    "w": W_URI,
    "r": f"{_OFFICE}/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "m": f"{_OFFICE}/math",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "dsp": "http://schemas.microsoft.com/office/drawing/2008/diagram",
}
DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_KINDS = {
    "document": f"{_WORD}.document.main+xml",
    "styles": f"{_WORD}.styles+xml",
    "numbering": f"{_WORD}.numbering+xml",
    "settings": f"{_WORD}.settings+xml",
    "footnotes": f"{_WORD}.footnotes+xml",
    "endnotes": f"{_WORD}.endnotes+xml",
    "comments": f"{_WORD}.comments+xml",
    "header": f"{_WORD}.header+xml",
    "footer": f"{_WORD}.footer+xml",
    "glossary": f"{_WORD}.document.glossary+xml",
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "data": "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
    "drawing": "application/vnd.ms-office.drawingml.diagramDrawing+xml",
    "core": "application/vnd.openxmlformats-package.core-properties+xml",
    "app": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "custom": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    "itemProps": "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
}
# A link and a picture that any body may name, as `rIdLink` and `rIdPicture`.
_LINK = (
    f'<Relationship Id="rIdLink" Type="{_OFFICE}/relationships/hyperlink" '
    'Target="https://example.org/" TargetMode="External"/>'
    f'<Relationship Id="rIdPicture" Type="{_OFFICE}/relationships/image" '
    'Target="media/picture.png"/>'
)
_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ROOT_RELATIONSHIPS = (
    f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def word_file(body: str = "", parts: Mapping[str, str] | None = None, section: str = "") -> bytes:
    """Builds a file.

    Args:
        body: What is in the document's body.
        parts: Other parts by name, whose kind is the name without folder, digits and extension. A
            `{ns}` in one stands for the declarations of all namespaces.
        section: What is in the last section's properties.
    """
    body += f"<w:sectPr>{section}</w:sectPr>"
    document = f"<w:document {{ns}}><w:body>{body}</w:body></w:document>"
    content = {"word/document.xml": document, **(parts or {})}
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_KINDS[kind]}"/>'
        for name in content
        if (kind := _stem(name)) in _KINDS
    )
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{overrides}</Types>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _HEAD + types)
        archive.writestr("_rels/.rels", _ROOT_RELATIONSHIPS)
        linked = [name for name in content if name.startswith("word/") and _stem(name) in _KINDS]
        archive.writestr("word/_rels/document.xml.rels", _relationships(linked[1:]))
        archive.writestr("word/media/picture.png", _PICTURE)
        for name, xml in content.items():
            archive.writestr(name, _HEAD + xml.replace("{ns}", DECLARATIONS))
    return buffer.getvalue()


def _stem(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0].rstrip("0123456789")


def _relationships(names: Iterable[str]) -> str:
    kinds = {"Data": "diagramData", "Glossary": "glossaryDocument"}
    links = [
        (
            f"rId{_stem(name).capitalize()}",
            kinds.get(_stem(name).capitalize(), _stem(name)),
            name.removeprefix("word/"),
        )
        for name in names
    ]
    written = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for id_, kind, target in links
    )
    uri = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{uri}">{written}{_LINK}</Relationships>'


def opened(data: bytes, folder: Path) -> FormatDocument:
    """Reads a file as Word's format."""
    path = folder / "file.docx"
    path.write_bytes(data)
    return DocxFormat().read(path)


def translated(
    document: FormatDocument,
    translations: Mapping[str, str],
    *,
    direction: Direction = "ltr",
) -> zipfile.ZipFile:
    """Writes a document with translations by text, and opens the archive."""
    target = io.BytesIO()
    document.write(
        target,
        {one.id: translations[one.text] for one in document.units if one.text in translations},
        direction=direction,
    )
    return zipfile.ZipFile(target)


def tree(archive: zipfile.ZipFile, part: str = "word/document.xml") -> etree._Element:
    """Parses a part."""
    return etree.fromstring(archive.read(part))


def xml_of(archive: zipfile.ZipFile, part: str = "word/document.xml") -> str:
    """Gives what is in a part's root element, or in the body, without namespaces."""
    root = tree(archive, part)
    body = root.find(f"{W}body")
    children = root if body is None else [one for one in body if one.tag != f"{W}sectPr"]
    text = "".join(etree.tostring(one, encoding="unicode", with_tail=False) for one in children)
    return re.sub(r' xmlns:\w+="[^"]*"', "", text)


def docx_formatting(data: bytes) -> Counter[str]:
    """Lists what looks and does something in a file, as `formatting_in` does."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return formatting_in(archive)


def formatting_in(archive: zipfile.ZipFile) -> Counter[str]:
    """Lists what looks and does something in all parts: formatted words, fields, notes, pictures.

    Formatting is listed once for each paragraph, as a translation may part or join runs.
    """
    found: Counter[str] = Counter()
    for name in archive.namelist():
        if name.startswith("word/") and name.endswith(".xml"):
            root = etree.fromstring(archive.read(name))
            for element in root.iter():
                if element.tag in _COUNTED:
                    found[f"{name} {element.tag} {element.get(f'{W}id', '')}"] += 1
            for paragraph in root.iter(f"{W}p"):
                found.update({f"{name} {one}" for one in _looks(paragraph)})
    return found


_COUNTED = frozenset(
    W + name
    for name in (
        "bookmarkEnd", "bookmarkStart", "br", "commentRangeEnd", "commentRangeStart",
        "commentReference", "cr", "drawing", "endnoteReference", "fldChar", "fldSimple",
        "footnoteReference", "hyperlink", "ins", "instrText", "object", "p", "pict", "sdt", "sym",
        "tab", "tbl",
    )
)  # fmt: skip
# A property of a run and what it is for complex scripts, which an Arabic text is shown by.
_LOOKS = {
    "b": "bCs", "i": "iCs", "u": "u", "strike": "strike", "color": "color",
    "highlight": "highlight", "vertAlign": "vertAlign", "rStyle": "rStyle", "caps": "caps",
}  # fmt: skip


def _looks(paragraph: etree._Element) -> set[str]:
    looks = set()
    for run in paragraph.iter(f"{W}r"):
        if not (run.findtext(f"{W}t") or "").strip():
            continue
        for latin, complex_script in _LOOKS.items():
            for name in (latin, complex_script):
                found = run.find(f"{W}rPr/{W}{name}")
                if found is not None:
                    looks.add(f"{latin}={found.get(f'{W}val')}")
    return looks
