"""Plain text as units."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.encoded_text import EncodedText
from tarjama.formats.errors import BadFile
from tarjama.formats.plain_text import PlainTextDocument, PlainTextFormat

TEXTS = st.text(alphabet="نعم لا.\n\r\t<&;x\u00a0\u2029", max_size=60)


def document(text: str) -> PlainTextDocument:
    return PlainTextDocument(EncodedText(text, "utf-8"))


def written(text: str, translations: dict[str, str]) -> str:
    target = io.BytesIO()
    document(text).write(target, translations)
    return target.getvalue().decode()


@given(TEXTS)
def test_the_text_of_its_units_gives_the_same_text(text: str) -> None:
    assert written(text, {unit.id: unit.text for unit in document(text).units}) == text


@given(TEXTS)
def test_no_arabic_is_left_when_all_units_are_translated(text: str) -> None:
    units = document(text).units
    assert len({unit.id for unit in units}) == len(units)
    assert all(unit.text == unit.text.strip() for unit in units)
    english = written(text, {unit.id: "yes" for unit in units})
    assert not set(english) & set("نعملا")


def test_a_paragraph_is_a_unit_and_what_is_between_stays() -> None:
    text = "  الأول\r\nسطر ثان  \r\n \r\nlatin\r\n\r\n\tالثاني <&\n"
    units = document(text).units
    assert [(unit.id, unit.text) for unit in units] == [
        ("p1", "الأول\r\nسطر ثان"),
        ("p3", "الثاني &lt;&amp;"),
    ]
    english = written(text, {"p1": "One", "p3": "Two &lt;&amp;"})
    assert english == "  One  \r\n \r\nlatin\r\n\r\n\tTwo <&\n"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(BadFile, match="seems to be a PDF"):
        PlainTextFormat().read(path)
