from pathlib import Path
from typing import Any

import pytest

from tarjama_server.config import BadSettings, Settings, load_settings


def load(tmp_path: Path, toml: str = "", flags: dict[str, Any] | None = None) -> Settings:
    file = tmp_path / "settings.toml"
    file.write_text(toml, encoding="utf-8")
    return load_settings(file, flags or {})


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TARJAMA_SERVER_{name.upper()}", raising=False)


def test_without_settings_the_bundled_model_is_served_to_this_machine_alone() -> None:
    settings = load_settings(None, {})
    assert settings.models == ("ar-en-small",)
    assert all(address.startswith("127.0.0.1:") for address in settings.listen)
    assert settings.token is None


def test_flags_come_before_the_environment_that_before_the_file_and_that_before_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WORKERS", "MAX_CALLS"):
        monkeypatch.setenv(f"TARJAMA_SERVER_{name}", "22")
    toml = "workers = 33\nmax_calls = 33\nthreads_per_worker = 33"
    settings = load(tmp_path, toml, {"workers": "11"})
    assert settings.workers == 11
    assert settings.max_calls == 22
    assert settings.threads_per_worker == 33
    assert settings.max_batch_tokens == 256


@pytest.mark.parametrize("name", ["listen", "models"])
def test_lists_come_from_anywhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ("127.0.0.1:1", "localhost:2")
    assert getattr(load(tmp_path, f'{name} = ["127.0.0.1:1", "localhost:2"]'), name) == expected
    assert getattr(load(tmp_path, flags={name: ("127.0.0.1:1", "localhost:2")}), name) == expected
    monkeypatch.setenv(f"TARJAMA_SERVER_{name.upper()}", "127.0.0.1:1,localhost:2")
    assert getattr(load(tmp_path), name) == expected


def test_gpus_are_numbers_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(tmp_path).device_indexes == (0,)
    assert load(tmp_path, "device_indexes = [0, 2]").device_indexes == (0, 2)
    assert load(tmp_path, flags={"device_indexes": ("1", "3")}).device_indexes == (1, 3)
    monkeypatch.setenv("TARJAMA_SERVER_DEVICE_INDEXES", "0,1")
    assert load(tmp_path).device_indexes == (0, 1)


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ({"workers": "none"}, "workers"),
        ({"workers": "0"}, "workers"),
        ({"workers": "257"}, "workers"),
        ({"threads_per_worker": "0"}, "threads_per_worker"),
        ({"device": "tpu"}, "device"),
        ({"device_indexes": ""}, "device_indexes"),
        ({"device_indexes": "0,-1"}, "device_indexes.1"),
        ({"device_indexes": "0,one"}, "device_indexes.1"),
        ({"max_batch_tokens": "1"}, "max_batch_tokens"),
        ({"max_calls": "0"}, "max_calls"),
        ({"max_queue_s": "0"}, "max_queue_s"),
        ({"max_bulk_queue_s": "soon"}, "max_bulk_queue_s"),
        ({"drain_grace_s": "-1"}, "drain_grace_s"),
        ({"drain_grace_s": "nan"}, "drain_grace_s"),
        ({"log_format": "xml"}, "log_format"),
        ({"log_level": "loud"}, "log_level"),
        ({"listen": ","}, "listen"),
        ({"models": ""}, "models"),
    ],
    ids=str,
)
@pytest.mark.parametrize("source", ["flag", "environment", "file"])
def test_a_bad_value_is_named_wherever_it_comes_from(
    source: str,
    flags: dict[str, str],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ((name, value),) = flags.items()
    toml = f'{name} = "{value}"' if source == "file" else ""
    if source == "environment":
        monkeypatch.setenv(f"TARJAMA_SERVER_{name.upper()}", value)
    with pytest.raises(BadSettings, match=f"setting {named}: "):
        load(tmp_path, toml, flags if source == "flag" else {})


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("no_such_setting = 1", "no_such_setting: there is none"),
        ("[server]\nworkers = 1", "server: there is none"),
        ("this is no TOML", r"settings\.toml is no TOML: .*line 1"),
        ("workers = 1\nworkers = 2", r"settings\.toml is no TOML: .*overwrite"),
    ],
)
def test_a_bad_file_is_refused(toml: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=message):
        load(tmp_path, toml)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSettings):
        load_settings(file, {})


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"no settings file .*missing\.toml"):
        load_settings(tmp_path / "missing.toml", {})


def test_the_token_is_not_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, 'token = "s3cret"')
    assert settings.token is not None
    assert settings.token.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)
