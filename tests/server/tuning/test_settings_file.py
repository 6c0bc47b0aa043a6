import os
import stat
from pathlib import Path

import pytest

from tarjama_server.config import load_settings
from tarjama_server.tuning import SettingsFile, TuningError

SETTINGS = {"workers": 3, "threads_per_worker": 2, "max_batch_tokens": 512}

KEPT = """\
# Of the translation desk.
listen = ["127.0.0.1:1", "127.0.0.1:2"]   # both of them

workers = 7  # until somebody measures
log_level = 'debug'
"""


def test_a_new_file_has_the_settings_and_can_be_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    SettingsFile(path).update(SETTINGS)
    settings = load_settings(path, {})
    assert {name: getattr(settings, name) for name in SETTINGS} == SETTINGS
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_comments_order_and_other_keys_stay(tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_text(KEPT, encoding="utf-8")
    SettingsFile(path).update(SETTINGS)
    text = path.read_text(encoding="utf-8")
    kept = KEPT.replace("workers = 7 ", "workers = 3 ")
    assert text == kept + "threads_per_worker = 2\nmax_batch_tokens = 512\n"
    assert load_settings(path, {}).listen == ("127.0.0.1:1", "127.0.0.1:2")


def test_settings_do_not_end_up_in_a_table(tmp_path: Path) -> None:
    path = tmp_path / "all.toml"
    path.write_text("a = 1\n\n[of-another-program]\nworkers = 9\n", encoding="utf-8")
    SettingsFile(path).update(SETTINGS)
    top, table = path.read_text(encoding="utf-8").split("[of-another-program]")
    assert "workers = 3" in top
    assert table.strip() == "workers = 9"


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
def test_mode_and_link_stay(tmp_path: Path) -> None:
    target = tmp_path / "real.toml"
    target.write_text("token = 'secret'\n", encoding="utf-8")
    target.chmod(0o600)
    link = tmp_path / "link.toml"
    link.symlink_to(target)
    SettingsFile(link).update(SETTINGS)
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "workers = 3" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content", [b"workers = = 2\n", b"workers = 2\nworkers = 3\n", b"\xff\xfe"]
)
def test_a_file_that_is_no_toml_stays_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "server.toml"
    path.write_bytes(content)
    file = SettingsFile(path)
    with pytest.raises(TuningError, match="is no TOML and stays as it is"):
        file.check_writable()
    with pytest.raises(TuningError, match="is no TOML and stays as it is"):
        file.update(SETTINGS)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_noticed_beforehand(tmp_path: Path) -> None:
    with pytest.raises(TuningError, match="there is no folder"):
        SettingsFile(tmp_path / "none" / "server.toml").check_writable()


def test_a_write_that_fails_leaves_the_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "server.toml"
    path.write_text(KEPT, encoding="utf-8")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(TuningError, match="No space left on device"):
        SettingsFile(path).update(SETTINGS)
    assert path.read_text(encoding="utf-8") == KEPT
    assert list(tmp_path.iterdir()) == [path]
