"""Which format a file is in, and what is said of one that is in none."""

import io
import zipfile
from pathlib import Path

import pytest

from tarjama.formats.content import MAX_FILE_BYTES
from tarjama.formats.errors import BadFile
from tarjama.formats.registry import FormatOptions, all_formats, format_for


def a_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "x")
    return buffer.getvalue()


def file(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    ("name", "data", "extension"),
    [
        ("a.html", "<p>نص", ".html"),
        ("a.HTM", "<!doctype html>نص", ".html"),
        ("a.xhtml", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', ".html"),
        ("a.md", "# نص", ".md"),
        ("a.csv", "a,b\n", ".csv"),
    ],
)
def test_a_file_has_the_format_that_its_extension_says(
    name: str, data: str, extension: str, tmp_path: Path
) -> None:
    found = format_for(file(tmp_path, name, data))
    assert found is not None and found.extensions[0] == extension


@pytest.mark.parametrize("name", ["a.txt", "a.log", "README", "a.xyz"])
def test_plain_text_is_no_format_of_units(name: str, tmp_path: Path) -> None:
    assert format_for(file(tmp_path, name, "نص")) is None


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.html", "نص بلا وسوم", "not an HTML page, though its name says so"),
        ("a.html", b"%PDF-1.4", "seems to be a PDF"),
        ("a.md", a_zip(), "seems to be a ZIP archive"),
        ("a.txt", a_zip(), "not text: it seems to be a ZIP archive"),
        ("a.html", b"", "empty"),
    ],
)
def test_a_wrong_extension_is_refused_with_what_the_file_seems_to_be(
    name: str, data: bytes | str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(BadFile, match=told):
        format_for(file(tmp_path, name, data))


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="Cannot be opened"):
        format_for(tmp_path / "absent.html")


def test_a_file_past_the_limit_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    with path.open("wb") as target:
        target.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(BadFile, match=f"{MAX_FILE_BYTES:,} bytes"):
        format_for(path)


def test_no_extension_is_of_two_formats() -> None:
    extensions = [extension for one in all_formats() for extension in one.extensions]
    assert len(extensions) == len(set(extensions))
    assert all(one == one.lower() and one.startswith(".") for one in extensions)


def test_options_reach_the_format(tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", "الاسم,الوصف\nقلم,أزرق\n")
    found = format_for(path, FormatOptions(columns=("الوصف",)))
    assert found is not None
    assert [unit.text for unit in found.read(path).units] == ["الوصف", "أزرق"]
