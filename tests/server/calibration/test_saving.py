import os
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from tarjama_server.calibration import Measurement, Outcome, check_writable, save
from tarjama_server.model_store import Calibration, InstalledModel, ModelStore
from tarjama_server.model_store.errors import ModelProtected, ModelStoreError
from tarjama_server.model_store.manifest import TokenLimits

CALIBRATION = Calibration(0.5, 2.0, {10: -1.25})
LIMITS = TokenLimits(max_source_tokens=60, preferred_source_tokens=40, max_target_tokens=256)
OUTCOME = Outcome((-1.0,), {})
MEASUREMENT = Measurement(LIMITS, (), CALIBRATION, OUTCOME, OUTCOME)


@pytest.fixture
def installed(store: ModelStore) -> InstalledModel:
    return store.find("small")


def test_limits_and_calibration_are_all_that_changes_in_the_manifest(
    store: ModelStore, installed: InstalledModel
) -> None:
    saved = save(store, installed, MEASUREMENT)
    assert saved == store.find("small")
    assert saved.manifest == replace(installed.manifest, limits=LIMITS, calibration=CALIBRATION)
    assert saved.manifest.checksum != installed.manifest.checksum
    assert store.verify("small") == saved


def test_a_model_that_was_changed_meanwhile_keeps_its_manifest(
    store: ModelStore, installed: InstalledModel
) -> None:
    other = replace(installed.manifest, version="other")
    other.write(installed.path / "manifest.json")
    with pytest.raises(ModelStoreError, match="'small' was changed while it was measured"):
        save(store, installed, MEASUREMENT)
    assert store.find("small").manifest == other


def test_a_manifest_that_cannot_be_written_is_named_and_stays(
    store: ModelStore, installed: InstalledModel
) -> None:
    (installed.path / "manifest.new").mkdir()
    with pytest.raises(ModelStoreError, match=r"cannot write .*manifest\.json: Is a directory"):
        save(store, installed, MEASUREMENT)
    assert store.find("small") == installed


def test_a_model_of_the_user_can_be_calibrated(installed: InstalledModel) -> None:
    check_writable(installed)


def test_the_bundled_model_can_be_calibrated_in_a_checkout(tmp_path: Path) -> None:
    checkout = Path(__file__).parents[3] / "models"
    check_writable(ModelStore(tmp_path, bundled_dir=checkout).find("ar-en-small"))


def test_the_bundled_model_of_an_installed_package_cannot(installed: InstalledModel) -> None:
    inside = Path(str(resources.files("tarjama_server"))) / "bundled" / "small"
    with pytest.raises(ModelProtected, match="convert its release under another name"):
        check_writable(replace(installed, path=inside, bundled=True))


def test_a_folder_that_cannot_be_written_is_said_at_once(
    installed: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuse)
    with pytest.raises(ModelStoreError, match=r"cannot write to .*small: permission denied"):
        check_writable(installed)
