"""Files appear when they are whole, and never in place of others."""

import os
import stat
import sys
from pathlib import Path

import pytest

from tarjama.cli.errors import CommandFailed, OutputRefused
from tarjama.cli.output import open_output


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with open_output(target, force=False) as output:
        output.begin()
        output.write(b"one ")
        output.write(b"two")
        assert not target.exists()
    assert target.read_bytes() == b"one two"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_of_a_file_that_is_not_finished(
    error: type[BaseException], tmp_path: Path
) -> None:
    with pytest.raises(error), open_output(tmp_path / "a.txt", force=True) as output:
        output.begin()
        output.write(b"half")
        raise error
    assert names(tmp_path) == []


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(OutputRefused, match="--force"):
        open_output(target, force=False)
    assert target.read_text() == "old"


def test_a_file_made_meanwhile_is_kept_without_force(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with (
        pytest.raises(OutputRefused, match="--force"),
        open_output(target, force=False) as output,
    ):
        output.begin()
        target.write_text("theirs")
    assert target.read_text() == "theirs"
    assert names(tmp_path) == ["a.txt"]


def test_without_hard_links_files_appear_and_are_kept_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*names: object) -> None:
        raise OSError("not supported here")

    monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "a.txt"
    with open_output(target, force=False) as output:
        output.begin()
        output.write(b"new")
    assert target.read_bytes() == b"new"
    other = tmp_path / "b.txt"
    with pytest.raises(OutputRefused), open_output(other, force=False) as output:
        output.begin()
        other.write_text("theirs")
    assert other.read_text() == "theirs"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are Unix's")
def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    target.chmod(0o640)
    with open_output(target, force=True) as output:
        output.begin()
        output.write(b"new")
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are Unix's")
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with open_output(tmp_path / "a.txt", force=False) as output:
        output.begin()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "a.txt")}
    assert len(modes) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_symbolic_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    link.symlink_to(real)
    with open_output(link, force=True) as output:
        output.begin()
        output.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@pytest.mark.skipif(sys.platform == "win32", reason="devices are Unix's")
def test_a_device_is_written_to_and_stays_one() -> None:
    with open_output(Path("/dev/null"), force=False) as output:
        output.begin()
        output.write(b"gone")
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_a_clear_failure() -> None:
    with (
        pytest.raises(CommandFailed, match="No space left"),
        open_output(Path("/dev/full"), force=False) as output,
    ):
        output.write(b"too much")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputRefused, match=r"absent.*cannot be written"),
        open_output(tmp_path / "absent" / "a.txt", force=False) as output,
    ):
        output.begin()


def test_a_folder_is_no_place_for_bytes(tmp_path: Path) -> None:
    with pytest.raises(OutputRefused, match="folder"):
        open_output(tmp_path, force=True)
