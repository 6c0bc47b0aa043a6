import shutil
from pathlib import Path

import pytest

from tarjama_server.model_store import (
    ModelNotInstalled,
    ModelStore,
    bundled_models_dir,
    default_user_dir,
)
from tarjama_server.model_store.errors import ManifestInvalid, ModelDamaged, ModelProtected
from tarjama_server.model_store.install import convert_model


def test_the_bundled_model_is_there_and_sound(store: ModelStore) -> None:
    model = store.verify("ar-en-small")
    assert model.bundled
    assert model.manifest.alignment == "trained"
    assert model.manifest.license == "CC-BY-NC-SA-4.0"
    assert (
        model.manifest.limits.max_source_tokens
        <= store.known()["ar-en-small"].limits.max_source_tokens
    )
    assert model.manifest.calibration is not None
    assert (model.path / "model.bin").stat().st_size < 45_000_000


def test_the_bundled_model_comes_with_card_and_licence() -> None:
    folder = bundled_models_dir() / "ar-en-small"
    assert "opus-mt-ar-en" in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "CC BY-NC-SA 4.0" in (folder / "LICENSE.txt").read_text(encoding="utf-8")


def test_a_store_makes_nothing_until_something_is_installed(store: ModelStore) -> None:
    store.installed()
    assert not store.user_dir.exists()


def test_the_default_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_user_dir().parts[-2:] == ("tarjama", "models")


def test_installed_models_are_listed_by_name(store: ModelStore, tiny_release: Path) -> None:
    for name in ("zz", "a.1"):
        convert_model(store, tiny_release, name)
    assert [model.manifest.name for model in store.installed()] == ["a.1", "ar-en-small", "zz"]
    assert [model.bundled for model in store.installed()] == [False, True, False]


def test_a_known_model_that_is_not_installed_names_the_command(store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled, match="tarjama-server models fetch opus-mt-ar-en"):
        store.find("opus-mt-ar-en")


@pytest.mark.parametrize("name", ["nonsense", "", "..", "../ar-en-small", "/", "."])
def test_an_unknown_name_says_what_there_is(store: ModelStore, name: str) -> None:
    with pytest.raises(ModelNotInstalled, match="installed: ar-en-small"):
        store.find(name)


def test_folders_that_are_no_models_are_passed_over(store: ModelStore, tiny_release: Path) -> None:
    model = convert_model(store, tiny_release, "tiny")
    (store.user_dir / "notes").mkdir()
    (store.user_dir / "file").write_text("x")
    shutil.copytree(model.path, store.user_dir / ".staging-killed")
    assert store.names() == ["ar-en-small", "tiny"]


def test_what_a_killed_process_left_is_swept_at_the_next_change(store: ModelStore) -> None:
    leftover = store.user_dir / ".staging-killed"
    leftover.mkdir(parents=True)
    (leftover / "model.bin").write_text("half")
    with store.exclusive():
        assert not leftover.exists()


def test_a_removed_model_is_gone(store: ModelStore, tiny_release: Path) -> None:
    model = convert_model(store, tiny_release, "tiny")
    store.remove("tiny")
    assert not model.path.exists()
    assert store.names() == ["ar-en-small"]
    assert [entry.name for entry in store.user_dir.iterdir()] == [".lock"]


def test_a_model_without_manifest_can_be_removed(store: ModelStore) -> None:
    (store.user_dir / "broken").mkdir(parents=True)
    store.remove("broken")
    assert not (store.user_dir / "broken").exists()


def test_removing_what_is_not_there_is_an_error(store: ModelStore) -> None:
    with pytest.raises(ModelNotInstalled):
        store.remove("nonsense")


def test_the_bundled_model_cannot_be_removed(store: ModelStore) -> None:
    with pytest.raises(ModelProtected):
        store.remove("ar-en-small")
    assert store.find("ar-en-small")


def test_verify_names_each_damaged_file(store: ModelStore, tiny_release: Path) -> None:
    model = convert_model(store, tiny_release, "tiny")
    assert store.verify("tiny") == model
    (model.path / "source.spm").unlink()
    with (model.path / "model.bin").open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelDamaged, match=r"model\.bin has changed, source\.spm is missing"):
        store.verify("tiny")


def test_a_renamed_folder_is_not_the_model_of_its_new_name(
    store: ModelStore, tiny_release: Path
) -> None:
    convert_model(store, tiny_release, "tiny").path.rename(store.user_dir / "other")
    with pytest.raises(ModelDamaged, match="holds the model 'tiny'"):
        store.find("other")


def test_a_broken_manifest_is_reported_by_find(store: ModelStore, tiny_release: Path) -> None:
    model = convert_model(store, tiny_release, "tiny")
    (model.path / "manifest.json").write_text("{")
    with pytest.raises(ManifestInvalid, match=r"tiny/manifest\.json"):
        store.find("tiny")
