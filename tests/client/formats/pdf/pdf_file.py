"""Makes small PDFs by hand."""

from collections.abc import Mapping, Sequence


def pdf_of(*contents: bytes, dictionaries: Mapping[int, bytes] | None = None) -> bytes:
    """Makes a PDF.

    Args:
        contents: What each page shows. Letters of the font `/F1` are told by a table of Unicode,
            `/F2` is a font that tells no letters.
        dictionaries: More entries for the dictionaries of the pages' contents, by the page's index.
    """
    page_numbers = [6 + 2 * index for index in range(len(contents))]
    kids = b" ".join(b"%d 0 R" % number for number in page_numbers)
    fonts = b"/Resources << /Font << /F1 3 0 R /F2 5 0 R >> >> /MediaBox [0 0 600 800]"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d %s >>" % (kids, len(contents), fonts),
        _font(b"/ToUnicode 4 0 R"),
        stream(_UNICODE),
        _font(b""),
    ]
    for index, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R >>" % (page_numbers[index] + 1)
        )
        objects.append(stream(content, (dictionaries or {}).get(index, b"")))
    return assembled(objects)


def shown(
    *lines: tuple[float, float, str], size: float = 12, font: str = "F1", turn: str = "1 0 0 1"
) -> bytes:
    """Shows lines of letters, each an em wide, one after the other from left to right.

    Args:
        lines: For each its left end, its height and its signs, in the order from left to right.
        size: The letters' size.
        font: The font's name.
        turn: How the letters are turned.
    """
    return b"".join(
        f"BT /{font} {size} Tf {turn} {left} {height} Tm <{_codes(signs)}> Tj ET\n".encode()
        for left, height, signs in lines
    )


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def assembled(objects: Sequence[bytes]) -> bytes:
    """Puts objects, which are numbered from 1, into a file."""
    data = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table, len(objects) + 1, len(data))
    )


def _codes(signs: str) -> str:
    return signs.encode("utf-16-be").hex()


def _font(more: bytes) -> bytes:
    """A font of which every letter is half an em wide."""
    return (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H %s /DescendantFonts "
        b"[<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 500 /CIDSystemInfo << "
        b"/Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor << "
        b"/Type /FontDescriptor /FontName /Any /Flags 4 /Ascent 800 /Descent -200 >> >>] >>" % more
    )


_UNICODE = b"""/CIDInit /ProcSet findresource begin begincmap
1 begincodespacerange <0000> <ffff> endcodespacerange
4 beginbfrange <0020> <00ff> <0020> <0600> <06ff> <0600> <2010> <2030> <2010>
<fe70> <fefc> <fe70> endbfrange endcmap"""
