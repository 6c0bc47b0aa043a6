"""Makes small books, and reads what looks and does something in any."""

import io
import zipfile
from collections import Counter
from pathlib import Path

from lxml import etree

_XHTML = "{http://www.w3.org/1999/xhtml}"
_CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
_SPINE = '<itemref idref="a"/>'
_SKIPPED = frozenset({"dir", "lang", "align", "style", "title", "alt"})


def page(body: str, attributes: str = 'dir="rtl" xml:lang="ar"') -> str:
    """Writes a page."""
    return (
        f'<html xmlns="http://www.w3.org/1999/xhtml" {attributes}><head><title>x</title></head>'
        f"<body>{body}</body></html>"
    )


def package(
    *,
    metadata: str = "",
    items: str = "",
    spine: str = _SPINE,
    attributes: str = "",
    version: str = "3.0",
) -> str:
    """Writes a package document with one page, `a.xhtml`."""
    return (
        f'<package xmlns="http://www.idpf.org/2007/opf" version="{version}">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:opf="http://www.idpf.org/2007/opf">{metadata}</metadata>'
        '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        f"{items}</manifest>"
        f"<spine {attributes}>{spine}</spine>"
        "</package>"
    )


def book_file(path: Path, opf: str, **entries: str) -> Path:
    """Writes a book.

    Args:
        path: Where to.
        opf: The package document.
        **entries: Other entries, `__` in whose names stands for a slash and `_` for a dot.
    """
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", _CONTAINER)
        archive.writestr("book.opf", opf)
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return path


def epub_formatting(data: bytes) -> Counter[str]:
    """Lists the elements of pages with text in them, by what does not set the direction.

    The pages are read as XML, as programs that show books do.
    """
    found: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        for name in archive.namelist():
            if not name.endswith(".xhtml"):
                continue
            for element in etree.fromstring(archive.read(name)).iter(f"{_XHTML}*"):
                if not "".join(str(piece) for piece in element.itertext()).strip():
                    continue
                attributes = sorted(
                    (str(key), str(value))
                    for key, value in element.attrib.items()
                    if key not in _SKIPPED and not str(key).endswith("}lang")
                )
                found[f"{name} {element.tag!s} {attributes}"] += 1
    return found
