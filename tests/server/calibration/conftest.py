import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tarjama_server.model_store import Manifest, ModelStore, bundled_models_dir


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """A store with the bundled model's twin `small`, not calibrated; for speed greedy and short."""
    folder = tmp_path / "models" / "small"
    shutil.copytree(bundled_models_dir() / "ar-en-small", folder)
    manifest = Manifest.read(folder / "manifest.json")
    decoding = replace(manifest.decoding, beam_size=1)
    limits = replace(manifest.limits, max_source_tokens=50)
    replace(manifest, name="small", decoding=decoding, limits=limits, calibration=None).write(
        folder / "manifest.json"
    )
    return ModelStore(folder.parent)
