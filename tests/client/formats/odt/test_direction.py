"""What is turned from right-to-left to left-to-right in OpenDocument texts."""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from tarjama.formats.odt import OdtFormat
from tests.client.formats.odt.opendocument_file import text_file

LIBREOFFICE = "LibreOffice/7.4.7.2$Linux_X86_64"
WORD = "MicrosoftOffice/16.0 MicrosoftWord"
RTL = 'style:writing-mode="rl-tb"'


def turned(folder: Path, styles: str, *, generator: str = LIBREOFFICE, text: str = "أ") -> str:
    """Turns a document with automatic styles, and gives them."""
    path = text_file(
        folder / "a.odt",
        f'<text:p text:style-name="P1">{text}</text:p>',
        automatic=styles,
        generator=generator,
    )
    target = io.BytesIO()
    OdtFormat().read(path).write(target, {})
    with zipfile.ZipFile(target) as archive:
        root = etree.fromstring(archive.read("content.xml"))
    return "".join(etree.tostring(style, encoding="unicode") for style in root[0])


def paragraph(properties: str, name: str = "P1", parent: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="paragraph" {parent}>'
        f"<style:paragraph-properties {properties}/></style:style>"
    )


@pytest.mark.parametrize(
    ("generator", "before", "after"),
    [
        (LIBREOFFICE, "end", "start"),
        (LIBREOFFICE, "start", "end"),
        (LIBREOFFICE, "right", "left"),
        (LIBREOFFICE, "center", "center"),
        (WORD, "start", "start"),
        (WORD, "end", "end"),
        (WORD, "left", "right"),
    ],
)
def test_what_was_at_one_side_is_at_the_other(
    generator: str, before: str, after: str, tmp_path: Path
) -> None:
    style = paragraph(f'{RTL} fo:text-align="{before}"')
    result = turned(tmp_path, style, generator=generator)
    assert f'fo:text-align="{after}"' in result
    assert "rl-tb" not in result


@pytest.mark.parametrize(("generator", "after"), [(LIBREOFFICE, "left"), (WORD, "right")])
def test_the_leading_margin_stays_the_leading_one(
    generator: str, after: str, tmp_path: Path
) -> None:
    style = paragraph(f'{RTL} fo:margin-left="2cm" fo:border-left="1pt solid #ff0000"')
    result = turned(tmp_path, style, generator=generator)
    assert f'fo:margin-{after}="2cm"' in result
    assert 'fo:border-right="1pt solid #ff0000"' in result


def test_alignment_that_is_inherited_across_directions_is_kept(tmp_path: Path) -> None:
    styles = paragraph(f'{RTL} fo:text-align="end"', "Base") + paragraph(
        'style:writing-mode="lr-tb"', "P1", 'style:parent-style-name="Base"'
    )
    base, child = turned(tmp_path, styles, text="English أ").split('style:name="P1"')
    assert 'fo:text-align="start"' in base
    assert 'fo:text-align="end"' in child


def test_styles_in_a_circle_end(tmp_path: Path) -> None:
    styles = paragraph("", "P1", 'style:parent-style-name="P2"')
    styles += paragraph(RTL, "P2", 'style:parent-style-name="P1"')
    assert "rl-tb" not in turned(tmp_path, styles)


@pytest.mark.parametrize(("text", "after"), [("نص عربي", "start"), ("English أ", "end")])
def test_arabic_that_is_only_aligned_to_the_right_goes_left(
    text: str, after: str, tmp_path: Path
) -> None:
    style = paragraph('fo:text-align="end"')
    assert f'fo:text-align="{after}"' in turned(tmp_path, style, text=text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f'<style:page-layout-properties {RTL} fo:margin-left="1cm" fo:margin-right="3cm"/>',
            ['fo:margin-left="3cm"', 'fo:margin-right="1cm"', '"lr-tb"'],
        ),
        (f'<style:table-properties {RTL} table:align="right"/>', ['"lr-tb"', 'align="left"']),
        (f"<style:section-properties {RTL}/>", ['"lr-tb"']),
        ('<text:list-level-style-number style:num-format="١, ٢, ٣, ..."/>', ['num-format="1"']),
        ('<text:list-level-style-number style:num-format="أ, ب, ت, ..."/>', ['num-format="a"']),
        ('<text:list-level-style-bullet text:bullet-char="◄"/>', ['bullet-char="►"']),
        (
            '<number:date-style number:language="ar" number:country="EG" '
            'number:transliteration-format="١"/>',
            ['number:language="en"', 'number:country="US"', 'transliteration-format="1"'],
        ),
        (
            '<style:text-properties style:font-weight-complex="bold" fo:font-size="10pt" '
            'style:font-size-complex="14pt" style:font-name-complex="Arial" fo:language="ar"/>',
            ['fo:font-weight="bold"', 'fo:font-size="14pt"', 'style:font-name="Arial"', '"en"'],
        ),
    ],
)
def test_what_else_tells_the_direction_is_turned(
    before: str, after: list[str], tmp_path: Path
) -> None:
    style = f'<style:style style:name="x" style:family="table">{before}</style:style>'
    result = turned(tmp_path, style + paragraph(RTL))
    for one in after:
        assert one in result
    assert "rl-tb" not in result
