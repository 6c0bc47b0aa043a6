import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tarjama_server.model_store.errors import ArchiveUnsafe, ModelStoreError, ReleaseInvalid
from tarjama_server.model_store.unpack import UnpackLimits, unpack

Fill = Callable[[zipfile.ZipFile], None]


def archive(tmp_path: Path, fill: Fill) -> Path:
    path = tmp_path / "release.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        fill(opened)
    return path


def unpacked(path: Path, folder: Path, limits: UnpackLimits | None = None) -> Path:
    folder.mkdir()
    unpack(path, folder, limits=limits)
    return folder


def entry(name: str, mode: int, content: bytes = b"x") -> Fill:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return lambda opened: opened.writestr(info, content)


def twice(opened: zipfile.ZipFile) -> None:
    opened.writestr("decoder.yml", "one")
    opened.writestr("Decoder.yml", "two")


def test_files_and_folders_are_unpacked(tmp_path: Path) -> None:
    def fill(opened: zipfile.ZipFile) -> None:
        opened.writestr("decoder.yml", "a")
        opened.writestr("deep/er/file", b"b" * 3_000_000)
        opened.mkdir("empty")

    folder = unpacked(archive(tmp_path, fill), tmp_path / "out", UnpackLimits(ratio=100_000))
    assert (folder / "decoder.yml").read_text() == "a"
    assert (folder / "deep/er/file").read_bytes() == b"b" * 3_000_000
    assert (folder / "empty").is_dir()


@pytest.mark.parametrize(
    ("fill", "complaint"),
    [
        (entry("../evil", stat.S_IFREG), "outside its folder"),
        (entry("a/../../evil", stat.S_IFREG), "outside its folder"),
        (entry("/etc/evil", stat.S_IFREG), "outside its folder"),
        (entry("C:/evil", stat.S_IFREG), "outside its folder"),
        (entry("..\\evil", stat.S_IFREG), "outside its folder"),
        (entry("link", stat.S_IFLNK, b"/etc/passwd"), "a link or a device"),
        (entry("pipe", stat.S_IFIFO), "a link or a device"),
        (entry("disk", stat.S_IFBLK), "a link or a device"),
        (twice, "two entries named"),
    ],
)
def test_a_hostile_archive_writes_nothing(tmp_path: Path, fill: Fill, complaint: str) -> None:
    path = archive(tmp_path, fill)
    with pytest.raises(ArchiveUnsafe, match=complaint):
        unpacked(path, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["out", "release.zip"]


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        (UnpackLimits(entry_count=2), "3 entries; the limit is 2"),
        (UnpackLimits(unpacked_bytes=1000), "6,000,000 bytes unpacked; the limit is 1,000"),
        (UnpackLimits(ratio=10), "times; the limit is 10"),
    ],
)
def test_an_archive_beyond_a_limit_is_refused(
    tmp_path: Path, limits: UnpackLimits, complaint: str
) -> None:
    def fill(opened: zipfile.ZipFile) -> None:
        for name in "abc":
            opened.writestr(name, bytes(2_000_000))

    with pytest.raises(ArchiveUnsafe, match=complaint):
        unpacked(archive(tmp_path, fill), tmp_path / "out", limits)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_default_limits_stop_a_zip_bomb(tmp_path: Path) -> None:
    path = archive(tmp_path, lambda opened: opened.writestr("bomb", bytes(30_000_000)))
    assert path.stat().st_size < 100_000
    with pytest.raises(ArchiveUnsafe, match="the limit is 100"):
        unpacked(path, tmp_path / "out")


def test_a_file_larger_than_the_archive_says_is_not_written_out(tmp_path: Path) -> None:
    path = archive(tmp_path, lambda opened: opened.writestr("file", bytes(range(256)) * 4096))
    raw = bytearray(path.read_bytes())
    directory = raw.rindex(b"PK\x01\x02")
    raw[directory + 24 : directory + 28] = struct.pack("<I", 10)  # its unpacked size
    path.write_bytes(raw)
    with pytest.raises(ReleaseInvalid, match="damaged"):
        unpacked(path, tmp_path / "out")
    assert (tmp_path / "out" / "file").stat().st_size <= 10


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, lambda opened: opened.writestr("file", "x"))
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(ArchiveUnsafe, match="encrypted"):
        unpacked(path, tmp_path / "out")


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"PK\x03\x04 and no more"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "release.zip"
    path.write_bytes(content)
    with pytest.raises(ReleaseInvalid, match=r"release\.zip is no zip"):
        unpacked(path, tmp_path / "out")


def test_any_damaged_byte_is_an_error_of_the_store_or_harmless(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("decoder.yml", "models: [a.npz]\n" * 5)
    whole = buffer.getvalue()
    for position in range(len(whole)):
        raw = bytearray(whole)
        raw[position] ^= 0xFF
        path = tmp_path / f"{position}.zip"
        path.write_bytes(raw)
        try:
            unpacked(path, tmp_path / f"out{position}")
        except ModelStoreError:
            continue
