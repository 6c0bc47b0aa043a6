import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tarjama_server.model_store import Manifest, ModelStore, bundled_models_dir


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """A store with the bundled model's twin `small`, greedy for speed and not calibrated."""
    folder = tmp_path / "models" / "small"
    shutil.copytree(bundled_models_dir() / "ar-en-small", folder)
    manifest = Manifest.read(folder / "manifest.json")
    decoding = replace(manifest.decoding, beam_size=1)
    replace(manifest, name="small", decoding=decoding, calibration=None).write(
        folder / "manifest.json"
    )
    return ModelStore(folder.parent)
