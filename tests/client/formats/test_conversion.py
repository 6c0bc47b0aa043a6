"""What is converted before it is translated, by LibreOffice or what stands for it."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tarjama.formats import conversion
from tarjama.formats.conversion import convert
from tarjama.formats.docx import DocxFormat
from tarjama.formats.errors import BadFile
from tarjama.formats.kinds import converted_extension, is_converted_first
from tarjama.formats.registry import format_for
from tests.client.formats.conformance import SAMPLES_FOLDER
from tests.client.formats.odt.opendocument_file import part

RTF = b"{\\rtf1\\ansi text}"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gives the place of a soffice to be written, the only one there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    program = folder / "soffice"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    return program


def document(folder: Path, name: str = "تقرير.rtf", data: bytes = RTF) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.DOC", ".docx"),
        ("a.rtf", ".docx"),
        ("a.ppt", ".pptx"),
        ("a.odp", ".pptx"),
        ("a.xls", ".xlsx"),
        ("a.PDF", ".docx"),
    ],
)
def test_old_and_foreign_files_are_converted_to_their_like(name: str, extension: str) -> None:
    assert is_converted_first(Path(name))
    assert converted_extension(Path(name)) == extension


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.txt", "doc"])
def test_other_files_are_not_converted(name: str) -> None:
    assert not is_converted_first(Path(name))


def test_the_result_has_the_files_name_and_nothing_else_is_left(
    program: Path, tmp_path: Path
) -> None:
    program.write_text(
        '#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\n'
        'mkdir -p "$2"\ncp "$3" "$2/document.docx"\n'
    )
    source = document(tmp_path)
    target = tmp_path / "out"
    target.mkdir()
    result = convert(source, target)
    assert result == target / "تقرير.docx"
    assert result.read_bytes() == RTF
    assert list(target.iterdir()) == [result]


def test_a_file_that_cannot_be_converted_is_told(program: Path, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"cannot convert .* save it as \.docx"):
        convert(document(tmp_path), tmp_path)


def test_libreoffice_and_what_it_started_end_at_the_time_limit(
    program: Path, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    # The child holds the pipe's other end open until it ends.
    program.write_text(f"#!/bin/sh\nsleep 600 > {started} &\nwait\n")
    reader = os.open(started, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(BadFile, match="within 2 seconds"):
            convert(document(tmp_path), tmp_path, time_limit_s=2)
        os.set_blocking(reader, True)
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)


def test_without_libreoffice_the_user_is_told_what_to_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(conversion, "_USUAL_PLACES", ())
    with pytest.raises(BadFile, match=r"no soffice on the PATH.*save it as \.pptx"):
        convert(document(tmp_path, "a.ppt"), tmp_path)


def test_a_pdf_of_another_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"is a PDF, .* Rename it to end in \.pdf"):
        convert(document(tmp_path, "a.doc", b"%PDF-1.7\n"), tmp_path)


@pytest.mark.system
@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("libreoffice.odt", "doc"),
        ("libreoffice.odt", "rtf"),
        ("libreoffice.pptx", "ppt"),
        ("libreoffice.pptx", "odp"),
        ("libreoffice.xlsx", "xls"),
        ("libreoffice.xlsx", "ods"),
    ],
)
def test_libreoffice_converts_what_it_wrote(sample: str, kind: str, tmp_path: Path) -> None:
    """A file in an old format is made of a sample, and keeps the sample's first words."""
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice is not installed."
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            *("--headless", "--convert-to", kind, "--outdir", str(tmp_path)),
            str(SAMPLES_FOLDER / sample),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )
    source = (tmp_path / sample).with_suffix(f".{kind}")
    before = source.read_bytes()
    result = convert(source, tmp_path)
    assert source.read_bytes() == before
    found = format_for(result)
    assert found is not None and result.suffix in found.extensions
    original = format_for(SAMPLES_FOLDER / sample)
    assert original is not None
    first = next(one for one in original.read(SAMPLES_FOLDER / sample).units if "<" not in one.text)
    assert any(one.text == first.text for one in found.read(result).units)


@pytest.mark.system
def test_nothing_that_a_document_links_to_is_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        picture = (
            '<draw:frame text:anchor-type="as-char" svg:width="2cm" svg:height="2cm">'
            f'<draw:image xlink:type="simple" xlink:href="{address}" xlink:show="embed" '
            'xlink:actuate="onLoad"/></draw:frame>'
        )
        body = f"<office:body><office:text><text:p>أ{picture}</text:p></office:text></office:body>"
        kind = 'document office:mimetype="application/vnd.oasis.opendocument.text"'
        text = part(kind, body).replace(f"</office:{kind}>", "</office:document>")
        result = convert(document(tmp_path, "a.fodt", text.encode()), tmp_path, time_limit_s=60)
        assert [one.text for one in DocxFormat().read(result).units] == ["أ"]
        # A connection would wait to be accepted.
        with pytest.raises(BlockingIOError):
            server.accept()
