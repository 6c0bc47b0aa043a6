from collections.abc import Mapping
from pathlib import Path

import pytest

from tarjama_server.calibration import CalibrationError, Pair, read_pairs


def folder_with(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_files_are_read_by_name_and_line(tmp_path: Path) -> None:
    files = {"b.ar": "ثالث\n", "b.en": "Third\n", "a.x.ar": "أول\nثان", "a.x.en": "First\nSecond"}
    assert read_pairs(folder_with(tmp_path, files)) == [
        Pair("أول", "First"),
        Pair("ثان", "Second"),
        Pair("ثالث", "Third"),
    ]


def test_byte_order_marks_windows_line_ends_and_other_files_do_not_matter(tmp_path: Path) -> None:
    files = {"a.ar": "\ufeffأول\r\nثان\r\n", "a.en": "First\nSecond\n", "README.md": "x"}
    assert read_pairs(folder_with(tmp_path, files)) == [Pair("أول", "First"), Pair("ثان", "Second")]


def test_separators_inside_a_line_do_not_shift_the_lines_behind_it(tmp_path: Path) -> None:
    files = {"a.ar": "أول\u2028نص\x0b\x85\nثان\n", "a.en": "First text\nSecond\n"}
    assert read_pairs(folder_with(tmp_path, files))[1] == Pair("ثان", "Second")


@pytest.mark.parametrize(
    ("source", "reference"), [("", "Text"), ("نص", "  "), ("", ""), ("2024", "2024"), ("OK", "OK")]
)
def test_pairs_that_show_nothing_of_a_model_are_left_out(
    tmp_path: Path, source: str, reference: str
) -> None:
    files = {"a.ar": f"{source}\nثان\n", "a.en": f"{reference}\nSecond\n"}
    assert read_pairs(folder_with(tmp_path, files)) == [Pair("ثان", "Second")]


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "holds no NAME.ar and NAME.en"),
        ({"README.md": "x"}, "holds no NAME.ar and NAME.en"),
        ({"a.ar": "نص"}, "of a.ar and a.en, .* holds only one"),
        ({"a.ar": "نص", "a.en": "text", "b.en": "text"}, "of b.ar and b.en, .* holds only one"),
        ({"a.ar": "نص\n" * 1200, "a.en": "text\n"}, "a.ar has 1,200 lines and a.en 1; line by"),
        ({"a.ar": "نص".encode("cp1256"), "a.en": "text"}, "a.ar is no UTF-8 at byte 0"),
    ],
)
def test_a_folder_that_does_not_serve_is_refused_with_the_reason(
    tmp_path: Path, files: Mapping[str, bytes | str], complaint: str
) -> None:
    with pytest.raises(CalibrationError, match=complaint) as raised:
        read_pairs(folder_with(tmp_path, files))
    assert "\n" not in str(raised.value)
