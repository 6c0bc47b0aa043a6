"""Makes small OpenDocument texts, and reads what looks and does something in any."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = {
    "office": f"{_OASIS}office:1.0",
    "style": f"{_OASIS}style:1.0",
    "text": f"{_OASIS}text:1.0",
    "table": f"{_OASIS}table:1.0",
    "draw": f"{_OASIS}drawing:1.0",
    "fo": f"{_OASIS}xsl-fo-compatible:1.0",
    "svg": f"{_OASIS}svg-compatible:1.0",
    "meta": f"{_OASIS}meta:1.0",
    "number": f"{_OASIS}datastyle:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
}
OFFICE, STYLE, TEXT, FO = (
    f"{{{NAMESPACES[prefix]}}}" for prefix in ("office", "style", "text", "fo")
)
_TYPE = "application/vnd.oasis.opendocument.text"
_ARABIC = re.compile("[\u0620-\u06ff]")

_COUNTED = frozenset(
    {f"{OFFICE}annotation", f"{OFFICE}annotation-end"}
    | {
        TEXT + name
        for name in (
            "a", "bookmark", "bookmark-end", "bookmark-ref", "bookmark-start", "change",
            "change-end", "change-start", "h", "line-break", "list-item", "note", "p",
            "page-number", "placeholder", "section", "tab", "title", "user-field-get",
        )
    }
    | {f"{{{NAMESPACES['draw']}}}frame", f"{{{NAMESPACES['table']}}}table-cell"}
)  # fmt: skip

# What a property is for complex scripts, which an Arabic text is shown by.
_COMPLEX = {
    f"{FO}font-weight": f"{STYLE}font-weight-complex",
    f"{FO}font-style": f"{STYLE}font-style-complex",
    f"{FO}font-size": f"{STYLE}font-size-complex",
}
_PLAIN = (f"{FO}color", f"{STYLE}text-underline-style")


def part(root: str, content: str, version: str = "1.3") -> str:
    """Writes a part, with every prefix declared."""
    declared = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{root} {declared} '
        f'office:version="{version}">{content}</office:{root}>'
    )


def text_file(
    path: Path,
    body: str,
    *,
    automatic: str = "",
    styles: str = "",
    generator: str = "",
    **more: str,
) -> Path:
    """Writes an OpenDocument text.

    Args:
        path: Where to.
        body: What is in `office:text`.
        automatic: Automatic styles of the body.
        styles: What is in the part of styles.
        generator: The program that says it wrote the file.
        **more: Other entries, `__` in whose names stands for a slash and `_` for a dot.
    """
    content = (
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body>"
    )
    properties = f"<office:meta><meta:generator>{generator}</meta:generator></office:meta>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", _TYPE)
        archive.writestr("content.xml", part("document-content", content))
        archive.writestr("styles.xml", part("document-styles", styles))
        archive.writestr("meta.xml", part("document-meta", properties))
        for name, data in more.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return path


def odt_formatting(data: bytes) -> Counter[str]:
    """Lists what looks and does something: formatted words, fields, notes, frames.

    Formatting is listed once for each paragraph, as a translation may part or join spans.
    """
    found: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in ("content.xml", "styles.xml"):
            root = etree.fromstring(archive.read(name))
            automatic = {
                style.get(f"{STYLE}name", ""): style
                for style in root.iterfind(f"{OFFICE}automatic-styles/{STYLE}style")
                if style.get(f"{STYLE}family") == "text"
            }
            for element in root.iter():
                if element.tag in _COUNTED:
                    found[f"{name} {element.tag}"] += 1
                if element.tag in {f"{TEXT}p", f"{TEXT}h"}:
                    found.update({f"{name} {one}" for one in _looks(element, automatic)})
    return found


def _looks(paragraph: etree._Element, automatic: dict[str, etree._Element]) -> Iterator[str]:
    for span in paragraph.iter(f"{TEXT}span"):
        text = "".join(str(piece) for piece in span.itertext()).strip()
        if not text:
            continue
        name = span.get(f"{TEXT}style-name", "")
        if name not in automatic:
            yield name
            continue
        properties = automatic[name].find(f"{STYLE}text-properties")
        values = {} if properties is None else dict(properties.attrib)
        if _ARABIC.search(text):
            values |= {key: values[name] for key, name in _COMPLEX.items() if name in values}
        yield from (f"{key} {values[key]}" for key in (*_COMPLEX, *_PLAIN) if key in values)
