"""CSV and TSV: cells are translated, everything else keeps its bytes."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjama.formats.errors import BadFile
from tarjama.formats.tables import TableDocument, TableFormat
from tarjama.formats.tags import unescape

_CELL = st.text(alphabet='سلا م,;"\n\tab|', max_size=12)


def _read(folder: Path, content: str | bytes, columns: Sequence[str] = ()) -> TableDocument:
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return TableFormat(columns=columns).read(path)


def _written(document: TableDocument, translations: dict[str, str], direction: str = "ltr") -> str:
    out = io.BytesIO()
    document.write(out, translations, direction="keep" if direction == "keep" else "ltr")
    return out.getvalue().decode()


@pytest.mark.parametrize(
    "content",
    [
        "اسم,عمر\r\nسالم,5\r\n",
        'a;"مرحبا; ""يا"" سالم";3\nb;;\n',
        "\ufeffاسم\tعمر\nسالم\t5",
        '"سطر\nثان",x\n\n',
        'مرحبا "بكم" جميعا,"غير مغلق\n',
        "واحد|اثنان\nثلاثة|أربعة\n",
    ],
)
def test_without_translations_a_table_keeps_its_bytes(tmp_path: Path, content: str) -> None:
    document = _read(tmp_path, content)

    assert document.units
    assert _written(document, {}).encode() == content.encode()
    echo = {unit.id: unit.text for unit in document.units}
    assert _written(document, echo).encode() == content.encode()


def test_only_translated_cells_change(tmp_path: Path) -> None:
    document = _read(tmp_path, 'id,النص\r\n007,"مرحبا"\r\n 1.50 , سلام \r\n')

    translated = {unit.id: f'T, "{number}"' for number, unit in enumerate(document.units)}

    assert _written(document, translated) == (
        'id,"T, ""0"""\r\n007,"T, ""1"""\r\n 1.50 ," T, ""2"" "\r\n'
    )


@given(st.lists(st.lists(_CELL, min_size=2, max_size=4), min_size=1, max_size=5))
def test_translated_cells_read_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
    document = TableFormat().read(path)
    translations = {unit.id: 'X,"Y"\n' for unit in document.units}

    out = io.BytesIO()
    document.write(out, translations)

    again = path.with_name("again.csv")
    again.write_bytes(out.getvalue())
    assert not TableFormat().read(again).units


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ((), ["العنوان", "النص", "خبر", "مرحبا"]),
        (("النص",), ["النص", "مرحبا"]),
        (("1",), ["العنوان", "خبر"]),
        (("1", "النص"), ["العنوان", "النص", "خبر", "مرحبا"]),
    ],
)
def test_columns_are_chosen_by_name_or_number(
    tmp_path: Path, columns: Sequence[str], expected: list[str]
) -> None:
    document = _read(tmp_path, "العنوان,n,النص\nخبر,1,مرحبا\n", columns)

    assert [unescape(unit.text) for unit in document.units] == expected


@pytest.mark.parametrize("column", ["price", "4", "0", "²"])
def test_a_column_that_is_not_there_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(BadFile, match=r"no column .* number from 1 to 3"):
        _read(tmp_path, "العنوان,n,النص\nخبر,1,مرحبا\n", (column,))


def test_windows_1256_stays_windows_1256(tmp_path: Path) -> None:
    content = ("الاسم;العمر\r\nهذا نص عربي طويل نسبيا عن الأخبار;5\r\n" * 3).encode("cp1256")
    document = _read(tmp_path, content)

    out = io.BytesIO()
    document.write(out, {})

    assert out.getvalue() == content


def test_a_tab_separates_the_columns_of_a_tsv_alone(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("واحد, اثنان\tثلاثة\n", encoding="utf-8")

    document = TableFormat(is_tsv=True).read(path)

    assert [unit.text for unit in document.units] == ["واحد, اثنان", "ثلاثة"]
