"""PDFs as Word documents: what comes of them, and which are refused."""

import base64
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from tarjama.formats.errors import BadFile
from tarjama.formats.pdf import convert_pdf
from tarjama.formats.pdf.reading import read_pages
from tests.client.formats.conformance import SAMPLES_FOLDER
from tests.client.formats.pdf.pdf_file import assembled, pdf_of, shown, stream

# 2.7 GB of zeros, compressed three times.
BOMB = base64.b85decode(
    "c-pJD_4bagUksy!+e7OH1&%rv$15QlIL@eCSs=JTlY7N_ZBE4qvqrbx<?CV@b-P#vSQIrbDV`B~^{#TBYR#v!(?9?H_w"
    "jj(5zpb9SNG3eeswD&0|SG^&dvLupO#NP@S(D<yr6;yDAaTJ<*{F<l0+)3e||Y?2^2{9qPMJib~k_HbNTyWbC`i5Zu!5"
    "zCf09c{WI(Qw!S-Hk@x)xK#E}r2OE%d=mvAPKsY_foKcxknNgWhnNgWhnNgWhnNgWhnNgWhnNgWhnNgXcD|7m5N&fd_"
    "?i)2T&)2=@`O|)T>H6u1pU85Z)!_sH9GJGm"
)


def converted(folder: Path, data: bytes | None = None, *, sample: str = "") -> list[str]:
    """Gives the paragraphs of what a PDF becomes, each with its style, and the rows of tables."""
    source = SAMPLES_FOLDER / sample
    if data is not None:
        source = folder / "a.pdf"
        source.write_bytes(data)
    convert_pdf(source, folder / "a.docx")
    found = []
    for block in docx.Document(str(folder / "a.docx")).iter_inner_content():
        if isinstance(block, docx.table.Table):
            found += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            assert block.style is not None
            found.append(f"{block.style.name}: {block.text}")
    return found


def test_columns_headings_and_tables_of_a_browser_are_read(tmp_path: Path) -> None:
    assert converted(tmp_path, sample="chromium-columns.pdf") == [
        "Heading 1: تقرير المكتبة",
        "Normal: زار المكتبة هذا العام ١٢٬٣٤٥ قارئا (أي بزيادة 12.5% عن عام 2019)، وكان أكثرهم من "
        "طلاب المدارس والجامعات الذين يجيئون إليها بعد الدرس للمطالعة والبحث، ثم يعودون إلى بيوتهم "
        "قبل الساعة 10:30 مساء.",
        "Normal: للمزيد انظر الموقع https://example.org/ar أو راسلنا على info@example.org قبل "
        "نهاية الشهر، فإن الردود تصل عادة في يومين.",
        "Normal: قال المدير: «لا بد من الإسراع إلى الأمام»، ثم أضاف أن الآلات الجديدة تعمل ببرنامج "
        "Reader 3.11 (نسخة التجربة) مع شبكة Wi-Fi (2.4 GHz) في كل الغرف.",
        "Normal: أما الكتب النادرة فهي في القاعة العليا، ولا يطلع عليها إلا من سجل اسمه عند "
        "الأمين، وكتب له فيها إذن بذلك اليوم من الإدارة العامة.",
        "Heading 2: جدول الزوار",
        "الشهر | الزوار | الكتب",
        "يناير | ١٠٤ | 37",
        "فبراير | ٢٠٥ | 41",
        "Normal: كَتَبَ الأمين هذا في آخر العام، وأرسله إلى الإدارة العامة لتنظر فيه وتقرر ما تراه "
        "مناسبا للعام القادم من كتب وآلات وغرف.",
    ]


def test_a_letter_of_libreoffice_is_read(tmp_path: Path) -> None:
    assert converted(tmp_path, sample="libreoffice.pdf") == [
        "Heading 1: رسالة من المكتبة",
        "Normal: زارنا في عام ٢٠٢٤ (وهو عام الافتتاح) نحو 12.5% من أهل المدينة، وقال الأمين: «لا "
        "بد من الإسراع إلى الأمام، لأن الآلات الجديدة تعمل ببرنامج Reader 3.11 مع شبكة Wi-Fi "
        "(2.4 GHz) في كل الغرف، والله أعلم».",
        "Normal: • كتب للأطفال",
        "Normal: • خرائط قديمة",
    ]


def test_paragraphs_begin_at_the_right_if_they_are_arabic(tmp_path: Path) -> None:
    converted(tmp_path, pdf_of(shown((300, 700, "بتك"), (50, 600, "books"))))
    arabic, english = docx.Document(str(tmp_path / "a.docx")).paragraphs
    assert arabic._p.find(f".//{qn('w:bidi')}") is not None
    assert english._p.find(f".//{qn('w:bidi')}") is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (shown((300, 700, "ﺏﺎﺘﻛ")), "كتاب"),
        (shown((300, 700, "ﻡﻼﺳ")), "سلام"),
        (shown((312, 700, "تك"), (300, 700, "با")), "كتاب"),
        (shown((300, 700, "بتك"), (300.2, 700, "بتك")), "كتب"),
        (shown((300, 700, "بتك"), (330, 700, "يه")), "هي كتب"),
        (shown((300, 700, "(بتك) مث")), "ثم (كتب)"),
        (shown((300, 700, ")بتك( مث")), "ثم (كتب)"),
        (shown((300, 700, "5 ...... لصف")), "فصل\t5"),
    ],
    ids=["shapes", "ligature", "order", "bold", "gap", "shape-brackets", "brackets", "dots"],
)
def test_letters_are_read_by_where_they_stand(content: bytes, text: str, tmp_path: Path) -> None:
    assert converted(tmp_path, pdf_of(content)) == [f"Normal: {text}"]


def test_a_paragraph_goes_on_behind_page_numbers_and_headers(tmp_path: Path) -> None:
    pages = [
        shown((130, 780, "باتكلا مسا"), (280, 20, str(number)))
        + shown(*((100, 700 - 20 * line, "ةملك ةملك ةملك ةملك ةملك ةملك") for line in range(3)))
        for number in range(1, 4)
    ]
    assert converted(tmp_path, pdf_of(*pages)) == [
        "Normal: اسم الكتاب",
        f"Normal: {' '.join(['كلمة'] * 54)}",
    ]
    notices = convert_pdf(tmp_path / "a.pdf", tmp_path / "a.docx")
    assert any("Page numbers" in notice for notice in notices)


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    page = shown((300, 700, "بتك بتك بتك بتك بتك"))
    tilted = shown((100, 100, "abc"), turn="0.7 0.7 -0.7 0.7")
    (tmp_path / "a.pdf").write_bytes(pdf_of(page + tilted, b"", b""))
    notices = convert_pdf(tmp_path / "a.pdf", tmp_path / "a.docx")
    assert any("without the layout" in notice for notice in notices)
    assert any("2 of its 3 pages have no text, the first of them page 2" in one for one in notices)
    assert any("not written upright" in notice for notice in notices)


def test_a_place_that_goes_round_in_circles_ends_at_the_time_limit(tmp_path: Path) -> None:
    forms = [
        stream(
            b"/F Do " * 30,
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
            b"/Resources << /XObject << /F %d 0 R >> >>" % (number + 1),
        )
        for number in range(5, 25)
    ]
    page = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 9 9] "
    resources = b"/Resources << /XObject << /F 5 0 R >> >> >>"
    (tmp_path / "a.pdf").write_bytes(
        assembled(
            [
                b"<< /Type /Catalog /Pages 2 0 R >>",
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                page + resources,
                stream(b"/F Do"),
                *forms,
                stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"),
            ]
        )
    )
    with pytest.raises(BadFile, match="not read within 2 seconds"):
        read_pages(tmp_path / "a.pdf", time_limit_s=2)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"plain text", "not a PDF"),
        (b"%PDF-1.7\n", "damaged or cut off"),
        (pdf_of(shown((300, 700, "بتك")))[:200], "damaged or cut off"),
        (pdf_of(b"", b""), "no text, only pictures"),
        (pdf_of(shown((300, 700, "بتك"), font="F2")), "3 of the 3 letters .* fonts"),
        (pdf_of(shown((100, 700, "مدرسة كبيرة ومكتبة صغيرة جديدة"))), "spelt backwards"),
        (
            pdf_of(BOMB, dictionaries={0: b"/Filter [" + b"/FlateDecode " * 3 + b"]"}),
            "more memory",
        ),
        ((SAMPLES_FOLDER / "password.pdf").read_bytes(), "has a password"),
    ],
    ids=["empty", "text", "head", "cut", "scan", "fonts", "backwards", "bomb", "password"],
)
def test_what_cannot_be_read_is_refused_and_nothing_written(
    data: bytes, told: str, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    with pytest.raises(BadFile, match=told):
        convert_pdf(tmp_path / "a.pdf", tmp_path / "a.docx")
    assert not (tmp_path / "a.docx").exists()
