"""What is translated and turned in books, and what is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from tarjama.formats.epub import EpubFormat
from tarjama.formats.errors import BadFile
from tarjama.formats.units import FormatDocument
from tests.client.formats.conformance import to_latin, written
from tests.client.formats.epub.book_file import book_file, package, page

PAGE = page("<p>بحر</p>")
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" xml:lang="ar" dir="rtl"><docAuthor>'
    "<text>سامي</text></docAuthor><navMap><navPoint><navLabel><text>بحر</text></navLabel></navPoint>"
    "<navPoint><navLabel><text>ميناء</text></navLabel></navPoint></navMap></ncx>"
)
NCX_ITEM = '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
CSS_ITEM = '<item id="s" href="s.css" media-type="text/css"/>'


def read(folder: Path, opf: str, **entries: str) -> FormatDocument:
    return EpubFormat().read(book_file(folder / "a.epub", opf, **({"a_xhtml": PAGE} | entries)))


def texts(document: FormatDocument) -> list[str]:
    return [unit.text for unit in document.units]


def entry(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def turned(folder: Path, opf: str, name: str, **entries: str) -> str:
    target = io.BytesIO()
    read(folder, opf, **entries).write(target, {})
    return entry(target.getvalue(), name)


def test_pages_come_in_the_order_of_the_spine_then_the_others(tmp_path: Path) -> None:
    items = "".join(
        f'<item id="{name}" href="{name}%20x.xhtml" media-type="application/xhtml+xml"/>'
        for name in "bcd"
    )
    spine = '<itemref idref="c"/><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/>'
    pages = {
        f"{name} x_xhtml": page(f"<p>{text}</p>") for name, text in zip("bcd", "بجد", strict=True)
    }
    document = read(tmp_path, package(items=items, spine=spine), **pages)
    assert texts(document) == ["ج", "بحر", "ب", "د"]


def test_a_table_of_contents_repeats_what_it_leads_to(tmp_path: Path) -> None:
    nav = '<item id="v" href="v.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    document = read(
        tmp_path,
        package(items=nav + NCX_ITEM, version="2.0"),
        v_xhtml=page("<nav><a>بحر</a><a>أفق</a></nav>"),
        toc_ncx=NCX,
    )
    assert texts(document) == ["بحر", '<g id="1">بحر</g><g id="2">أفق</g>', "ميناء"]
    data = written(document, to_latin)
    assert entry(data, "toc.ncx").count(to_latin("بحر")) == 1
    assert "سامي" in entry(data, "toc.ncx")
    assert 'xml:lang="en" dir="ltr"' in entry(data, "toc.ncx")


def test_what_a_package_tells_readers_is_translated_and_names_stay(tmp_path: Path) -> None:
    metadata = (
        '<dc:title id="t" opf:file-as="عنوان، ال">العنوان</dc:title>'
        '<meta refines="#t" property="file-as">عنوان</meta>'
        '<dc:creator id="c">سامي</dc:creator><meta refines="#c" property="file-as">سامي</meta>'
        '<meta name="calibre:series" content="سلسلة"/><dc:language>ar-EG</dc:language>'
        '<dc:description>&lt;p dir="rtl"&gt;وصف &lt;b&gt;مهم&lt;/b&gt; هنا&lt;/p&gt;'
        "</dc:description>"
    )
    document = read(tmp_path, package(metadata=metadata))
    assert texts(document) == [
        "بحر",
        "العنوان",
        "عنوان، ال",
        "عنوان",
        "سلسلة",
        'وصف <g id="1">مهم</g> هنا',
    ]
    opf = entry(written(document, to_latin), "book.opf")
    assert "<dc:language>en</dc:language>" in opf
    assert '&lt;p dir="ltr"&gt;' in opf and f"&lt;b&gt;{to_latin('مهم')}&lt;/b&gt;" in opf
    assert opf.count("سامي") == 2
    assert document.notices == (
        "The names of authors and others in the book's data stay in Arabic.",
    )


def test_pages_go_on_from_left_to_right_and_change_sides(tmp_path: Path) -> None:
    spine = '<itemref idref="a" properties="page-spread-left x"/>'
    opf = package(attributes='page-progression-direction="rtl"', spine=spine)
    result = turned(tmp_path, opf, "book.opf")
    assert 'page-progression-direction="ltr"' in result
    assert 'properties="page-spread-right x"' in result


@pytest.mark.parametrize(
    ("sheet", "attributes", "result"),
    [
        ("p{text-align:right}", 'dir="rtl"', "p{text-align:left}"),
        ("p{text-align:right}", "", "p{text-align:right}"),
        ("html{direction:rtl} p{margin-left:1em}", "", "html{direction:ltr} p{margin-right:1em}"),
        ("pre{direction:ltr;text-align:left}", 'dir="rtl"', "pre{direction:ltr;text-align:left}"),
    ],
)
def test_style_sheets_are_turned_with_the_pages(
    sheet: str, attributes: str, result: str, tmp_path: Path
) -> None:
    opf = package(items=CSS_ITEM)
    pages = {"a_xhtml": page("<p>بحر</p>", attributes), "s_css": sheet}
    assert turned(tmp_path, opf, "s.css", **pages) == result


def test_a_style_sheet_turns_what_pages_align(tmp_path: Path) -> None:
    pages = {"a_xhtml": page('<p align="right">بحر</p>', ""), "s_css": "body{direction:rtl}"}
    result = turned(tmp_path, package(items=CSS_ITEM), "a.xhtml", **pages)
    assert '<p align="left">' in result


@pytest.mark.parametrize(
    ("attributes", "result"),
    [
        ("", 'xml:lang="en" dir="ltr"'),
        ('xml:lang="ar"', 'dir="ltr" xml:lang="en"'),
        ('lang="ar" xml:lang="ar"', 'dir="ltr" lang="en" xml:lang="en"'),
    ],
)
def test_a_page_says_its_language_as_xml_does(attributes: str, result: str, tmp_path: Path) -> None:
    text = turned(tmp_path, package(), "a.xhtml", a_xhtml=page("<p>بحر</p>", attributes))
    tag = text[: text.index("<head>")]
    assert {one for one in tag.rstrip(">").split() if "xmlns" not in one} == {
        "<html",
        *result.split(),
    }


def test_pages_in_utf16_stay_so(tmp_path: Path) -> None:
    path = book_file(tmp_path / "a.epub", package())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a.xhtml", ("\ufeff" + PAGE).encode("utf-16-le"))
    with zipfile.ZipFile(io.BytesIO(written(EpubFormat().read(path), to_latin))) as archive:
        assert to_latin("بحر") in archive.read("a.xhtml").decode("utf-16")


@pytest.mark.parametrize(
    ("algorithm", "is_refused"),
    [
        ("http://www.idpf.org/2008/embedding", False),
        ("http://ns.adobe.com/pdf/enc#RC", False),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True),
    ],
)
def test_a_locked_book_is_refused_and_hidden_fonts_are_no_lock(
    algorithm: str, is_refused: bool, tmp_path: Path
) -> None:
    encryption = (
        '<e xmlns:x="http://www.w3.org/2001/04/xmlenc#"><x:EncryptedData>'
        f'<x:EncryptionMethod Algorithm="{algorithm}"/></x:EncryptedData></e>'
    )
    entries = {"META-INF__encryption_xml": encryption}
    if is_refused:
        with pytest.raises(BadFile, match="DRM"):
            read(tmp_path, package(), **entries)
    else:
        assert texts(read(tmp_path, package(), **entries)) == ["بحر"]


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ({"a_xhtml": '<!DOCTYPE html [<!ENTITY a "x">]><html/>'}, "bomb"),
        ({"a_xhtml": "no page"}, "well-formed"),
        ({"book2_opf": ""}, ""),
    ],
)
def test_a_hostile_or_broken_page_is_refused(
    entries: dict[str, str], told: str, tmp_path: Path
) -> None:
    if told:
        with pytest.raises(BadFile, match=told):
            read(tmp_path, package(), **entries)
    else:
        assert texts(read(tmp_path, package(), **entries)) == ["بحر"]


def test_a_missing_page_is_told_by_its_name(tmp_path: Path) -> None:
    item = '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>'
    with pytest.raises(BadFile, match=r"b\.xhtml is missing"):
        read(tmp_path, package(items=item))


def test_the_user_is_told_of_what_stays(tmp_path: Path) -> None:
    metadata = '<meta property="rendition:layout">pre-paginated</meta>'
    items = CSS_ITEM + '<item id="m" href="m.smil" media-type="application/smil+xml"/>'
    document = read(
        tmp_path,
        package(metadata=metadata, items=items),
        s_css='h1::before{content:"الفصل "}',
        x_svg="<svg>بحر</svg>",
        **{"META-INF__signatures_xml": "<s/>"},
    )
    told = " ".join(document.notices)
    for word in ("fixed layout", "recordings", "Style sheets", "SVG", "signature"):
        assert word in told
